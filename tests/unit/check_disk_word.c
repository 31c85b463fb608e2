/* What is owed to the administrators after a start, by what the log says of the disk, the newest first. */
#include <check.h>

#include "unit.h"
#include "watch/disk_word.h"

static struct disk_word word;

static void setup(void)
{
    word = (struct disk_word){0};
}

static bool owed_after(enum record_kind kind, enum purpose purpose)
{
    disk_word_recall(&word, &(struct record){.kind = kind, .purpose = purpose});
    return word.owed;
}

START_TEST(nothing_is_owed_where_nothing_was_said)
{
    ck_assert(!owed_after(RECORD_RELOADED, 0));
    ck_assert(!owed_after(RECORD_NOTICE_QUEUED, PURPOSE_CHECK));
    ck_assert(!owed_after(RECORD_NOTICE_SENT, PURPOSE_DEGRADED));
    disk_word_recall(&word, &(struct record){.kind = RECORD_NOTICE_QUEUED, .purpose = PURPOSE_RESTORED, .incident = 7});
    ck_assert(!word.owed && !word.known);
}
END_TEST

START_TEST(a_beginning_without_an_end_owes_one)
{
    ck_assert(!owed_after(RECORD_RELOADED, 0));
    ck_assert(owed_after(RECORD_DEGRADED, 0));
    ck_assert(owed_after(RECORD_RESTORED, 0));       /* of an earlier time */
}
END_TEST

START_TEST(an_end_that_nobody_was_to_be_told_owes_nothing)
{
    ck_assert(!owed_after(RECORD_RESTORED, 0));
    ck_assert(!owed_after(RECORD_DEGRADED, 0));
}
END_TEST

START_TEST(an_end_that_no_gateway_took_is_owed)
{
    ck_assert(!owed_after(RECORD_PAGE_FAILED, PURPOSE_RESTORED));
    ck_assert(owed_after(RECORD_NOTICE_QUEUED, PURPOSE_RESTORED));
    ck_assert(owed_after(RECORD_RESTORED, 0));
}
END_TEST

START_TEST(an_end_that_somebody_was_told_is_settled)
{
    ck_assert(!owed_after(RECORD_NOTICE_SENT, PURPOSE_RESTORED));
    ck_assert(!owed_after(RECORD_NOTICE_QUEUED, PURPOSE_RESTORED));
    ck_assert(!owed_after(RECORD_DEGRADED, 0));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("disk_word");
    TCase *tcase = tcase_create("disk_word");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, nothing_is_owed_where_nothing_was_said);
    tcase_add_test(tcase, a_beginning_without_an_end_owes_one);
    tcase_add_test(tcase, an_end_that_nobody_was_to_be_told_owes_nothing);
    tcase_add_test(tcase, an_end_that_no_gateway_took_is_owed);
    tcase_add_test(tcase, an_end_that_somebody_was_told_is_settled);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
