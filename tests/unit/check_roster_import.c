/* Tables as spreadsheets write them, and shifts out of them. */
#include <stdio.h>
#include <string.h>

#include "roster/roster_import.h"
#include "unit.h"

/* ---- tables ---- */

/* "1:a|b 2:c"; or "line 2: why" */
static char *parsed(const void *bytes, size_t len)
{
    CLEANUP(csv_free) struct csv *csv = NULL;
    struct buf text = {0};
    int line;
    const char *why;
    if (csv_parse(bytes, len, &csv, &line, &why) != ERR_OK) {
        buf_printf(&text, "line %d: %s", line, why);
        return buf_take(&text);
    }
    for (size_t i = 0; i < csv->n; i++) {
        buf_printf(&text, "%s%d:", i ? " " : "", csv->rows[i].line);
        for (size_t k = 0; k < csv->rows[i].n; k++)
            buf_printf(&text, "%s%s", k ? "|" : "", csv->rows[i].fields[k]);
    }
    return text.data ? buf_take(&text) : mem_strdup("");
}

#define assert_csv(text, expected)                                       \
    do {                                                                 \
        CLEANUP_FREE char *parsed_ = parsed((text), sizeof(text) - 1);   \
        ck_assert_str_eq(parsed_, (expected));                           \
    } while (0)

START_TEST(tables_as_programs_write_them) {
    assert_csv("vecka;namn\r\n52;Bo Ek\r\n", "1:vecka|namn 2:52|Bo Ek");
    assert_csv("vecka,namn\n52,Bo Ek", "1:vecka|namn 2:52|Bo Ek");
    assert_csv("vecka\tnamn\r52\tBo Ek\r", "1:vecka|namn 2:52|Bo Ek");
    assert_csv("\xEF\xBB\xBFvecka;namn\r\n", "1:vecka|namn");
    assert_csv("sep=;\r\na,b;c\r\n", "2:a,b|c");
    assert_csv("vecka;ers\xE4ttare\r\n52;\x80\x96\r\n", "1:vecka|ersättare 2:52|€–");
    assert_csv("\xEF\xBB\xBFvecka;ersättare", "1:vecka|ersättare");
    assert_csv("a;b;c\r\n\r\n;;\r\n;x;\r\n", "1:a|b|c 4:|x|");
    assert_csv("\r\n\r\na;b\r\n", "3:a|b");
    assert_csv("", "");
    assert_csv("\n\n", "");
}
END_TEST

START_TEST(quotation_marks) {
    assert_csv("\"a;b\";\"c \"\"d\"\"\"\n", "1:a;b|c \"d\"");
    assert_csv("a;\"two\r\nlines\";b\nnext;\n", "1:a|two lines|b 3:next|");
    assert_csv(" \"a\" ;b\n", "1:a|b");
    assert_csv("a;b\n\"c;d\n", "line 3: a quotation mark is never closed");
    assert_csv("a \"b\";c\n", "1:a \"b\"|c");
}
END_TEST

START_TEST(what_is_no_table) {
    assert_csv("\xFF\xFEv\0e\0", "line 1: it is UTF-16: save it as CSV UTF-8");
    assert_csv("PK\x03\x04rest", "line 1: it is a workbook: save it as CSV");
    assert_csv("a;b\0c", "line 1: it is no text");
    CLEANUP_BUF struct buf wide = {0}, deep = {0}, long_field = {0};
    for (int i = 0; i < CSV_MAX_FIELDS; i++)
        buf_add_char(&wide, ';');
    CLEANUP_FREE char *too_wide = parsed(buf_text(&wide), wide.len);
    ck_assert_str_eq(too_wide, "line 1: more than 64 columns");
    for (int i = 0; i <= CSV_MAX_ROWS; i++)
        buf_add_text(&deep, "a\n");
    CLEANUP_FREE char *too_deep = parsed(buf_text(&deep), deep.len);
    ck_assert_str_eq(too_deep, "line 20001: more than 20000 rows");
    for (int i = 0; i <= CSV_MAX_FIELD_BYTES; i++)
        buf_add_char(&long_field, 'x');
    CLEANUP_FREE char *too_long = parsed(buf_text(&long_field), long_field.len);
    ck_assert_str_eq(too_long, "line 1: a field is too long");
    CLEANUP_FREE char *huge = mem_alloc(CSV_MAX_BYTES + 1);
    CLEANUP_FREE char *too_big = parsed(huge, CSV_MAX_BYTES + 1);
    ck_assert_str_eq(too_big, "line 1: it is larger than 4 MB");
}
END_TEST

/* ---- shifts ---- */

static struct person persons[] = {
    {.id = "anna.berg", .name = "Anna Berg"}, {.id = "bo.ek", .name = "Bo Ek"}, {.id = "cia.lund", .name = "Cia Lund"},
    {.id = "cia2", .name = "Cia Lund"},       {.id = "åsa", .name = "Åsa Öst"},
};
static struct tz *stockholm;
static struct plan plan;
static struct roster roster;

static void setup(void)
{
    static char bytes[65536];
    FILE *file = fopen("/usr/share/zoneinfo/Europe/Stockholm", "rb");
    ck_assert_ptr_nonnull(file);
    size_t len = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    ck_assert_int_eq(tz_parse(bytes, len, &stockholm), ERR_OK);
    plan = (struct plan){.tz = stockholm, .persons = persons, .n_persons = N_ELEMENTS(persons)};
    roster = (struct roster){.role = "TIB", .title = "Tjänsteperson i beredskap", .handover_minute = 12 * 60};
}

static void teardown(void)
{
    tz_free(stockholm);
}

static int64_t utc(int year, int month, int day, int hour)
{
    return civil_to_sec(&(struct civil){.year = year, .month = month, .day = day, .hour = hour}) * USEC_PER_SEC;
}

static struct roster_import begun(void)
{
    return (struct roster_import){.plan = &plan, .roster = &roster, .now_usec = utc(2026, 11, 22, 3)};
}

/* The lines of the drop-in, or, if there are errors or notes, those: "2: ..." */
static char *imported(const char *bytes, size_t len)
{
    CLEANUP(csv_free) struct csv *csv = NULL;
    CLEANUP_IMPORT struct roster_import import = begun();
    struct buf text = {0};
    int line;
    const char *why;
    ck_assert_int_eq(csv_parse(bytes, len, &csv, &line, &why), ERR_OK);
    roster_import_csv(&import, csv);
    for (size_t i = 0; i < import.n_problems; i++)
        buf_printf(&text, "%d: %s%s\n", import.problems[i].line, import.problems[i].error ? "" : "note: ", import.problems[i].text);
    if (import.n_errors == 0)
        roster_import_add_text(&import, &text);
    return buf_take(&text);
}

#define assert_import(text, expected)                                      \
    do {                                                                   \
        CLEANUP_FREE char *imported_ = imported((text), sizeof(text) - 1); \
        ck_assert_str_eq(imported_, (expected));                           \
    } while (0)

START_TEST(weeks) {
    assert_import("vecka;namn;ersättare\r\n2026-W52;Bo Ek;ANNA.BERG\r\n2026-53;bo.ek;\r\n2027 v. 1;Åsa öst;Bo Ek / Anna Berg\r\n",
                  "[shifts]\n"
                  "shift = 2026-12-21 12:00 / 2026-12-28 12:00  bo.ek, anna.berg   ; v. 52\n"
                  "shift = 2026-12-28 12:00 / 2027-01-04 12:00  bo.ek, -   ; v. 53\n"
                  "shift = 2027-01-04 12:00 / 2027-01-11 12:00  åsa, bo.ek, anna.berg   ; v. 1\n");
    assert_import("week,name\n2027-W27..2027-W30,Bo Ek\n2027-W31..W32,bo.ek\n",
                  "[shifts]\nshift = 2027-07-05 12:00 / 2027-08-02 12:00  bo.ek\nshift = 2027-08-02 12:00 / 2027-08-16 12:00  bo.ek\n");
    assert_import("år;v;namn\n2027;52;bo.ek\n", "[shifts]\nshift = 2027-12-27 12:00 / 2028-01-03 12:00  bo.ek   ; v. 52\n");
}
END_TEST

START_TEST(a_week_without_a_year_is_the_nearest) {
    /* Now is week 47 of 2026, a year of 53 weeks. */
    assert_import("vecka;namn\n47;bo.ek\nv. 53;bo.ek\n2;bo.ek\n39;bo.ek\n38;bo.ek\n52-1;bo.ek\n",
                  "[shifts]\n"
                  "shift = 2026-11-16 12:00 / 2026-11-23 12:00  bo.ek   ; v. 47\n"
                  "shift = 2026-12-28 12:00 / 2027-01-04 12:00  bo.ek   ; v. 53\n"
                  "shift = 2027-01-11 12:00 / 2027-01-18 12:00  bo.ek   ; v. 2\n"
                  "shift = 2026-09-21 12:00 / 2026-09-28 12:00  bo.ek   ; v. 39\n"
                  "shift = 2027-09-20 12:00 / 2027-09-27 12:00  bo.ek   ; v. 38\n"
                  "shift = 2026-12-21 12:00 / 2027-01-11 12:00  bo.ek\n");
}
END_TEST

START_TEST(times) {
    assert_import("från;till;namn;ersättare\n2026-12-24 08:00;2026-12-25T08:00:00;Bo Ek;-\n2026-12-25;2026-12-26 24:00;Bo Ek;Anna Berg\n"
                  "2026-12-27 8.30;2026-12-27 09.30;;Anna Berg\n",
                  "[shifts]\n"
                  "shift = 2026-12-24 08:00 / 2026-12-25 08:00  bo.ek, -\n"
                  "shift = 2026-12-25 12:00 / 2026-12-27 00:00  bo.ek, anna.berg\n"
                  "shift = 2026-12-27 08:30 / 2026-12-27 09:30  *, anna.berg\n");
    /* In the doubled hour a beginning is the first and an end the second; in the hour that is skipped, the first instant after. */
    assert_import("from,to,name\n2026-10-25 02:30,2026-10-25 04:00,bo.ek\n2026-10-24 12:00,2026-10-25 02:30,bo.ek\n2026-03-29 02:30,2026-03-29 04:00,bo.ek\n",
                  "[shifts]\n"
                  "shift = 2026-10-25 02:30 / 2026-10-25 04:00  bo.ek\n"
                  "shift = 2026-10-24 12:00 / 2026-10-25 02:30  bo.ek\n"
                  "shift = 2026-03-29 03:00 / 2026-03-29 04:00  bo.ek\n");
}
END_TEST

START_TEST(every_mistake_is_told_with_its_line) {
    assert_import("from,to,name\n2026-52-84 24:00,2026-02-30 24:00,bo.ek\n",
                  "2: '2026-52-84 24:00' is no time that exists; write 2026-12-24 08:00\n"
                  "2: '2026-02-30 24:00' is no time that exists; write 2026-12-24 08:00\n");
    assert_import("vecka;namn;ersättare\n54;Bo Ek;\n2027-W53;Bo Ek;\nx;Bo Ek;\n2026-W52;Ana Berg;Bo Ekk\n2026-W52;Cia Lund;\n2026-W52;Bo Ek;Bo Ek\n52x;bo.ek;\n;bo.ek;\n",
                  "2: '54' is no week that exists; write 2026-W52, or 52 with a column for the year\n"
                  "3: '2027-W53' is no week that exists; write 2026-W52, or 52 with a column for the year\n"
                  "4: 'x' is no week that exists; write 2026-W52, or 52 with a column for the year\n"
                  "5: 'Ana Berg' is nobody in people.ini; did you mean 'Anna Berg'?\n"
                  "5: 'Bo Ekk' is nobody in people.ini; did you mean 'Bo Ek'?\n"
                  "6: 'Cia Lund' is the name of both 'cia.lund' and 'cia2': write that instead\n"
                  "7: note: Bo Ek is named twice\n"
                  "8: '52x' is no week that exists; write 2026-W52, or 52 with a column for the year\n"
                  "9: '' is no week that exists; write 2026-W52, or 52 with a column for the year\n");
    assert_import("från;till;namn\n2026-12-25;2026-12-24;Bo Ek\n2026-02-30;2026-03-01;Bo Ek\n24/12/2026;x;Bo Ek\n2026-12-24;2036-12-25;Bo Ek\n2099-01-01;2099-01-02;Bo Ek\n",
                  "2: it ends before it begins\n"
                  "3: '2026-02-30' is no time that exists; write 2026-12-24 08:00\n"
                  "4: '24/12/2026' is no time that exists; write 2026-12-24 08:00\n"
                  "4: 'x' is no time that exists; write 2026-12-24 08:00\n"
                  "5: it lasts more than three years; is a date wrong?\n"
                  "6: it is more than fifty years away; is a date wrong?\n");
}
END_TEST

START_TEST(headings) {
    static const char must[] = "the first row must be headings: vecka;namn;ersättare or från;till;namn;ersättare\n";
    CLEANUP_BUF struct buf expected = {0};
    buf_printf(&expected, "1: %s", must);
    assert_import("2026-W52;Bo Ek\n", "1: note: the column '2026-W52' is left out\n1: note: the column 'Bo Ek' is left out\n"
                                      "1: the first row must be headings: vecka;namn;ersättare or från;till;namn;ersättare\n");
    assert_import("vecka;från;till;namn\n", buf_text(&expected));
    assert_import("från;namn\n", buf_text(&expected));
    assert_import("vecka;namm\n", "1: the column 'namm' is unknown; did you mean 'namn'?\n");
    assert_import("vecka;namn;NAMN\n", "1: two columns say the same: 'namn' and 'NAMN'\n");
    assert_import("Vecka;tib;Telefon\n2026-W52;Bo Ek;070\n",
                  "1: note: the column 'Telefon' is left out\n[shifts]\nshift = 2026-12-21 12:00 / 2026-12-28 12:00  bo.ek   ; v. 52\n");
    assert_import("", "1: there is nothing in it\n");
    assert_import("vecka;namn\n2026-W52;vakant\n", "2: note: nobody is named: it stays as the roster has it\n1: there is no row in it that names somebody\n");
}
END_TEST

/* "bo.ek+anna.berg", "bo.ek keeps", or the error */
static char *summarised(const char *summary)
{
    CLEANUP_IMPORT struct roster_import import = begun();
    struct import_shift shift = {.line = 1};
    struct buf text = {0};
    if (!roster_import_summary(&import, 1, summary, &shift)) {
        ck_assert_uint_eq(import.n_errors, 1);
        return mem_strdup(import.problems[0].text);
    }
    buf_add_text(&text, shift.primary->id);
    for (size_t i = 0; i < shift.n_backups; i++)
        buf_printf(&text, "+%s", shift.backups[i]->id);
    buf_add_text(&text, shift.keep_backups ? " keeps" : "");
    return buf_take(&text);
}

START_TEST(summaries_of_events) {
    static const struct { const char *summary, *expected; } cases[] = {
        {"TIB: Bo Ek (ersättare Anna Berg)", "bo.ek+anna.berg"},
        {"tjänsteperson i beredskap: Åsa Öst", "åsa keeps"},
        {"Bo Ek", "bo.ek keeps"},
        {"Beredskap BO EK vecka 52", "bo.ek keeps"},
        {"Jour - bo.ek", "bo.ek keeps"},
        {"TIB: Bo Ek (backup: anna.berg, åsa)", "bo.ek+anna.berg+åsa"},
        {"Bo Ek (ledig)", "bo.ek keeps"},
        {"Bo Ek byter med Anna Berg", "'Bo Ek byter med Anna Berg' names both Anna Berg and Bo Ek"},
        {"Bo Eklund", "'Bo Eklund' is nobody in people.ini; did you mean 'Bo Ek'?"},
        {"Cia Lund", "'Cia Lund' is the name of both 'cia.lund' and 'cia2': write that instead"},
        {"Semester", "'Semester' is nobody in people.ini"},
    };
    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        CLEANUP_FREE char *found = summarised(cases[i].summary);
        ck_assert_str_eq(found, cases[i].expected);
    }
}
END_TEST

/* Whatever comes, it ends, and within its bounds; sanitizers watch. */
START_TEST(random_bytes) {
    static const char seed_text[] = "vecka;namn;ersättare\r\n2026-W52;\"Bo Ek\";ANNA.BERG\r\nfrån,till,namn\n2026-12-24 08:00,2026-12-25,Cia Lund\n";
    uint64_t state = 42;
    for (int round = 0; round < 20000; round++) {
        char bytes[sizeof(seed_text)];
        size_t len = 1 + unit_random(&state) % (sizeof(seed_text) - 1);
        memcpy(bytes, seed_text, len);
        for (uint64_t n = unit_random(&state) % 12; n > 0; n--)
            bytes[unit_random(&state) % len] = "\";,\n\r\t -W.0192\x80\xE5\xFF"[unit_random(&state) % 18];
        CLEANUP(csv_free) struct csv *csv = NULL;
        int line;
        const char *why = NULL;
        enum err err = csv_parse(bytes, len, &csv, &line, &why);
        EXPECT((err == ERR_OK) == (csv != NULL) && (err == ERR_OK || why));
        if (!csv)
            continue;
        CLEANUP_IMPORT struct roster_import import = begun();
        roster_import_csv(&import, csv);
        for (size_t i = 0; i < import.n_shifts; i++)
            EXPECT(import.shifts[i].from_usec < import.shifts[i].to_usec);
        EXPECT(import.n_errors > 0 || import.n_shifts > 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("roster_import");
    TCase *tcase = tcase_create("roster_import");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, tables_as_programs_write_them);
    tcase_add_test(tcase, quotation_marks);
    tcase_add_test(tcase, what_is_no_table);
    tcase_add_test(tcase, weeks);
    tcase_add_test(tcase, a_week_without_a_year_is_the_nearest);
    tcase_add_test(tcase, times);
    tcase_add_test(tcase, every_mistake_is_told_with_its_line);
    tcase_add_test(tcase, headings);
    tcase_add_test(tcase, summaries_of_events);
    tcase_add_test(tcase, random_bytes);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
