/* What providers call, and what anybody could: replies, receipts, calls and signatures, for a gateway of every preset.
 *
 *  - A reply that is taken has a sender in E.164 and a text of valid UTF-8 without control characters, at most 1,600 bytes.
 *  - A receipt that is taken names a page whose id reads back as it, or a message, and is final; a call is a page's, and no yes without a digit.
 *  - No signature holds but the right one; and the right one over an address without a form holds.
 *
 * First byte: the gateway. Then lines: query, content type, signature. Then the body. */
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/text.h"
#include "fuzz.h"
#include "gateways/hook.h"
#include "gateways/hook_signature.h"
#include "gateways/json_path.h"

enum { TEXT_MAX = 1600 };

static void try_reply(const struct gateway *gateway, const struct http_request *request)
{
    struct hook_reply reply = {0};
    const char *reason = NULL;
    enum err err = hook_parse_reply(gateway, request, &reply, &reason);
    HOLDS(err == ERR_OK || err == ERR_SYNTAX || err == ERR_UNSUPPORTED);
    HOLDS(err == ERR_OK || (reason && *reason));
    HOLDS(fuzz_is_clean(buf_text(&reply.id), reply.id.len, false));
    if (err == ERR_OK) {
        HOLDS(fuzz_is_number(buf_text(&reply.from)), "%s", buf_text(&reply.from));
        HOLDS(reply.text.len <= TEXT_MAX && fuzz_is_clean(buf_text(&reply.text), reply.text.len, true));
        HOLDS(strlen(buf_text(&reply.text)) == reply.text.len);
    }
    hook_reply_done(&reply);
}

static bool page_same(const struct page_ref *a, const struct page_ref *b)
{
    return a->incident == b->incident && a->number == b->number && a->nonce == b->nonce;
}

static void check_page(const struct page_ref *page)
{
    CLEANUP_BUF struct buf id = {0};
    struct page_ref again;
    page_add_id(&id, *page);
    HOLDS(page_from_id(buf_text(&id), &again) == ERR_OK && page_same(&again, page), "%s", buf_text(&id));
}

static void try_receipt(const struct gateway *gateway, const struct http_request *request)
{
    struct hook_receipt receipt = {.outcome = OUTCOME_SENT};
    const char *reason = NULL;
    enum err err = hook_parse_receipt(gateway, request, &receipt, &reason);
    HOLDS(err == ERR_OK || err == ERR_SYNTAX || err == ERR_UNSUPPORTED || err == ERR_NOT_FOUND);
    HOLDS(fuzz_is_clean(buf_text(&receipt.provider_id), receipt.provider_id.len, false));
    HOLDS(fuzz_is_clean(buf_text(&receipt.status), receipt.status.len, false));
    if (err == ERR_OK) {
        HOLDS(receipt.outcome == OUTCOME_DELIVERED || receipt.outcome == OUTCOME_UNDELIVERED);
        HOLDS(receipt.page.number || receipt.provider_id.len > 0);
        if (receipt.page.number)
            check_page(&receipt.page);
    }
    hook_receipt_done(&receipt);
}

static void try_voice(const struct gateway *gateway, const struct http_request *request)
{
    struct hook_voice voice;
    enum err err = hook_parse_voice(gateway, request, &voice);
    HOLDS(err == ERR_OK || err == ERR_SYNTAX || err == ERR_UNSUPPORTED);
    if (err != ERR_OK)
        return;
    check_page(&voice.page);
    bool digit = memchr(request->body, '1', request->body_len) || memchr(request->body, '%', request->body_len) || strpbrk(request->query, "1%");
    HOLDS(voice.what != HOOK_VOICE_YES || digit, "a yes that nobody pressed");
    HOLDS(voice.what != HOOK_VOICE_ENDED || (voice.reason && *voice.reason));
}

static void sign(const char *key, const char *text, char ret[64])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    HOLDS(HMAC(EVP_sha1(), key, (int)strlen(key), (const unsigned char *)text, strlen(text), digest, &len));
    EVP_EncodeBlock((unsigned char *)ret, digest, (int)len);
}

static void try_signature(const struct gateway *gateway, const struct http_request *request, const char *signature)
{
    bool holds = hook_signature_holds(gateway, "reply", request, signature);
    HOLDS(!hook_signature_holds(gateway, "reply", request, NULL) || gateway->http.signature == SIGNATURE_NONE);
    if (gateway->http.signature == SIGNATURE_NONE) {
        HOLDS(holds);
        return;
    }
    char right[64];
    CLEANUP_BUF struct buf address = {0};
    buf_printf(&address, "%s/reply%s%s", gateway->receipt_base, request->query[0] ? "?" : "", request->query);
    sign(gateway->http.signature_key, buf_text(&address), right);
    bool is_form = strcmp(request->content_type, "application/x-www-form-urlencoded") == 0;
    HOLDS(!holds || request->body_len == 0 || is_form, "a signature over a body that it does not cover");
    if (request->body_len == 0)
        HOLDS(hook_signature_holds(gateway, "reply", request, right) && !hook_signature_holds(gateway, "receipt", request, right));
    HOLDS(!holds || strlen(signature) == 28);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = {bytes, bytes + len};
    const struct config *config = fuzz_config();
    const struct gateway *gateway = &config->gateways[fuzz_u8(&input) % config->n_gateways];
    CLEANUP_BUF struct buf query = {0}, type = {0}, signature = {0}, body = {0};
    fuzz_line(&input, &query);
    fuzz_line(&input, &type);
    fuzz_line(&input, &signature);
    buf_add(&body, input.at, fuzz_left(&input));
    struct http_request request = {
        .method = body.len ? HTTP_POST : HTTP_GET, .path = "/", .query = buf_text(&query), .body = buf_text(&body), .body_len = body.len,
        .content_type = buf_text(&type),
    };
    try_reply(gateway, &request);
    try_receipt(gateway, &request);
    try_voice(gateway, &request);
    try_signature(gateway, &request, buf_text(&signature));
    return 0;
}
