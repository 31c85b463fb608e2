/* Records on the disk: what was written comes back, whatever is damaged does no harm, and old logs stay readable. */
#include <string.h>

#include "engine/record.h"
#include "unit.h"

#define TEXT_FIELDS(X)                                                                                                     \
    X(source) X(role) X(person) X(actor) X(gateway) X(address) X(summary) X(details) X(location) X(callback) X(talkgroup) \
    X(dedup_key) X(idempotency_key) X(text) X(provider_id) X(other) X(targets) X(without) X(schedule)
#define NUMBER_FIELDS(X)                                                                                                  \
    X(body_hash) X(due_usec) X(delay_usec) X(end_usec) X(callout) X(page) X(nonce) X(step) X(round) X(code) X(eta_minutes) \
    X(count) X(total) X(limit_usec) X(severity) X(channel) X(purpose) X(inbound)
#define BOOL_FIELDS(X) X(drill) X(sensitive) X(bundle) X(on_group) X(final) X(unanswered) X(on_person) X(wait_for_all) X(dry_run)

static void expect_equal(const struct record *a, const struct record *b)
{
#define X(name)                                                                                     \
    ck_assert_msg(!a->name == !b->name && (!a->name || strcmp(a->name, b->name) == 0), "%s", #name);
    TEXT_FIELDS(X)
#undef X
#define X(name) ck_assert_msg(a->name == b->name, "%s", #name);
    NUMBER_FIELDS(X)
    BOOL_FIELDS(X)
#undef X
    ck_assert_int_eq(a->has_token, b->has_token);
    if (a->has_token)
        ck_assert_mem_eq(a->token, b->token, TOKEN_BYTES);
}

static void expect_round_trip(const struct record *record)
{
    CLEANUP_BUF struct buf buf = {0};
    struct record back;
    record_encode(record, &buf);
    ck_assert_int_eq(record_decode(buf_text(&buf), buf.len, RECORD_COLUMNS(record), &back), ERR_OK);
    expect_equal(record, &back);
}

/* As a reader finds it: not a byte more than the payload, so that a sanitizer sees every step beyond it. */
static enum err decode_exactly(const void *bytes, size_t len, struct record *ret, void **ret_memory)
{
    *ret_memory = malloc(len ? len : 1);
    memcpy(*ret_memory, len ? bytes : "", len ? len : 1);
    return record_decode(*ret_memory, len, (struct record_columns){0}, ret);
}

static enum err decode_bytes(const void *bytes, size_t len)
{
    struct record record;
    void *memory;
    enum err err = decode_exactly(bytes, len, &record, &memory);
    free(memory);
    return err;
}

static struct record full(void)
{
    struct record record = {
#define X(name) .name = "the " #name ", åäö",
        TEXT_FIELDS(X)
#undef X
#define X(name) .name = true,
        BOOL_FIELDS(X)
#undef X
        .body_hash = UINT64_MAX, .due_usec = INT64_MAX, .delay_usec = INT64_MIN, .end_usec = -1,
        .callout = UINT32_MAX, .page = 127, .nonce = 128, .step = 16383, .round = 16384, .code = 417302, .eta_minutes = 1,
        .count = 2,
        .severity = 255, .channel = 128, .purpose = 127, .inbound = 1, .has_token = true,
    };
    for (size_t i = 0; i < TOKEN_BYTES; i++)
        record.token[i] = (uint8_t)(i * 17);
    return record;
}

START_TEST(every_field_comes_back)
{
    struct record all = full(), none = {0};
    expect_round_trip(&all);
    expect_round_trip(&none);
#define X(name) expect_round_trip(&(struct record){.name = "x"}); expect_round_trip(&(struct record){.name = ""});
    TEXT_FIELDS(X)
#undef X
#define X(name) expect_round_trip(&(struct record){.name = 1}); expect_round_trip(&(struct record){.name = 200});
    NUMBER_FIELDS(X)
#undef X
#define X(name) expect_round_trip(&(struct record){.name = true});
    BOOL_FIELDS(X)
#undef X
}
END_TEST

START_TEST(what_is_not_said_takes_no_room)
{
    CLEANUP_BUF struct buf buf = {0};
    record_encode(&(struct record){.kind = RECORD_NOTE, .seq = 7, .at_usec = 8, .incident = 9}, &buf);
    ck_assert_uint_eq(buf.len, 0);
}
END_TEST

/* Logs in the field are read for years: a change that makes this fail makes them unreadable. */
START_TEST(the_format_stays)
{
    static const uint8_t golden[] = {
        2, 4, 'T', 'I', 'B', 0,  18, 4, 0x80, 0x9c, 0x9c, 0x39,  20, 1, 7,  24, 3, 0x96, 0xbc, 0x19,  28, 1, 1,  31, 1, 1,
        36, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
    };
    struct record record = {
        .role = "TIB", .delay_usec = 120000000, .page = 7, .code = 417302, .channel = 1, .drill = true, .has_token = true,
        .token = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
    };
    CLEANUP_BUF struct buf buf = {0};
    record_encode(&record, &buf);
    ck_assert_uint_eq(buf.len, sizeof(golden));
    ck_assert_mem_eq(buf.data, golden, sizeof(golden));
}
END_TEST

START_TEST(kinds_keep_their_numbers)
{
    static const char *const names[RECORD_KIND_END] = {
        [1] = "opened", [2] = "updated", [3] = "bundled", [4] = "callout-started", [5] = "step-begun", [6] = "step-skipped",
        [7] = "page-queued", [8] = "page-sent", [9] = "page-delivered", [10] = "page-failed", [11] = "acknowledged",
        [12] = "declined", [13] = "released", [14] = "callout-cancelled", [15] = "repeat-begun", [17] = "notice-sent",
        [18] = "note", [19] = "closed", [20] = "reloaded", [21] = "reload-refused", [22] = "degraded", [23] = "restored",
        [25] = "duty-changed", [26] = "gap-ahead", [27] = "gateway-state", [31] = "note", [32] = "note",
    };
    for (size_t i = 0; i < RECORD_KIND_END; i++)
        ck_assert_pstr_eq(record_event_name((enum record_kind)i), names[i]);
    ck_assert_ptr_null(record_event_name(RECORD_KIND_END));
    ck_assert_ptr_null(record_event_name((enum record_kind)1000));
    ck_assert_int_eq(RECORD_NOTICE_QUEUED, 16);
    ck_assert_int_eq(RECORD_SETTLED, 24);
    ck_assert_int_eq(RECORD_DRILL_PLANNED, 28);
    ck_assert_int_eq(RECORD_DRILL_POSTPONED, 29);
    ck_assert_int_eq(RECORD_DRILL_UNPLANNED, 30);
}
END_TEST

START_TEST(purposes_have_names)
{
    for (unsigned i = 1; i < PURPOSE_END; i++)
        ck_assert(purpose_known(i) && strcmp(purpose_name((enum purpose)i), "message") != 0);
    ck_assert(!purpose_known(0) && !purpose_known(PURPOSE_END) && !purpose_known(255));
    ck_assert_str_eq(purpose_name((enum purpose)0), "message");
    ck_assert_str_eq(purpose_name(PURPOSE_END), "message");
}
END_TEST

START_TEST(fields_of_a_later_version_are_skipped)
{
    struct record record = full(), back;
    CLEANUP_BUF struct buf own = {0}, buf = {0};
    void *memory;
    record_encode(&record, &own);
    buf_add(&buf, "\xc8\x03" "abc", 5);
    buf_add(&buf, own.data, own.len);
    buf_add(&buf, "\xff\x00", 2);
    ck_assert_int_eq(decode_exactly(buf.data, buf.len, &back, &memory), ERR_OK);
    expect_equal(&record, &back);
    free(memory);
}
END_TEST

START_TEST(damage_is_told)
{
#define EXPECT_CORRUPT(bytes) ck_assert_int_eq(decode_bytes(bytes, sizeof(bytes) - 1), ERR_CORRUPT)
    EXPECT_CORRUPT("\x00\x01" "a");                    /* no tag is 0 */
    EXPECT_CORRUPT("\x01");                            /* no length */
    EXPECT_CORRUPT("\x01\x05" "ab\0");                 /* longer than the payload */
    EXPECT_CORRUPT("\x01\x02" "ab");                   /* a text without its NUL */
    EXPECT_CORRUPT("\x01\x03" "a\0\0");                /* a NUL within */
    EXPECT_CORRUPT("\x01\x00");                        /* not even a NUL */
    EXPECT_CORRUPT("\x14\x00");                        /* a number without bytes */
    EXPECT_CORRUPT("\x14\x01\x80");                    /* cut within */
    EXPECT_CORRUPT("\x14\x02\x01\x01");                /* more behind it */
    EXPECT_CORRUPT("\x14\x05\xff\xff\xff\xff\x1f");    /* above 32 bits */
    EXPECT_CORRUPT("\x1b\x02\x80\x02");                /* above 8 bits */
    EXPECT_CORRUPT("\x1f\x01\x02");                    /* neither true nor false */
    EXPECT_CORRUPT("\x10\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");    /* above 64 bits */
    EXPECT_CORRUPT("\x10\x0b\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x00");   /* an eleventh byte */
    EXPECT_CORRUPT("\x24\x0f" "123456789012345");      /* a token too short */
    EXPECT_CORRUPT("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01" "a");    /* a length that wraps */
    ck_assert_int_eq(decode_bytes("", 0), ERR_OK);
}
END_TEST

/* All that matters is that nothing outside is read: what comes back must be readable to its end. */
static size_t touch(const struct record *record)
{
    size_t sum = 0;
#define X(name) sum += record->name ? strlen(record->name) : 0;
    TEXT_FIELDS(X)
#undef X
    return sum;
}

START_TEST(cut_anywhere_it_does_no_harm)
{
    struct record record = full(), back;
    CLEANUP_BUF struct buf buf = {0};
    void *memory;
    record_encode(&record, &buf);
    for (size_t len = 0; len < buf.len; len++) {
        if (decode_exactly(buf.data, len, &back, &memory) == ERR_OK)
            EXPECT(touch(&back) < buf.len);
        free(memory);
    }
}
END_TEST

START_TEST(with_any_bit_flipped_it_does_no_harm)
{
    struct record record = full(), back;
    CLEANUP_BUF struct buf buf = {0};
    void *memory;
    record_encode(&record, &buf);
    for (size_t bit = 0; bit < buf.len * 8; bit++) {
        buf.data[bit / 8] ^= (char)(1 << bit % 8);
        if (decode_exactly(buf.data, buf.len, &back, &memory) == ERR_OK)
            EXPECT(touch(&back) < buf.len);
        free(memory);
        buf.data[bit / 8] ^= (char)(1 << bit % 8);
    }
}
END_TEST

START_TEST(noise_does_no_harm)
{
    uint64_t random = 1;
    for (int i = 0; i < 20000; i++) {
        uint8_t bytes[64];
        struct record back;
        void *memory;
        size_t len = unit_random(&random) % sizeof(bytes);
        for (size_t k = 0; k < len; k++)
            bytes[k] = (uint8_t)(unit_random(&random) % (k % 2 ? 8 : 40));
        if (decode_exactly(bytes, len, &back, &memory) == ERR_OK)
            EXPECT(touch(&back) <= sizeof(bytes));
        free(memory);
    }
}
END_TEST

static Suite *record_suite(void)
{
    Suite *suite = suite_create("record");
    TCase *tcase = tcase_create("record");
    tcase_add_test(tcase, every_field_comes_back);
    tcase_add_test(tcase, what_is_not_said_takes_no_room);
    tcase_add_test(tcase, the_format_stays);
    tcase_add_test(tcase, kinds_keep_their_numbers);
    tcase_add_test(tcase, purposes_have_names);
    tcase_add_test(tcase, fields_of_a_later_version_are_skipped);
    tcase_add_test(tcase, damage_is_told);
    tcase_add_test(tcase, cut_anywhere_it_does_no_harm);
    tcase_add_test(tcase, with_any_bit_flipped_it_does_no_harm);
    tcase_add_test(tcase, noise_does_no_harm);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_run(record_suite());
}
