#include "base/tz.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "unit.h"

#define SEC_PER_DAY INT64_C(86400)
#define REACH_SEC   INT64_C(97200)   /* 27 hours: as far as any local time is from UTC */

/* Europe/Stockholm is ours. The others: a day that never was (Apia), a month of saving time in reverse (Casablanca), negative
 * saving time (Dublin), half an hour of it (Lord_Howe), midnight changes (Sao_Paulo, Beirut), offsets in quarters (Kathmandu),
 * changes on Saturdays before midnight (Nuuk, Troll by two hours), none at all (Etc/UTC). */
static const char *const zones[] = {
    "Europe/Stockholm", "America/New_York", "Pacific/Apia", "Africa/Casablanca", "Europe/Dublin", "Australia/Lord_Howe",
    "America/Sao_Paulo", "Asia/Beirut", "Asia/Kathmandu", "America/Nuuk", "Antarctica/Troll", "Africa/El_Aaiun", "Etc/UTC",
};
enum { ZONES = N_ELEMENTS(zones) };

/* ---- the zone files and the oracle ---- */

static void read_zone_file(const char *name, struct buf *ret)
{
    char path[200];
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_msg(fd >= 0, "%s cannot be read; is tzdata installed?", path);
    for (ssize_t len; (len = read(fd, buf_reserve(ret, 4096), 4096)) > 0;)
        ret->len += (size_t)len;
    close(fd);
}

static struct tz *load_zone(const char *name)
{
    CLEANUP_BUF struct buf bytes = {0};
    struct tz *tz = NULL;
    read_zone_file(name, &bytes);
    ck_assert_msg(tz_parse(bytes.data, bytes.len, &tz) == ERR_OK, "%s", name);
    return tz;
}

/* What glibc reads, for the rest of the (forked) test. */
static void set_oracle(const char *tz_variable)
{
    setenv("TZ", tz_variable, 1);
    tzset();
}

static int64_t oracle_local_sec(int64_t utc_sec)
{
    time_t time = utc_sec;
    struct tm tm;
    EXPECT(localtime_r(&time, &tm));
    return utc_sec + tm.tm_gmtoff;
}

/* The offsets in force within 27 hours of an instant, found by asking every third hour: no zone changed twice in less. */
static size_t oracle_offsets(int64_t sec, int64_t offsets[static 32])
{
    size_t n = 0;
    for (int64_t at = sec - REACH_SEC; at <= sec + REACH_SEC; at += 10800) {
        int64_t offset = oracle_local_sec(at) - at;
        size_t known = 0;
        while (known < n && offsets[known] != offset)
            known++;
        if (known == n && n < 32)
            offsets[n++] = offset;
    }
    return n;
}

/* The first second whose local time is past the reading: valid for a reading in a gap that no overlap is near. */
static int64_t oracle_after_gap(int64_t local_sec)
{
    int64_t low = local_sec - REACH_SEC, high = local_sec + REACH_SEC;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (oracle_local_sec(middle) > local_sec)
            high = middle;
        else
            low = middle;
    }
    return high;
}

static int64_t oracle_from_local(int64_t local_sec, enum tz_edge edge)
{
    int64_t offsets[32], found = INT64_MIN;
    size_t n = oracle_offsets(local_sec, offsets);
    for (size_t i = 0; i < n; i++) {
        int64_t sec = local_sec - offsets[i];
        if (oracle_local_sec(sec) == local_sec && (found == INT64_MIN || (edge == TZ_BEGIN ? sec < found : sec > found)))
            found = sec;
    }
    return found != INT64_MIN ? found : oracle_after_gap(local_sec);
}

/* ---- comparing ---- */

static void check_instant(const struct tz *tz, const char *name, int64_t sec)
{
    time_t time = sec;
    struct tm tm;
    struct civil civil;
    EXPECT(localtime_r(&time, &tm));
    int64_t usec = sec * USEC_PER_SEC + 999999;
    EXPECT_MSG(tz_offset(tz, usec) == tm.tm_gmtoff, "%s at %lld: %d, not %ld", name, (long long)sec, tz_offset(tz, usec),
        tm.tm_gmtoff);
    EXPECT_MSG(strcmp(tz_abbreviation(tz, usec), tm.tm_zone) == 0, "%s at %lld: %s, not %s", name, (long long)sec,
                  tz_abbreviation(tz, usec), tm.tm_zone);
    tz_to_local(tz, usec, &civil);
    EXPECT(civil_valid(&civil));
    EXPECT(civil.year == tm.tm_year + 1900 && civil.month == tm.tm_mon + 1 && civil.day == tm.tm_mday);
    EXPECT(civil.hour == tm.tm_hour && civil.minute == tm.tm_min && civil.second == tm.tm_sec && civil.usec == 999999);
}

static void check_reading(const struct tz *tz, const char *name, int64_t local_sec)
{
    static const enum tz_edge edges[] = {TZ_BEGIN, TZ_END};
    struct civil local;
    civil_from_sec(local_sec, &local);
    for (size_t i = 0; i < N_ELEMENTS(edges); i++) {
        int64_t usec = tz_from_local(tz, &local, edges[i]), expected = oracle_from_local(local_sec, edges[i]);
        EXPECT_MSG(usec == expected * USEC_PER_SEC, "%s, reading %lld, edge %zu: %lld, not %lld", name, (long long)local_sec, i,
                      (long long)(usec / USEC_PER_SEC), (long long)expected);
    }
}

/* Readings at both ends of what a change skips or repeats, a second to either side, and in the middle. */
static void check_around_change(const struct tz *tz, const char *name, int64_t change_sec)
{
    int64_t before = oracle_local_sec(change_sec - 1) + 1, after = oracle_local_sec(change_sec);
    for (int64_t near = -1; near <= 1; near++) {
        check_instant(tz, name, change_sec + near);
        check_reading(tz, name, before + near);
        check_reading(tz, name, after + near);
    }
    check_reading(tz, name, (before + after) / 2);
}

/* Calls check_around_change() for every change that glibc knows between two years. Returns how many there were. */
static size_t check_changes(const struct tz *tz, const char *name, int first_year, int last_year)
{
    size_t changes = 0;
    int64_t step = 5 * SEC_PER_DAY, end = civil_day(last_year, 12, 31) * SEC_PER_DAY;
    for (int64_t sec = civil_day(first_year, 1, 1) * SEC_PER_DAY; sec < end; sec += step) {
        int64_t low = sec, high = sec + step, offset = oracle_local_sec(sec) - sec;
        if (oracle_local_sec(high) - high == offset)
            continue;
        while (high - low > 1) {
            int64_t middle = low + (high - low) / 2;
            if (oracle_local_sec(middle) - middle == offset)
                low = middle;
            else
                high = middle;
        }
        check_around_change(tz, name, high);
        changes++;
    }
    return changes;
}

/* ---- tests ---- */

START_TEST(random_instants_as_localtime) {
    const char *name = zones[_i];
    CLEANUP(tz_free) struct tz *tz = load_zone(name);
    uint64_t seed = 100 + (uint64_t)_i;
    set_oracle(name);
    int64_t first = civil_day(1850, 1, 1) * SEC_PER_DAY, span = civil_day(2600, 1, 1) * SEC_PER_DAY - first;
    for (int i = 0; i < 5000; i++)
        check_instant(tz, name, first + (int64_t)(unit_random(&seed) % (uint64_t)span));
    for (int i = 0; i < 3000; i++)   /* the years in which duties are, closer */
        check_instant(tz, name, civil_day(2020, 1, 1) * SEC_PER_DAY
                                + (int64_t)(unit_random(&seed) % (INT64_C(10980) * SEC_PER_DAY)));
}
END_TEST

START_TEST(random_readings_as_localtime) {
    const char *name = zones[_i];
    CLEANUP(tz_free) struct tz *tz = load_zone(name);
    uint64_t seed = 200 + (uint64_t)_i;
    set_oracle(name);
    int64_t first = civil_day(1990, 1, 1) * SEC_PER_DAY, span = civil_day(2300, 1, 1) * SEC_PER_DAY - first;
    for (int i = 0; i < 300; i++)
        check_reading(tz, name, first + (int64_t)(unit_random(&seed) % (uint64_t)span));
}
END_TEST

START_TEST(every_change_and_its_surroundings) {
    const char *name = zones[_i];
    CLEANUP(tz_free) struct tz *tz = load_zone(name);
    set_oracle(name);
    size_t recent = check_changes(tz, name, 1985, 2050);
    size_t far = check_changes(tz, name, 2395, 2405);
    if (strcmp(name, "Europe/Stockholm") == 0) {
        ck_assert_uint_eq(recent, 132);   /* two a year */
        ck_assert_uint_eq(far, 22);
    }
}
END_TEST

/* mktime finds its own way back wherever a reading is not ambiguous. */
START_TEST(readings_as_mktime) {
    CLEANUP(tz_free) struct tz *tz = load_zone("Europe/Stockholm");
    set_oracle("Europe/Stockholm");
    for (int64_t day = civil_day(2026, 1, 1); day < civil_day(2036, 1, 1); day++) {
        struct tm tm = {.tm_hour = 12, .tm_isdst = -1};
        struct civil noon = {.hour = 12};
        civil_from_day(day, &noon.year, &noon.month, &noon.day);
        tm.tm_year = noon.year - 1900;
        tm.tm_mon = noon.month - 1;
        tm.tm_mday = noon.day;
        int64_t expected = mktime(&tm) * USEC_PER_SEC;
        ck_assert_int_eq(tz_from_local(tz, &noon, TZ_BEGIN), expected);
        ck_assert_int_eq(tz_from_local(tz, &noon, TZ_END), expected);
    }
}
END_TEST

static int64_t utc_usec(int year, int month, int day, int hour, int minute)
{
    return civil_day(year, month, day) * USEC_PER_DAY + hour * USEC_PER_HOUR + minute * USEC_PER_MIN;
}

/* Spelled out, so that a fault shared with the oracle above would show. */
START_TEST(stockholm_spring_and_autumn) {
    CLEANUP(tz_free) struct tz *tz = load_zone("Europe/Stockholm");
    static const struct { struct civil local; int begin_minutes, end_minutes; } cases[] = {
        {{2027, 3, 28, 1, 59, 0, 0}, 59, 59},         /* CET */
        {{2027, 3, 28, 2, 0, 0, 0}, 60, 60},          /* skipped: 03:00 CEST is the first instant after it */
        {{2027, 3, 28, 2, 30, 0, 123}, 60, 60},
        {{2027, 3, 28, 2, 59, 59, 0}, 60, 60},
        {{2027, 3, 28, 3, 0, 0, 0}, 60, 60},
        {{2027, 3, 28, 3, 1, 0, 0}, 61, 61},
        {{2026, 10, 25, 1, 59, 0, 0}, -1, -1},        /* CEST */
        {{2026, 10, 25, 2, 0, 0, 0}, 0, 60},          /* twice */
        {{2026, 10, 25, 2, 59, 0, 0}, 59, 119},
        {{2026, 10, 25, 3, 0, 0, 0}, 120, 120},       /* CET */
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        const struct civil *local = &cases[i].local;
        int64_t midnight = utc_usec(local->year, local->month, local->day, 0, 0);
        ck_assert_msg(tz_from_local(tz, local, TZ_BEGIN) == midnight + cases[i].begin_minutes * USEC_PER_MIN, "case %zu", i);
        ck_assert_msg(tz_from_local(tz, local, TZ_END) == midnight + cases[i].end_minutes * USEC_PER_MIN, "case %zu", i);
    }
}
END_TEST

START_TEST(microseconds_stay) {
    CLEANUP(tz_free) struct tz *tz = load_zone("Europe/Stockholm");
    struct civil local = {2026, 12, 24, 15, 0, 0, 123456}, back;
    int64_t usec = tz_from_local(tz, &local, TZ_BEGIN);
    ck_assert_int_eq(usec, utc_usec(2026, 12, 24, 14, 0) + 123456);
    tz_to_local(tz, usec, &back);
    ck_assert_int_eq(back.usec, 123456);
    tz_to_local(tz, -1, &back);
    ck_assert_int_eq(back.usec, 999999);
    ck_assert_int_eq(back.second, 59);
    ck_assert_int_eq(back.year, 1970);   /* 00:59:59.999999 CET */
}
END_TEST

/* Samoa went over the date line: its 30th of December 2011 never was. */
START_TEST(apia_has_a_day_that_never_was) {
    CLEANUP(tz_free) struct tz *tz = load_zone("Pacific/Apia");
    struct civil noon = {2011, 12, 30, 12, 0, 0, 0};
    ck_assert_int_eq(tz_from_local(tz, &noon, TZ_BEGIN), utc_usec(2011, 12, 30, 10, 0));
    ck_assert_int_eq(tz_from_local(tz, &noon, TZ_END), utc_usec(2011, 12, 30, 10, 0));
}
END_TEST

START_TEST(utc_is_utc) {
    CLEANUP(tz_free) struct tz *tz = tz_new_utc();
    struct civil civil = {2026, 11, 22, 13, 55, 0, 7}, back;
    int64_t usec = tz_from_local(tz, &civil, TZ_BEGIN);
    ck_assert_int_eq(usec, utc_usec(2026, 11, 22, 13, 55) + 7);
    tz_to_local(tz, usec, &back);
    ck_assert_int_eq(civil_to_sec(&civil), civil_to_sec(&back));
    ck_assert_int_eq(tz_offset(tz, INT64_MIN), 0);
    ck_assert_str_eq(tz_abbreviation(tz, INT64_MAX), "UTC");
    tz_free(NULL);
}
END_TEST

START_TEST(the_ends_of_time) {
    static const int64_t ends[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX};
    static const struct civil readings[] = {{-9999, 1, 1, 0, 0, 0, 0}, {9999, 12, 31, 23, 59, 59, 999999}};
    CLEANUP(tz_free) struct tz *tz = load_zone(zones[_i]);
    for (size_t i = 0; i < N_ELEMENTS(ends); i++) {
        struct civil civil;
        tz_to_local(tz, ends[i], &civil);
        ck_assert_int_ge(civil.month, 1);
        ck_assert_ptr_nonnull(tz_abbreviation(tz, ends[i]));
    }
    for (size_t i = 0; i < N_ELEMENTS(readings); i++) {
        struct civil back;
        tz_to_local(tz, tz_from_local(tz, &readings[i], TZ_BEGIN), &back);
        ck_assert_int_eq(civil_to_sec(&back), civil_to_sec(&readings[i]));
        ck_assert_int_eq(back.usec, readings[i].usec);
    }
}
END_TEST

/* ---- made-up files ---- */

static void add_big_endian(struct buf *buf, uint64_t number, unsigned size)
{
    while (size-- > 0)
        buf_add_char(buf, (char)(number >> 8 * size));
}

struct made_up {
    int version;               /* 1..4 */
    size_t n;
    int64_t transition_sec[4];
    unsigned char transition_type[4];
    uint32_t leap;
    const char *rule;
};

/* Types: 0 is LMT +00:12:34, 1 is AAA +1 h, 2 is BBB +2 h. */
static void add_made_up_block(struct buf *buf, const struct made_up *zone, unsigned time_size, bool full)
{
    static const char versions[] = {0, 0, '2', '3', '4'};
    static const uint32_t offsets[] = {754, 3600, 7200};
    const uint32_t counts[] = {0, 0, full ? zone->leap : 0, full ? (uint32_t)zone->n : 0, full ? 3 : 0, full ? 12 : 0};
    buf_add_text(buf, "TZif");
    buf_add_char(buf, versions[zone->version]);
    buf_add(buf, (char[15]){0}, 15);
    for (size_t i = 0; i < N_ELEMENTS(counts); i++)
        add_big_endian(buf, counts[i], 4);
    if (!full)
        return;
    for (size_t i = 0; i < zone->n; i++)
        add_big_endian(buf, (uint64_t)zone->transition_sec[i], time_size);
    buf_add(buf, zone->transition_type, zone->n);
    for (size_t i = 0; i < N_ELEMENTS(offsets); i++) {
        add_big_endian(buf, offsets[i], 4);
        buf_add_char(buf, (char)(i == 2));
        buf_add_char(buf, (char)(4 * i));
    }
    buf_add(buf, "LMT\0AAA\0BBB", 12);
    for (uint32_t i = 0; i < zone->leap; i++)
        buf_add(buf, (char[12]){0}, time_size + 4);
}

static void make_up(struct buf *buf, const struct made_up *zone)
{
    add_made_up_block(buf, zone, 4, zone->version == 1);
    if (zone->version == 1)
        return;
    add_made_up_block(buf, zone, 8, true);
    buf_add_char(buf, '\n');
    buf_add_text(buf, zone->rule);
    buf_add_char(buf, '\n');
}

/* Parses a copy that ends where the bytes end, so that a sanitizer sees a read beyond. */
static enum err parse_exactly(const void *bytes, size_t len, struct tz **ret)
{
    CLEANUP_FREE void *exact = mem_dup(bytes, len);
    return tz_parse(exact, len, ret);
}

static struct tz *load_made_up(const struct made_up *zone)
{
    CLEANUP_BUF struct buf buf = {0};
    struct tz *tz = NULL;
    make_up(&buf, zone);
    ck_assert_int_eq(parse_exactly(buf.data, buf.len, &tz), ERR_OK);
    return tz;
}

static void check_at(const struct tz *tz, int64_t sec, const char *abbreviation)
{
    const char *found = tz_abbreviation(tz, sec * USEC_PER_SEC);
    EXPECT_MSG(strcmp(found, abbreviation) == 0, "at %lld: %s, not %s", (long long)sec, found, abbreviation);
}

START_TEST(version_1_is_read) {
    CLEANUP(tz_free) struct tz *tz = load_made_up(&(struct made_up){1, 2, {-1000, 1000}, {1, 2}, 0, ""});
    check_at(tz, -1001, "LMT");
    check_at(tz, -1000, "AAA");
    check_at(tz, 999, "AAA");
    check_at(tz, 1000, "BBB");
    check_at(tz, INT64_C(9000000000000), "BBB");
}
END_TEST

START_TEST(without_a_rule_the_last_type_stays) {
    CLEANUP(tz_free) struct tz *tz = load_made_up(&(struct made_up){2, 1, {INT64_C(-5000000000)}, {1}, 0, ""});
    check_at(tz, INT64_C(-5000000001), "LMT");
    check_at(tz, INT64_C(-5000000000), "AAA");
    check_at(tz, INT64_C(9000000000000), "AAA");
}
END_TEST

START_TEST(the_rule_holds_from_the_last_transition_on) {
    CLEANUP(tz_free) struct tz *tz = load_made_up(&(struct made_up){3, 1, {1000}, {1}, 0, "AAA-1CCC,J91/0,J182/0"});
    check_at(tz, 999, "LMT");
    check_at(tz, 1000, "AAA");
    check_at(tz, civil_day(1970, 4, 1) * SEC_PER_DAY - 3601, "AAA");
    check_at(tz, civil_day(1970, 4, 1) * SEC_PER_DAY - 3600, "CCC");
    check_at(tz, civil_day(1970, 7, 1) * SEC_PER_DAY - 7200, "AAA");
}
END_TEST

/* glibc reads such rules too, as the value of TZ. (It does not follow one over New Year; see saving_time_all_year.) */
static const char *const rules[] = {
    "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0", "IST-1GMT0,M10.5.0,M3.5.0/1", "<+0330>-3:30<+0430>,J79/24,J263/24",
    "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "AAA3BBB,J60/2,J300/2", "AAA3BBB,59/2,300/2",
        "AAA3BBB,0/2,300/2",
    "<+00>0<+02>-2,M3.5.0/1,M10.5.0/3", "AAA-12BBB,M9.5.0/2:45,M4.1.0/3:45", "IST-2IDT,M3.4.4/26,M10.5.0", "AAA5", "<-0330>3:30",
    "XXX-13:59:59YYY-14:30:15,M2.1.1/-100,M11.4.6/100:30:30",
};

START_TEST(rules_as_glibc) {
    const char *rule = rules[_i];
    CLEANUP(tz_free) struct tz *tz = load_made_up(&(struct made_up){3, 0, {0}, {0}, 0, rule});
    uint64_t seed = 300 + (uint64_t)_i;
    set_oracle(rule);
    int64_t first = civil_day(1971, 1, 20) * SEC_PER_DAY, span = civil_day(2500, 1, 1) * SEC_PER_DAY - first;
    for (int i = 0; i < 5000; i++)
        check_instant(tz, rule, first + (int64_t)(unit_random(&seed) % (uint64_t)span));
    check_changes(tz, rule, 1995, 2005);
    check_changes(tz, rule, 2095, 2105);
}
END_TEST

/* RFC 9636, 3.3.1: saving time all year, spelled so that it ends when it begins. */
START_TEST(saving_time_all_year) {
    CLEANUP(tz_free) struct tz *tz = load_made_up(&(struct made_up){3, 0, {0}, {0}, 0, "EST5EDT,0/0,J365/25"});
    for (int64_t sec = civil_day(2023, 12, 1) * SEC_PER_DAY; sec < civil_day(2025, 2, 1) * SEC_PER_DAY; sec += 1800)
        check_at(tz, sec, "EDT");
    struct civil new_year = {2025, 1, 1, 0, 0, 0, 0};
    EXPECT(tz_from_local(tz, &new_year, TZ_BEGIN) == utc_usec(2025, 1, 1, 4, 0));
    EXPECT(tz_from_local(tz, &new_year, TZ_END) == utc_usec(2025, 1, 1, 4, 0));
}
END_TEST

/* ---- what is not a zone file ---- */

START_TEST(truncated_anywhere) {
    CLEANUP_BUF struct buf bytes = {0};
    read_zone_file(zones[_i], &bytes);
    for (size_t len = 0; len < bytes.len; len++) {
        struct tz *tz = NULL;
        EXPECT_MSG(parse_exactly(bytes.data, len, &tz) == ERR_CORRUPT, "cut to %zu", len);
        EXPECT(!tz);
    }
}
END_TEST

/* Asks a zone of doubtful origin everything: nothing may crash, and local time must lead back. */
static void interrogate(const struct tz *tz)
{
    static const int64_t instants[] = {INT64_MIN, -1, 0, INT64_C(1795355700000000), INT64_C(99999999999000000), INT64_MAX};
    for (size_t i = 0; i < N_ELEMENTS(instants); i++) {
        struct civil civil;
        tz_to_local(tz, instants[i], &civil);
        EXPECT(strlen(tz_abbreviation(tz, instants[i])) < 1000000);
        if (civil_valid(&civil)) {
            EXPECT(tz_from_local(tz, &civil, TZ_BEGIN) <= instants[i]);
            EXPECT(tz_from_local(tz, &civil, TZ_END) >= instants[i]);
        }
    }
}

static void try_bytes(const struct buf *bytes)
{
    CLEANUP(tz_free) struct tz *tz = NULL;
    enum err err = parse_exactly(bytes->data, bytes->len, &tz);
    EXPECT((err == ERR_OK) == (tz != NULL));
    if (tz)
        interrogate(tz);
}

/* Each of the twelve counts in turn says something else than the truth. None may be believed. */
START_TEST(counts_that_lie) {
    static const uint32_t lies[] = {0, 1, 2, 255, 256, 257, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
    CLEANUP_BUF struct buf bytes = {0};
    read_zone_file("Europe/Stockholm", &bytes);
    char *second = bytes.data + 4;
    while (memcmp(second, "TZif", 4) != 0)
        second++;   /* the file has been parsed, in other tests: there is one */
    char *const headers[] = {bytes.data, second};
    for (size_t i = 0; i < 12; i++) {
        char *count = headers[i / 6] + 20 + 4 * (i % 6), saved[4];
        memcpy(saved, count, 4);
        for (size_t j = 0; j < N_ELEMENTS(lies); j++) {
            CLEANUP_BUF struct buf lie = {0};
            add_big_endian(&lie, lies[j], 4);
            memcpy(count, lie.data, 4);
            struct tz *tz = NULL;
            enum err err = parse_exactly(bytes.data, bytes.len, &tz);
            if (memcmp(count, saved, 4) == 0)
                EXPECT(err == ERR_OK);
            else
                EXPECT_MSG(err == ERR_CORRUPT || err == ERR_UNSUPPORTED, "count %zu, lie %u", i, lies[j]);
            tz_free(tz);
        }
        memcpy(count, saved, 4);
    }
}
END_TEST

START_TEST(random_damage) {
    CLEANUP_BUF struct buf whole = {0};
    read_zone_file(zones[_i], &whole);
    uint64_t seed = 400 + (uint64_t)_i;
    for (int i = 0; i < 500; i++) {
        CLEANUP_BUF struct buf bytes = {0};
        buf_add(&bytes, whole.data, whole.len);
        for (uint64_t n = 1 + unit_random(&seed) % 4; n > 0; n--)
            bytes.data[unit_random(&seed) % bytes.len] = (char)unit_random(&seed);
        try_bytes(&bytes);
    }
}
END_TEST

static void check_refused(const struct made_up *zone, enum err expected)
{
    CLEANUP_BUF struct buf buf = {0};
    struct tz *tz = NULL;
    make_up(&buf, zone);
    ck_assert_msg(parse_exactly(buf.data, buf.len, &tz) == expected, "rule '%s'", zone->rule);
    ck_assert_ptr_null(tz);
}

START_TEST(rules_that_are_none) {
    static const char *const wrong[] = {
        "C", "CET", "CE-1", "CET-", "CET-25", "CET-1:60", "CET-1CEST", "CET-1CEST,", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,",
        "CET-1CEST,M0.5.0,M10.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.0.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0/168,M10.5.0", "CET-1CEST,J0,J300", "CET-1CEST,J366,J300",
        "CET-1CEST,366,300",
        "CET-1CEST,M3.5.0,M10.5.0x", "CET-1CEST,M3.5.0,M10.5.0/", "<CET-1", "<+1>-1", "<CET->1x", "C1T-1", ":Europe/Stockholm",
        "CET-1CEST,M3.5,M10.5.0", "CET-99999999999999999999", "ABCDEFGHIJKLMNOP-1", "CET-1CE,M3.5.0,M10.5.0", " CET-1",
    };
    for (size_t i = 0; i < N_ELEMENTS(wrong); i++)
        check_refused(&(struct made_up){3, 0, {0}, {0}, 0, wrong[i]}, ERR_CORRUPT);
}
END_TEST

START_TEST(files_that_contradict_themselves) {
    check_refused(&(struct made_up){2, 2, {5, 5}, {1, 2}, 0, ""}, ERR_CORRUPT);       /* not ascending */
    check_refused(&(struct made_up){2, 2, {6, 5}, {1, 2}, 0, ""}, ERR_CORRUPT);
    check_refused(&(struct made_up){2, 1, {5}, {3}, 0, ""}, ERR_CORRUPT);             /* no such type */
    check_refused(&(struct made_up){1, 1, {5}, {255}, 0, ""}, ERR_CORRUPT);
    check_refused(&(struct made_up){2, 1, {5}, {1}, 1, ""}, ERR_UNSUPPORTED);         /* leap seconds: its times are not UTC */
}
END_TEST

START_TEST(not_zone_files) {
    struct tz *tz = NULL;
    CLEANUP_BUF struct buf huge = {0};
    ck_assert_int_eq(parse_exactly("", 0, &tz), ERR_CORRUPT);
    ck_assert_int_eq(parse_exactly("TZif", 4, &tz), ERR_CORRUPT);
    ck_assert_int_eq(parse_exactly("# tzdb data for Europe and environs; a text that is long enough", 60, &tz), ERR_CORRUPT);
    read_zone_file("Europe/Stockholm", &huge);
    buf_reserve(&huge, 2 << 20);
    huge.len += 2 << 20;
    ck_assert_int_eq(tz_parse(huge.data, huge.len, &tz), ERR_CORRUPT);
    ck_assert_ptr_null(tz);
}
END_TEST

START_TEST(names_that_may_be_looked_up) {
    static const char *const good[] = {"UTC", "Europe/Stockholm", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "Etc/GMT-14",
        "GB-Eire"};
    static const char *const bad[] = {"", "/etc/passwd", "..", "../etc", "Europe/../../etc/shadow", "Europe/",
        "Europe//Stockholm", ".",
                                      "Europe/Stock holm", "Europe/Malm\xC3\xB6", "a\nb", "posix.rules"};
    for (size_t i = 0; i < N_ELEMENTS(good); i++)
        ck_assert_msg(tz_name_valid(good[i]), "%s", good[i]);
    for (size_t i = 0; i < N_ELEMENTS(bad); i++)
        ck_assert_msg(!tz_name_valid(bad[i]), "%s", bad[i]);
    char longest[257];
    memset(longest, 'a', sizeof longest);
    longest[255] = '\0';
    ck_assert(tz_name_valid(longest));
    longest[255] = 'a';
    longest[256] = '\0';
    ck_assert(!tz_name_valid(longest));
}
END_TEST

static void add_case(Suite *suite, const char *name, const TTest *const tests[], size_t n, int loops)
{
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, 120);
    for (size_t i = 0; i < n; i++)
        tcase_add_loop_test(tcase, tests[i], 0, loops);
    suite_add_tcase(suite, tcase);
}

int main(void)
{
    const TTest *const each_zone[] = {random_instants_as_localtime, random_readings_as_localtime,
        every_change_and_its_surroundings,
                                      the_ends_of_time, truncated_anywhere, random_damage};
    const TTest *const each_rule[] = {rules_as_glibc};
    const TTest *const once[] = {
        readings_as_mktime, stockholm_spring_and_autumn, microseconds_stay, apia_has_a_day_that_never_was, utc_is_utc,
        version_1_is_read,
        without_a_rule_the_last_type_stays, the_rule_holds_from_the_last_transition_on, saving_time_all_year, counts_that_lie,
        rules_that_are_none, files_that_contradict_themselves, not_zone_files, names_that_may_be_looked_up,
    };
    Suite *suite = suite_create("base/tz");
    add_case(suite, "zones", each_zone, N_ELEMENTS(each_zone), ZONES);
    add_case(suite, "rules", each_rule, N_ELEMENTS(each_rule), N_ELEMENTS(rules));
    add_case(suite, "tz", once, N_ELEMENTS(once), 1);
    return unit_run(suite);
}
