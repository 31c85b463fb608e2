/* smstools' files: what is written, what is read, and what is made of what smsd does. The test is smsd. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/civil.h"
#include "base/log.h"
#include "base/text.h"
#include "fake_loop.h"
#include "gateways/gateway.h"
#include "gateways/gateway_spool_dir.h"
#include "gateways/gateway_spool_file.h"
#include "gateways/gateway_spool_text.h"
#include "unit.h"

static const struct page_ref page = { .incident = UINT64_C(2026) << 32 | 42, .number = 7, .nonce = 0x9f3a2c41 };
static const char name[] = "beredd.2026-0042-7-9f3a2c41";

/* ---- names and what is sent ---- */

START_TEST(names_find_their_way_home)
{
    char made[SPOOL_NAME_SIZE];
    struct page_ref found;
    static const char *const others[] = { "", "beredd.", "beredd.2026-0042-7", "GSM1.x7Uf2a", "beredd.2026-0042-7-9f3a2c41.LOCK",
                                          "beredd.2026-0042-7-9f3a2c4g", "beredd.../../x" };
    spool_file_name(page, made);
    ck_assert_str_eq(made, name);
    ck_assert(spool_file_is_ours(made, &found));
    ck_assert_mem_eq(&found, &page, sizeof page);
    for (size_t i = 0; i < N_ELEMENTS(others); i++)
        ck_assert_msg(!spool_file_is_ours(others[i], &found), "%s", others[i]);
}
END_TEST

static void expect_format(const char *text, bool urgent, const char *wanted, size_t len)
{
    CLEANUP_BUF struct buf buf = { 0 };
    ck_assert_int_eq(spool_file_format(&buf, "+46701740605", text, strlen(text), urgent), ERR_OK);
    ck_assert_uint_eq(buf.len, len);
    ck_assert_mem_eq(buf.data, wanted, len);
}
#define FORMAT(text, urgent, wanted) expect_format(text, urgent, wanted, sizeof(wanted) - 1)

START_TEST(gsm_goes_as_utf8_and_the_rest_as_utf16)
{
    FORMAT("LARM å €", false, "To: 46701740605\nAlphabet: UTF-8\nAutosplit: 3\nReport: yes\n\nLARM å €");
    FORMAT("JA", true, "To: 46701740605\nAlphabet: UTF-8\nAutosplit: 3\nReport: yes\nPriority: high\n\nJA");
    FORMAT("Ł😀\na", false, "To: 46701740605\nAlphabet: UCS-2\nAutosplit: 3\nReport: yes\n\n\x01\x41\xd8\x3d\xde\x00\0\n\0a");
}
END_TEST

START_TEST(nothing_is_smuggled_in)
{
    CLEANUP_BUF struct buf buf = { 0 };
    static const char *const numbers[] = { "", "+", "46701740605", "+46 70", "+4670\nTo: 1", "+46701740605\n", "s71234", "+123", "anna@example.se",
                                           "+1234567890123456" };
    for (size_t i = 0; i < N_ELEMENTS(numbers); i++)
        ck_assert_msg(spool_file_format(&buf, numbers[i], "x", 1, false) == ERR_SYNTAX, "%s", numbers[i]);
    ck_assert_uint_eq(buf.len, 0);
    FORMAT("\n\nFlash: yes\r\n\x01\x1b[2J", false, "To: 46701740605\nAlphabet: UTF-8\nAutosplit: 3\nReport: yes\n\nFlash: yes\n[2J");
}
END_TEST

/* ---- alphabets ---- */

static void expect_text(const char *alphabet, const char *bytes, size_t len, const char *wanted)
{
    CLEANUP_BUF struct buf buf = { 0 };
    ck_assert(spool_text_decode(alphabet, bytes, len, &buf));
    ck_assert_str_eq(buf_text(&buf), wanted);
}
#define DECODE(alphabet, bytes, wanted) expect_text(alphabet, bytes, sizeof(bytes) - 1, wanted)

START_TEST(every_alphabet_is_read)
{
    CLEANUP_BUF struct buf buf = { 0 };
    DECODE("ISO", "JA \xe5\xe4\xf6 \xa4 \xa6\xbd", "JA åäö € Šœ");
    DECODE("", "\xe5", "å");
    DECODE("ISO-8859-15", "\xa4", "€");
    DECODE("Latin", "\xbe", "Ÿ");
    DECODE("UTF-8", "JA åäö €", "JA åäö €");
    DECODE("utf", "a\xff" "b\xc3", "a\uFFFD" "b\uFFFD");
    DECODE("UCS2", "\x01\x41\0 \0j\0a", "Ł ja");
    DECODE("UCS2", "\xd8\x3d\xde\x00\0!", "😀!");
    DECODE("UCS-2", "\xd8\x3d\0a\xde\x00\0", "\uFFFD" "a\uFFFD");
    DECODE("Unicode", "\0a\xd8\x3d", "a\uFFFD");
    DECODE("GSM", "@JA\x0f\x7b\x7c\x1b\x65\x1b\x3c\x1b", "¡JAåäö€[ ");
    DECODE("GSM", "\x00\x10\x1b\x41\xff", "@ΔA\uFFFD");
    ck_assert(!spool_text_decode("binary", "x", 1, &buf));
    ck_assert(!spool_text_decode("EBCDIC", "x", 1, &buf));
    spool_text_add_utf16(&buf, "å", 2);
    ck_assert_uint_eq(buf.len, 2);
    ck_assert_mem_eq(buf.data, "\0\xe5", 2);
}
END_TEST

/* ---- what comes in ---- */

struct parsed {
    enum err err;
    struct spool_incoming incoming;
    const char *reason;
};

static struct parsed parse(const char *bytes, size_t len)
{
    struct parsed parsed = { 0 };
    parsed.err = spool_file_parse_incoming(bytes, len, &parsed.incoming, &parsed.reason);
    return parsed;
}

#define HEADERS "From: 46701740605\nFrom_TOA: 91 international, ISDN/telephone\nReceived: 26-11-22 15:44:43\nModem: GSM1\n"

static void expect_reply(const char *bytes, size_t len, const char *from, const char *text)
{
    struct parsed parsed = parse(bytes, len);
    ck_assert_msg(parsed.err == ERR_OK, "%s", parsed.reason);
    ck_assert(!parsed.incoming.report);
    ck_assert_str_eq(buf_text(&parsed.incoming.from), from);
    ck_assert_str_eq(buf_text(&parsed.incoming.text), text);
    spool_incoming_done(&parsed.incoming);
}
#define REPLY(bytes, from, text) expect_reply(bytes, sizeof(bytes) - 1, from, text)

START_TEST(replies_are_read)
{
    REPLY(HEADERS "Alphabet: ISO\n\nJA 417302 \xe5", "+46701740605", "JA 417302 å");
    REPLY(HEADERS "Alphabet: UCS2\nLength: 4\n\n\x01\x41\0 \0j\0a", "+46701740605", "Ł ja");
    REPLY("from: 0701740605\r\nalphabet:UTF-8\r\n\r\nJA\r\nb\r\n", "+46701740605", "JA\nb");
    REPLY("From: +46701740605\n\nx", "+46701740605", "x");
    REPLY("From: 71234\nFrom_TOA: 81 unknown\n\nAlphabet: UCS2", "+71234", "Alphabet: UCS2");
    REPLY(HEADERS "\n\x07" "a\0b\x1b[2J\n\n", "+46701740605", "a b [2J");
    REPLY(HEADERS "\nSMS STATUS REPORT\nMessage_id: 7\n", "+46701740605", "SMS STATUS REPORT\nMessage_id: 7");
}
END_TEST

START_TEST(a_long_reply_is_cut_between_characters)
{
    CLEANUP_BUF struct buf file = { 0 };
    buf_add_text(&file, HEADERS "Alphabet: UTF-8\n\na");
    for (int i = 0; i < 3000; i++)
        buf_add_text(&file, "å");
    struct parsed parsed = parse(buf_text(&file), file.len);
    ck_assert_int_eq(parsed.err, ERR_OK);
    ck_assert_uint_eq(parsed.incoming.text.len, 1599);
    ck_assert(text_utf8_valid(parsed.incoming.text.data, parsed.incoming.text.len));
    spool_incoming_done(&parsed.incoming);
}
END_TEST

START_TEST(reports_are_read)
{
    static const char report[] = HEADERS "\nSMS STATUS REPORT\nMessage_id: 117\nDischarge_timestamp: 26-11-22 22:27:02\n"
                                         "Status: 70,Permanent error, 5 times\n";
    struct parsed parsed = parse(report, sizeof report - 1);
    ck_assert_int_eq(parsed.err, ERR_OK);
    ck_assert(parsed.incoming.report);
    ck_assert_int_eq(parsed.incoming.message_id, 117);
    ck_assert_int_eq(parsed.incoming.status, 70);
    ck_assert_str_eq(parsed.incoming.to, "46701740605");
    ck_assert_str_eq(parsed.incoming.modem, "GSM1");
    spool_incoming_done(&parsed.incoming);
    static const struct { int status; enum spool_verdict verdict; } verdicts[] = {
        { 0, SPOOL_DELIVERED }, { 1, SPOOL_NOT_FINAL }, { 2, SPOOL_NOT_FINAL }, { 32, SPOOL_NOT_FINAL }, { 48, SPOOL_NOT_FINAL }, { 63, SPOOL_NOT_FINAL },
        { 64, SPOOL_NEVER }, { 70, SPOOL_NEVER }, { 96, SPOOL_NEVER }, { 127, SPOOL_NEVER }, { 128, SPOOL_NOT_FINAL }, { 255, SPOOL_NOT_FINAL },
    };
    for (size_t i = 0; i < N_ELEMENTS(verdicts); i++)
        ck_assert_int_eq(spool_status_verdict(verdicts[i].status), verdicts[i].verdict);
}
END_TEST

#define REFUSED(bytes) { bytes, sizeof(bytes) - 1 }

START_TEST(garbage_is_refused)
{
    static const struct { const char *bytes; size_t len; } garbage[] = {
        REFUSED(""), REFUSED("\n"), REFUSED("x"), REFUSED("\0\0\0\n\n"), REFUSED("From: 46701740605"), REFUSED("From: 46701740605\nJA"),
        REFUSED("From: Telia\n\nHej"), REFUSED("From:\n\nHej"), REFUSED("From: 4670\0" "1740605\n\nHej"), REFUSED("From: 467017406051234567\n\nHej"),
        REFUSED("From: 46701740605\nFrom_TOA: D0 alphanumeric\n\nJA"), REFUSED(HEADERS "Alphabet: binary\n\n\x01\x02"),
        REFUSED(HEADERS "Error: Cannot decode PDU\n\nPDU ERROR"), REFUSED("From: 46701740605; rm -rf\n\nHej"),
    };
    for (size_t i = 0; i < N_ELEMENTS(garbage); i++) {
        struct parsed parsed = parse(garbage[i].bytes, garbage[i].len);
        ck_assert_msg(parsed.err == ERR_SYNTAX && parsed.reason[0], "%zu: %s", i, garbage[i].bytes);
        spool_incoming_done(&parsed.incoming);
    }
}
END_TEST

/* Whatever the bytes, it comes back; the sanitizers watch. */
START_TEST(random_files_do_no_harm)
{
    uint64_t seed = 0x5eed5eed;
    static const char *const pieces[] = { "From: ", "46701740605", "\n", "\n\n", "Alphabet: ", "UCS2", "GSM", "\xd8\x3d", "SMS STATUS REPORT\n",
                                          "Message_id: ", "Status: ", "255", ":", "\r\n", "\x1b", "\xff", " ", "99999999999999999999" };
    for (int round = 0; round < 20000; round++) {
        CLEANUP_BUF struct buf file = { 0 };
        struct spool_done done;
        for (uint64_t n = unit_random(&seed) % 20; n > 0; n--)
            buf_add_text(&file, pieces[unit_random(&seed) % N_ELEMENTS(pieces)]);
        char *exact = mem_dup(buf_text(&file), file.len + 1);
        struct parsed parsed = parse(exact, file.len);
        spool_file_parse_done(exact, file.len, &done);
        EXPECT(parsed.err != ERR_OK || text_utf8_valid(buf_text(&parsed.incoming.text), parsed.incoming.text.len));
        spool_incoming_done(&parsed.incoming);
        free(exact);
    }
}
END_TEST

START_TEST(what_smsd_wrote_into_ours_is_read)
{
    struct spool_done done;
    static const char sent[] = "To: 46701740605\nAlphabet: UTF-8\nModem: GSM1\nMessage_id: 2 3 4 .\nSent: 26-11-22 15:44:34\n\nMessage_id: 9";
    spool_file_parse_done(sent, sizeof sent - 1, &done);
    ck_assert_str_eq(done.to, "46701740605");
    ck_assert_str_eq(done.modem, "GSM1");
    ck_assert_int_eq(done.message_id, 4);
    ck_assert_str_eq(done.reason, "");
    static const char failed[] = "To: 46701740605\nFail_reason: +CMS ERROR: 38 (\x01Network \xffout of order)\n\n";
    spool_file_parse_done(failed, sizeof failed - 1, &done);
    ck_assert_int_eq(done.message_id, -1);
    ck_assert_str_eq(done.reason, "+CMS ERROR: 38 ( Network \uFFFDout of order)");
    spool_file_parse_done("", 0, &done);
    ck_assert_int_eq(done.message_id, -1);
}
END_TEST

/* ---- a directory, and the test as smsd ---- */

static char spool[PATH_MAX];
static const char *const directories[] = { "outgoing", "checked", "sent", "failed", "incoming" };

static const char *path_of(const char *directory, const char *file)
{
    static char paths[4][2 * PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % N_ELEMENTS(paths)];
    snprintf(path, sizeof paths[0], "%s/%s/%s", spool, directory, file);
    return path;
}

static bool exists(const char *directory, const char *file)
{
    return access(path_of(directory, file), F_OK) == 0;
}

static void put(const char *directory, const char *file, const char *content)
{
    FILE *out = fopen(path_of(directory, file), "w");
    ck_assert_ptr_nonnull(out);
    ck_assert_int_ge(fputs(content, out), 0);
    ck_assert_int_eq(fclose(out), 0);
}

static void move_file(const char *from, const char *to)
{
    ck_assert_int_eq(rename(path_of(from, name), path_of(to, name)), 0);
}

static void ignore_log(void *userdata, enum log_priority priority, const char *message)
{
    (void)userdata;
    (void)priority;
    (void)message;
}

static void make_spool(void)
{
    snprintf(spool, sizeof spool, "check-spool-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(spool));
    for (size_t i = 0; i < N_ELEMENTS(directories); i++)
        ck_assert_int_eq(mkdir(path_of(directories[i], ""), 0700), 0);
    log_set_sink(ignore_log, NULL);
}

static void empty(const char *directory)
{
    DIR *open_directory = opendir(path_of(directory, ""));
    for (struct dirent *entry; open_directory && (entry = readdir(open_directory));)
        unlink(path_of(directory, entry->d_name));
    if (open_directory)
        closedir(open_directory);
    rmdir(path_of(directory, ""));
}

static void remove_spool(void)
{
    empty("outgoing/.beredd");
    for (size_t i = 0; i < N_ELEMENTS(directories); i++)
        empty(directories[i]);
    rmdir(spool);
    log_set_sink(NULL, NULL);
}

static enum spool_place put_ours(void)
{
    CLEANUP_BUF struct buf content = { 0 };
    enum spool_place place;
    buf_add_text(&content, "To: 46701740605\n\nLARM");
    ck_assert_int_eq(spool_dir_put(spool, name, &content, &place), 0);
    return place;
}

START_TEST(a_file_is_put_whole_and_for_the_group)
{
    struct stat info;
    umask(0077);
    ck_assert_int_eq(put_ours(), SPOOL_NOWHERE);
    ck_assert_int_eq(stat(path_of("outgoing", name), &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0660);
    ck_assert_int_eq(info.st_size, 21);
    ck_assert(!exists("outgoing/.beredd", name));
}
END_TEST

START_TEST(a_page_that_is_there_is_not_put_twice)
{
    put_ours();
    ck_assert_int_eq(put_ours(), SPOOL_OUTGOING);
    move_file("outgoing", "checked");
    ck_assert_int_eq(put_ours(), SPOOL_CHECKED);
    move_file("checked", "sent");
    ck_assert_int_eq(put_ours(), SPOOL_SENT);
    ck_assert(!exists("outgoing", name));
    move_file("sent", "failed");
    ck_assert_int_eq(put_ours(), SPOOL_NOWHERE);
    ck_assert(exists("outgoing", name) && !exists("failed", name));
}
END_TEST

START_TEST(what_waits_is_taken_back)
{
    enum spool_place place;
    put_ours();
    ck_assert(spool_dir_take_back(spool, name, &place));
    ck_assert_int_eq(place, SPOOL_OUTGOING);
    put_ours();
    move_file("outgoing", "checked");
    ck_assert(spool_dir_take_back(spool, name, &place));
    ck_assert_int_eq(place, SPOOL_CHECKED);
    ck_assert(!exists("checked", name) && !exists("checked", "beredd.2026-0042-7-9f3a2c41.LOCK"));
    ck_assert(!spool_dir_take_back(spool, name, &place));
    ck_assert_int_eq(place, SPOOL_NOWHERE);
}
END_TEST

START_TEST(what_is_being_sent_is_left_alone)
{
    enum spool_place place;
    put_ours();
    move_file("outgoing", "checked");
    put("checked", "beredd.2026-0042-7-9f3a2c41.LOCK", "GSM1");
    ck_assert(!spool_dir_take_back(spool, name, &place));
    ck_assert_int_eq(place, SPOOL_SENDING);
    ck_assert(exists("checked", name) && exists("checked", "beredd.2026-0042-7-9f3a2c41.LOCK"));
    /* smsd copies it: it is in both, and locked */
    put("outgoing", name, "x");
    ck_assert(!spool_dir_take_back(spool, name, &place));
    ck_assert_int_eq(place, SPOOL_SENDING);
    ck_assert(!exists("outgoing", name));
}
END_TEST

START_TEST(only_plain_files_of_a_bearable_size_are_read)
{
    CLEANUP_BUF struct buf bytes = { 0 };
    struct stat info;
    put("incoming", "fine", "abc");
    ck_assert_int_eq(spool_dir_read(spool, "incoming", "fine", &bytes, &info), ERR_OK);
    ck_assert_str_eq(buf_text(&bytes), "abc");
    ck_assert_int_eq(spool_dir_read(spool, "incoming", "none", &bytes, &info), ERR_NOT_FOUND);
    ck_assert_int_eq(symlink("/etc/passwd", path_of("incoming", "link")), 0);
    ck_assert_int_eq(spool_dir_read(spool, "incoming", "link", &bytes, &info), ERR_SYNTAX);
    ck_assert_int_eq(mkfifo(path_of("incoming", "pipe"), 0600), 0);
    ck_assert_int_eq(spool_dir_read(spool, "incoming", "pipe", &bytes, &info), ERR_SYNTAX);
    put("incoming", "big", "x");
    ck_assert_int_eq(truncate(path_of("incoming", "big"), SPOOL_FILE_MAX + 1), 0);
    ck_assert_int_eq(spool_dir_read(spool, "incoming", "big", &bytes, &info), ERR_SYNTAX);
}
END_TEST

START_TEST(what_has_been_read_is_marked_until_it_is_gone)
{
    put("incoming", "GSM1.a", "x");
    ck_assert(!spool_dir_is_read(spool, "GSM1.a"));
    ck_assert_int_eq(spool_dir_mark_read(spool, "GSM1.a"), 0);
    ck_assert(spool_dir_is_read(spool, "GSM1.a"));
    spool_dir_purge(spool, 0);
    ck_assert(spool_dir_is_read(spool, "GSM1.a"));
    ck_assert_int_eq(spool_dir_remove_incoming(spool, "GSM1.a"), 0);
    ck_assert_int_eq(spool_dir_remove_incoming(spool, "GSM1.a"), 0);
    spool_dir_purge(spool, 0);
    ck_assert(!spool_dir_is_read(spool, "GSM1.a"));
}
END_TEST

START_TEST(old_files_of_ours_are_purged_and_nobody_elses)
{
    int64_t tomorrow = loop_wall_usec();
    struct stat info;
    put("sent", name, "x");
    put("failed", name, "x");
    put("sent", "GSM1.other", "x");
    ck_assert_int_eq(stat(path_of("sent", name), &info), 0);
    tomorrow = (int64_t)info.st_mtime * USEC_PER_SEC + USEC_PER_DAY;
    spool_dir_purge(spool, tomorrow - USEC_PER_SEC);
    ck_assert(exists("sent", name) && exists("failed", name));
    spool_dir_purge(spool, tomorrow + 2 * USEC_PER_SEC);
    ck_assert(!exists("sent", name) && !exists("failed", name) && exists("sent", "GSM1.other"));
}
END_TEST

/* ---- the gateway over a loop whose time the test moves; its thread works in real time ---- */

static struct gateway config;
static struct gateway_way *way;
static struct gateway_attempt attempt;
static struct message_view view;
static struct message_text text;
static unsigned calls;
static bool accepted;
static struct buf reason, events;
static uint64_t last_number;
static bool refuse_events;

static uint64_t submit(void *userdata, const struct event *event)
{
    (void)userdata;
    if (refuse_events)
        return 0;
    if (event->kind == EVENT_INBOUND)
        buf_printf(&events, "%s: %s\n", event->inbound.from, event->inbound.text);
    else if (event->outcome.page.number)
        buf_printf(&events, "%u %s\n", event->outcome.page.number,
                   event->outcome.outcome == OUTCOME_DELIVERED ? "delivered" : event->outcome.outcome == OUTCOME_SENT ? "sent" : "failed");
    return ++last_number;
}

static struct gateway_host host = { .submit = submit };

static void done(void *userdata, const struct gateway_result *result)
{
    (void)userdata;
    calls++;
    accepted = result->accepted;
    buf_clear(&reason);
    buf_add_text(&reason, result->reason ? result->reason : "");
}

static void open_way(void)
{
    config = (struct gateway){ .name = "modem", .type = GATEWAY_SPOOL, .spool_directory = spool, .timeout_usec = 10 * USEC_PER_SEC };
    way = gateway_open(&config);
    gateway_attach(way, &host);
}

static void setup(void)
{
    fake_loop_reset();
    make_spool();
    view = (struct message_view){ .page = page, .to = "+46701740605", .purpose = PURPOSE_PAGE, .channel = CHANNEL_SMS };
    buf_add_text(&text.text, "LARM TIB");
    calls = 0;
    last_number = 0;
    refuse_events = false;
}

static void teardown(void)
{
    gateway_cancel(&attempt);
    attempt = (struct gateway_attempt){ 0 };
    gateway_unref(TAKE(way));
    message_text_done(&text);
    text = (struct message_text){ 0 };
    buf_done(&reason);
    buf_done(&events);
    remove_spool();
    fake_loop_reset();
}

static void start(void)
{
    const struct gateway_message message = { .view = &view, .text = &text, .page = "2026-0042-7-9f3a2c41" };
    gateway_start(way, NULL, &message, done, NULL, &attempt);
}

/* The thread is given as long as it needs. */
#define LISTEN_UNTIL(condition)                              \
    do {                                                     \
        for (int i = 0; !(condition) && i < 500; i++)        \
            fake_loop_listen(20);                            \
        ck_assert_msg(condition, "%s", #condition);          \
    } while (0)

START_TEST(sent_when_it_lies_in_sent)
{
    open_way();
    start();
    LISTEN_UNTIL(exists("outgoing", name));
    move_file("outgoing", "checked");
    move_file("checked", "sent");
    LISTEN_UNTIL(calls == 1);
    ck_assert(accepted);
    fake_loop_advance(60 * USEC_PER_SEC);
    ck_assert_uint_eq(calls, 1);
}
END_TEST

START_TEST(failed_when_it_lies_in_failed)
{
    open_way();
    start();
    LISTEN_UNTIL(exists("outgoing", name));
    ck_assert_int_eq(unlink(path_of("outgoing", name)), 0);
    fake_loop_listen(100);
    put("failed", name, "To: 46701740605\nFail_reason: no SIM\n\nLARM");
    LISTEN_UNTIL(calls == 1);
    ck_assert(!accepted);
    ck_assert_str_eq(buf_text(&reason), "smsd: no SIM");
}
END_TEST

START_TEST(taken_back_when_the_time_is_up)
{
    open_way();
    start();
    LISTEN_UNTIL(exists("outgoing", name));
    fake_loop_listen(100);
    fake_loop_advance(9999 * USEC_PER_MSEC);
    ck_assert_uint_eq(calls, 0);
    fake_loop_advance(USEC_PER_MSEC);
    LISTEN_UNTIL(calls == 1);
    ck_assert(!accepted);
    ck_assert_str_eq(buf_text(&reason), "smsd has not taken it; taken back");
    ck_assert(!exists("outgoing", name));
}
END_TEST

/* A queue that moves is no dead modem: who is behind another has its whole time after it. */
START_TEST(progress_gives_time)
{
    open_way();
    start();
    LISTEN_UNTIL(exists("outgoing", name));
    fake_loop_advance(9 * USEC_PER_SEC);
    put("sent", "beredd.2026-0042-6-9f3a2c40", "To: 46701740606\n\nx");
    LISTEN_UNTIL(events.len > 0);
    ck_assert_str_eq(buf_text(&events), "6 sent\n");
    fake_loop_advance(9 * USEC_PER_SEC);
    fake_loop_listen(50);
    ck_assert_uint_eq(calls, 0);
    fake_loop_advance(2 * USEC_PER_SEC);
    LISTEN_UNTIL(calls == 1);
}
END_TEST

START_TEST(a_reload_keeps_it_and_its_time)
{
    open_way();
    start();
    LISTEN_UNTIL(exists("outgoing", name));
    fake_loop_listen(100);
    config.timeout_usec = 20 * USEC_PER_SEC;
    ck_assert(gateway_reconfigure(way, &config));
    fake_loop_advance(15 * USEC_PER_SEC);
    ck_assert_uint_eq(calls, 0);
    config.spool_directory = "/nowhere";
    ck_assert(!gateway_reconfigure(way, &config));
    config.type = GATEWAY_OUTBOX;
    ck_assert(!gateway_reconfigure(way, &config));
}
END_TEST

START_TEST(a_reply_is_removed_when_it_is_durable)
{
    open_way();
    put("incoming", "GSM1.a", HEADERS "\nJA 417302");
    LISTEN_UNTIL(events.len > 0);
    ck_assert_str_eq(buf_text(&events), "+46701740605: JA 417302\n");
    ck_assert(exists("incoming", "GSM1.a"));
    gateway_committed(way, last_number, false);
    LISTEN_UNTIL(!exists("incoming", "GSM1.a"));
    ck_assert_uint_eq(last_number, 1);
}
END_TEST

START_TEST(a_reply_that_is_not_durable_is_kept_and_read_once)
{
    open_way();
    put("incoming", "GSM1.a", HEADERS "\nJA 417302");
    LISTEN_UNTIL(events.len > 0);
    gateway_committed(way, last_number, true);
    put("incoming", "GSM1.a", HEADERS "\nJA 417302");        /* seen again: is it durable by now? */
    LISTEN_UNTIL(last_number == 2);
    ck_assert(exists("incoming", "GSM1.a"));
    gateway_committed(way, last_number, false);
    LISTEN_UNTIL(!exists("incoming", "GSM1.a"));
    ck_assert_str_eq(buf_text(&events), "+46701740605: JA 417302\n");
}
END_TEST

START_TEST(a_reply_that_cannot_be_taken_now_is_taken_later)
{
    open_way();
    refuse_events = true;
    put("incoming", "GSM1.a", HEADERS "\nJA 417302");
    fake_loop_listen(2000);
    refuse_events = false;
    ck_assert_uint_eq(events.len, 0);
    put("incoming", "GSM1.b", HEADERS "\nJA 2");
    LISTEN_UNTIL(events.len > 0);
    gateway_committed(way, last_number, false);              /* what is removed makes room: the rest is looked for */
    LISTEN_UNTIL(strstr(buf_text(&events), "JA 417302"));
}
END_TEST

START_TEST(nothing_is_taken_when_detached)
{
    open_way();
    gateway_detach(way);
    put("incoming", "GSM1.a", HEADERS "\nJA 417302");
    for (int i = 0; i < 5; i++)
        fake_loop_listen(50);
    ck_assert_uint_eq(events.len, 0);
    ck_assert(exists("incoming", "GSM1.a"));
}
END_TEST

#define REPORT(id, status) HEADERS "\nSMS STATUS REPORT\nMessage_id: " id "\nStatus: " status ",x\n"

START_TEST(a_report_finds_the_latest_page_of_that_number)
{
    put("sent", "beredd.2026-0042-5-9f3a2c41", "To: 46701740605\nModem: GSM1\nMessage_id: 5\n\nx");        /* before the start */
    open_way();
    put("incoming", "GSM1.a", REPORT("5", "0"));
    LISTEN_UNTIL(events.len > 0);
    put("sent", "beredd.2026-0042-8-9f3a2c41", "To: 46701740606\nModem: GSM1\nMessage_id: 5\n\nx");
    put("sent", "beredd.2026-0042-9-9f3a2c41", "To: 46701740605\nModem: GSM2\nMessage_id: 5\n\nx");
    put("sent", "beredd.2026-0042-6-9f3a2c41", "To: 46701740605\nModem: GSM1\nMessage_id: 5\n\nx");
    LISTEN_UNTIL(strstr(buf_text(&events), "6 sent"));
    put("incoming", "GSM1.b", REPORT("5", "70"));
    LISTEN_UNTIL(strstr(buf_text(&events), "6 failed"));
    put("incoming", "GSM1.c", REPORT("6", "0"));             /* of no page of ours */
    put("incoming", "GSM1.d", REPORT("5", "48"));            /* still trying */
    LISTEN_UNTIL(last_number == 7);
    ck_assert_str_eq(buf_text(&events), "5 delivered\n8 sent\n9 sent\n6 sent\n6 failed\n");
}
END_TEST

START_TEST(no_number_and_no_thread_fail_at_once)
{
    open_way();
    view.to = "anna.berg@example.se";
    start();
    ck_assert_uint_eq(calls, 1);
    ck_assert(!accepted);
    gateway_unref(way);
    way = gateway_open(&config);     /* never attached */
    view.to = "+46701740605";
    start();
    ck_assert_uint_eq(calls, 2);
    ck_assert(!accepted);
}
END_TEST

START_TEST(a_cancelled_attempt_is_called_no_more)
{
    open_way();
    start();
    gateway_cancel(&attempt);
    attempt = (struct gateway_attempt){ 0 };
    LISTEN_UNTIL(exists("outgoing", name));
    fake_loop_listen(100);
    fake_loop_advance(60 * USEC_PER_SEC);
    ck_assert_uint_eq(calls, 0);
    ck_assert(exists("outgoing", name));
}
END_TEST

static TCase *add_case(Suite *suite, const char *title, void (*before)(void), void (*after)(void))
{
    TCase *tcase = tcase_create(title);
    tcase_add_checked_fixture(tcase, before, after);
    tcase_set_timeout(tcase, 30);
    suite_add_tcase(suite, tcase);
    return tcase;
}

int main(void)
{
    Suite *suite = suite_create("gateway_spool");
    TCase *files = tcase_create("files");
    tcase_set_timeout(files, 30);
    tcase_add_test(files, names_find_their_way_home);
    tcase_add_test(files, gsm_goes_as_utf8_and_the_rest_as_utf16);
    tcase_add_test(files, nothing_is_smuggled_in);
    tcase_add_test(files, every_alphabet_is_read);
    tcase_add_test(files, replies_are_read);
    tcase_add_test(files, a_long_reply_is_cut_between_characters);
    tcase_add_test(files, reports_are_read);
    tcase_add_test(files, garbage_is_refused);
    tcase_add_test(files, random_files_do_no_harm);
    tcase_add_test(files, what_smsd_wrote_into_ours_is_read);
    suite_add_tcase(suite, files);
    TCase *directory = add_case(suite, "directory", make_spool, remove_spool);
    tcase_add_test(directory, a_file_is_put_whole_and_for_the_group);
    tcase_add_test(directory, a_page_that_is_there_is_not_put_twice);
    tcase_add_test(directory, what_waits_is_taken_back);
    tcase_add_test(directory, what_is_being_sent_is_left_alone);
    tcase_add_test(directory, only_plain_files_of_a_bearable_size_are_read);
    tcase_add_test(directory, what_has_been_read_is_marked_until_it_is_gone);
    tcase_add_test(directory, old_files_of_ours_are_purged_and_nobody_elses);
    TCase *gateway = add_case(suite, "gateway", setup, teardown);
    tcase_add_test(gateway, sent_when_it_lies_in_sent);
    tcase_add_test(gateway, failed_when_it_lies_in_failed);
    tcase_add_test(gateway, taken_back_when_the_time_is_up);
    tcase_add_test(gateway, progress_gives_time);
    tcase_add_test(gateway, a_reload_keeps_it_and_its_time);
    tcase_add_test(gateway, a_reply_is_removed_when_it_is_durable);
    tcase_add_test(gateway, a_reply_that_is_not_durable_is_kept_and_read_once);
    tcase_add_test(gateway, a_reply_that_cannot_be_taken_now_is_taken_later);
    tcase_add_test(gateway, nothing_is_taken_when_detached);
    tcase_add_test(gateway, a_report_finds_the_latest_page_of_that_number);
    tcase_add_test(gateway, no_number_and_no_thread_fail_at_once);
    tcase_add_test(gateway, a_cancelled_attempt_is_called_no_more);
    return unit_run(suite);
}
