#include "roster/roster_words.h"

#include "base/mem.h"
#include "roster/duty_list.h"
#include "roster/roster_diff_ladder.h"

/* ---- the same people in two plans ---- */

static bool same_person(const struct person *a, const struct person *b)
{
    return a == b || (a && b && strcmp(a->id, b->id) == 0);
}

static bool same_primary(const struct on_call *a, const struct on_call *b)
{
    bool same_group = a->group == b->group || (a->group && b->group && strcmp(a->group->id, b->group->id) == 0);
    return same_group && same_person(a->primary, b->primary);
}

static bool same_backups(const struct on_call *a, const struct on_call *b)
{
    if (a->n_backups != b->n_backups)
        return false;
    for (size_t i = 0; i < a->n_backups; i++) {
        if (!same_person(a->backups[i], b->backups[i]))
            return false;
    }
    return true;
}

/* ---- one stretch ---- */

static void add_backups(struct buf *buf, const struct on_call *on_call, const char *nobody)
{
    if (on_call->n_backups == 0)
        buf_add_text(buf, nobody);
    for (size_t i = 0; i < on_call->n_backups; i++)
        buf_printf(buf, "%s%s", i > 0 ? ", " : "", on_call->backups[i]->name);
}

/* "Bo Ek i stället för Anna Berg". Backups are named where they change. */
static void add_change(struct buf *buf, const struct on_call *old, const struct on_call *new, enum language language)
{
    const char *instead = language == LANGUAGE_SV ? " i stället för " : " instead of ";
    const char *nobody = language == LANGUAGE_SV ? "ingen" : "nobody";
    if (same_primary(old, new)) {
        buf_add_text(buf, "backup ");
        add_backups(buf, new, nobody);
        buf_add_text(buf, instead);
        add_backups(buf, old, nobody);
        return;
    }
    struct on_call before = *old, after = *new;
    if (same_backups(old, new))
        before.n_backups = after.n_backups = 0;
    roster_words_add_on_call(buf, &after, language);
    buf_add_text(buf, instead);
    if (before.primary || before.group)
        roster_words_add_on_call(buf, &before, language);
    else
        add_backups(buf, &(struct on_call){ 0 }, nobody);
}

struct side {
    const struct roster *roster;
    const struct tz *tz;
    struct duty_list list;
    size_t at;
};

struct diff {
    struct side old, new;
    enum language language;
    int year;
    size_t n_lines;
    struct buf *buf;
};

static void add_line(struct diff *diff, int64_t from_usec, int64_t until_usec, const struct on_call *old,
                     const struct on_call *new)
{
    if (++diff->n_lines > ROSTER_DIFF_MAX_LINES)
        return;
    const struct side *side = &diff->new;
    if (!roster_words_add_weeks(diff->buf, side->roster, side->tz, from_usec, until_usec, diff->year))
        roster_words_add_span(diff->buf, side->tz, from_usec, until_usec, diff->language, diff->year);
    buf_add_text(diff->buf, ": ");
    add_change(diff->buf, old, new, diff->language);
    buf_add_char(diff->buf, '\n');
}

/* ---- both calendars side by side ---- */

static const struct duty_stretch *stretch_of(const struct side *side)
{
    return &side->list.items[side->at];
}

static void compare_calendars(struct diff *diff, int64_t to_usec)
{
    for (;;) {
        const struct duty_stretch *old = stretch_of(&diff->old), *new = stretch_of(&diff->new);
        int64_t from = old->from_usec > new->from_usec ? old->from_usec : new->from_usec;
        int64_t until = old->until_usec < new->until_usec ? old->until_usec : new->until_usec;
        if (!same_primary(&old->on_call, &new->on_call) || !same_backups(&old->on_call, &new->on_call))
            add_line(diff, from, until, &old->on_call, &new->on_call);
        if (until >= to_usec)
            return;
        diff->old.at += old->until_usec == until;
        diff->new.at += new->until_usec == until;
        if (diff->old.at == diff->old.list.n || diff->new.at == diff->new.list.n)
            return;          /* a list that was cut */
    }
}

static void add_rest(struct diff *diff)
{
    if (diff->n_lines <= ROSTER_DIFF_MAX_LINES)
        return;
    buf_printf(diff->buf, diff->language == LANGUAGE_SV ? "… och %zu ändringar till\n" : "… and %zu more changes\n",
               diff->n_lines - ROSTER_DIFF_MAX_LINES);
}

static void add_existence(struct buf *buf, const char *role, bool gone, enum language language)
{
    if (language == LANGUAGE_SV)
        buf_printf(buf, gone ? "Rollen %s försvinner\n" : "Rollen %s är ny\n", role);
    else
        buf_printf(buf, gone ? "The role %s goes away\n" : "The role %s is new\n", role);
}

void roster_words_diff(const struct plan *old, const struct plan *new, const char *role, int64_t from_usec, int64_t to_usec,
                       enum language language, struct buf *buf)
{
    const struct roster *before = plan_roster(old, role), *after = plan_roster(new, role);
    if (!before != !after)
        add_existence(buf, role, !after, language);
    if (!before || !after)
        return;
    struct diff diff = {
        .old = { .roster = before, .tz = old->tz }, .new = { .roster = after, .tz = new->tz }, .language = language,
        .year = roster_words_year(new->tz, from_usec), .buf = buf,
    };
    duty_list_build(&diff.old.list, before, old->tz, from_usec, to_usec);
    duty_list_build(&diff.new.list, after, new->tz, from_usec, to_usec);
    compare_calendars(&diff, to_usec);
    add_rest(&diff);
    roster_diff_add_settings(buf, before, after, language);
    roster_diff_add_ladders(buf, before, after, language);
    duty_list_done(&diff.old.list);
    duty_list_done(&diff.new.list);
}
