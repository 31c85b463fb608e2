/* The files of smstools3, which anybody who can send a text helps to write.
 *
 *  - A text that is taken has a sender in E.164, and is valid UTF-8 without control characters, at most 1,600 bytes.
 *  - A report names a message and a status within their range; what smsd says of a file of ours is clean.
 *  - A file that we write has the headers that we gave it and no others, whatever the text.
 *  - A name that is taken for ours is a page's, whose own name reads back as it.
 *
 * First byte: 'i' a file from incoming/, 'd' one from sent/ or failed/, 'n' a name, else a text to be sent. */
#include "base/text.h"
#include "fuzz.h"
#include "gateways/gateway_spool_file.h"
#include "gateways/gateway_spool_text.h"

enum { TEXT_MAX = 1600 };

static void read_incoming(const char *bytes, size_t len)
{
    struct spool_incoming incoming = {0};
    const char *reason = NULL;
    enum err err = spool_file_parse_incoming(bytes, len, &incoming, &reason);
    HOLDS(err == ERR_OK || (err == ERR_SYNTAX && reason && *reason));
    if (err == ERR_OK) {
        HOLDS(fuzz_is_number(buf_text(&incoming.from)), "%s", buf_text(&incoming.from));
        HOLDS(incoming.text.len <= TEXT_MAX && fuzz_is_clean(buf_text(&incoming.text), incoming.text.len, true));
        HOLDS(!incoming.report || (incoming.message_id >= 0 && incoming.message_id <= 255 && incoming.status >= 0 && incoming.status <= 255));
        HOLDS(!incoming.report || incoming.text.len == 0);
        HOLDS(strspn(incoming.to, "0123456789") == strlen(incoming.to));
    }
    spool_incoming_done(&incoming);
}

static void read_done(const char *bytes, size_t len)
{
    struct spool_done done;
    spool_file_parse_done(bytes, len, &done);
    HOLDS(done.message_id >= -1 && done.message_id <= 255);
    HOLDS(strspn(done.to, "0123456789") == strlen(done.to));
    HOLDS(memchr(done.modem, '\0', sizeof done.modem) && memchr(done.reason, '\0', sizeof done.reason));
    HOLDS(fuzz_is_clean(done.reason, strlen(done.reason), false), "%s", done.reason);
}

static void read_name(const char *name)
{
    struct page_ref page, again;
    char ours[SPOOL_NAME_SIZE];
    if (!spool_file_is_ours(name, &page))
        return;
    spool_file_name(page, ours);
    HOLDS(spool_file_is_ours(ours, &again), "%s", ours);
    HOLDS(again.incident == page.incident && again.number == page.number && again.nonce == page.nonce, "%s is not %s", name, ours);
}

static void write_text(const char *text, size_t len)
{
    CLEANUP_BUF struct buf file = {0}, back = {0}, clean = {0};
    HOLDS(spool_file_format(&file, "+46701740605", text, len, len & 1) == ERR_OK);
    const char *body = strstr(buf_text(&file), "\n\n");
    HOLDS(body);
    bool ucs2 = strstr(buf_text(&file), "\nAlphabet: UCS-2\n") && strstr(buf_text(&file), "\nAlphabet: UCS-2\n") < body;
    size_t lines = 0;
    for (const char *at = buf_text(&file); at < body; at++)
        lines += *at == '\n';
    HOLDS(lines == 3 + (len & 1));
    text_add_clean_block(&clean, text, len);
    HOLDS(spool_text_decode(ucs2 ? "UCS-2" : "UTF-8", body + 2, file.len - (size_t)(body + 2 - buf_text(&file)), &back));
    HOLDS(back.len == clean.len && memcmp(buf_text(&back), buf_text(&clean), clean.len) == 0);
    clean.len = 0;
    HOLDS(spool_file_format(&clean, text, "x", 1, false) != ERR_OK || fuzz_is_number(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = {bytes, bytes + len};
    uint8_t kind = fuzz_u8(&input);
    CLEANUP_BUF struct buf rest = {0};
    buf_add(&rest, input.at, fuzz_left(&input));
    switch (kind) {
    case 'i': read_incoming((const char *)input.at, fuzz_left(&input)); break;
    case 'd': read_done((const char *)input.at, fuzz_left(&input)); break;
    case 'n': read_name(buf_text(&rest)); break;
    default: write_text(buf_text(&rest), rest.len); break;
    }
    return 0;
}
