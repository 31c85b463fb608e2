#include "roster/roster_diff_ladder.h"

#include "base/mem.h"
#include "base/text.h"
#include "roster/roster_words.h"

/* ---- a step as it stands in the file ---- */

static void add_target(struct buf *buf, const struct target *target)
{
    static const char *const words[] = {
        [TARGET_PRIMARY] = "primary",
        [TARGET_SECONDARY] = "secondary",
        [TARGET_BACKUPS] = "backups",
        [TARGET_EVERYONE] = "everyone",
    };
    if (target->kind == TARGET_PERSON)
        buf_printf(buf, "person:%s", target->person->id);
    else if (target->kind == TARGET_GROUP)
        buf_printf(buf, "group:%s", target->group->id);
    else if (target->kind == TARGET_ROLE)
        buf_printf(buf, "role:%s", target->roster->role);
    else
        buf_add_text(buf, words[target->kind]);
}

static void add_step(struct buf *buf, const struct ladder_step *step)
{
    text_add_duration(buf, step->after_usec);
    buf_add_char(buf, ' ');
    add_target(buf, &step->target);
    const char *between = " ";
    for (enum channel channel = 0; channel < CHANNEL_COUNT; channel++) {
        if (step->channels & 1u << channel) {
            buf_printf(buf, "%s%s", between, channel_name(channel));
            between = ", ";
        }
    }
}

static bool same_step(const struct ladder_step *a, const struct ladder_step *b)
{
    CLEANUP_BUF struct buf left = { 0 };
    CLEANUP_BUF struct buf right = { 0 };
    add_step(&left, a);
    add_step(&right, b);
    return strcmp(buf_text(&left), buf_text(&right)) == 0;
}

/* ---- ladders ---- */

struct words {
    enum language language;
    const char *severity;        /* NULL: the ladder for all */
};

static void begin_line(struct buf *buf, const struct words *words)
{
    buf_add_text(buf, words->language == LANGUAGE_SV ? "Larmstegen" : "Ladder");
    if (words->severity)
        buf_printf(buf, " (%s)", words->severity);
    buf_add_text(buf, ": ");
}

static void add_lines(struct buf *buf, const struct words *words, const char *what, const struct ladder_step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        begin_line(buf, words);
        buf_add_text(buf, what);
        add_step(buf, &steps[i]);
        buf_add_char(buf, '\n');
    }
}

/* What two ladders begin and end with alike is left out; what stands between is gone, or new. */
static void add_steps(struct buf *buf, const struct words *words, const struct ladder *old, const struct ladder *new)
{
    size_t begin = 0, n_old = old->n_steps, n_new = new->n_steps;
    while (begin < n_old && begin < n_new && same_step(&old->steps[begin], &new->steps[begin]))
        begin++;
    while (n_old > begin && n_new > begin && same_step(&old->steps[n_old - 1], &new->steps[n_new - 1])) {
        n_old--;
        n_new--;
    }
    bool swedish = words->language == LANGUAGE_SV;
    if (n_old == begin + 1 && n_new == begin + 1) {
        begin_line(buf, words);
        add_step(buf, &new->steps[begin]);
        buf_add_text(buf, swedish ? " i stället för " : " instead of ");
        add_step(buf, &old->steps[begin]);
        buf_add_char(buf, '\n');
        return;
    }
    add_lines(buf, words, swedish ? "bort: " : "gone: ", old->steps + begin, n_old - begin);
    add_lines(buf, words, swedish ? "nytt: " : "new: ", new->steps + begin, n_new - begin);
}

static void add_repeat(struct buf *buf, const struct words *words, const struct ladder *old, const struct ladder *new)
{
    if (old->repeat_usec == new->repeat_usec)
        return;
    begin_line(buf, words);
    buf_add_text(buf, words->language == LANGUAGE_SV ? "upprepas var " : "repeats every ");
    text_add_duration(buf, new->repeat_usec);
    buf_add_text(buf, words->language == LANGUAGE_SV ? " i stället för " : " instead of ");
    text_add_duration(buf, old->repeat_usec);
    buf_add_char(buf, '\n');
}

void roster_diff_add_ladders(struct buf *buf, const struct roster *old, const struct roster *new, enum language language)
{
    struct words words = { .language = language };
    add_steps(buf, &words, &old->ladder, &new->ladder);
    add_repeat(buf, &words, &old->ladder, &new->ladder);
    for (enum severity severity = 0; severity < SEVERITY_COUNT; severity++) {
        if (!old->severity_ladder[severity] && !new->severity_ladder[severity])
            continue;
        words.severity = severity_name(severity);
        add_steps(buf, &words, roster_ladder(old, severity), roster_ladder(new, severity));
        add_repeat(buf, &words, roster_ladder(old, severity), roster_ladder(new, severity));
    }
}

/* ---- settings ---- */

static void add_handover(struct buf *buf, const struct roster *roster, enum language language)
{
    buf_printf(buf, "%s %02d:%02d", roster_words_weekday(roster->handover_weekday, language), roster->handover_minute / 60,
               roster->handover_minute % 60);
}

static void add_call(struct buf *buf, const struct roster *roster, enum language language)
{
    if (language == LANGUAGE_SV)
        buf_add_text(buf, roster->on_request ? "Rollen larmas bara på begäran, inte vid varje larm\n"
                                             : "Rollen larmas vid varje larm\n");
    else
        buf_add_text(buf, roster->on_request ? "The role is called on request only, not by every alarm\n"
                                             : "Every alarm calls the role\n");
}

void roster_diff_add_settings(struct buf *buf, const struct roster *old, const struct roster *new, enum language language)
{
    if (old->on_request != new->on_request)
        add_call(buf, new, language);
    if (old->handover_weekday == new->handover_weekday && old->handover_minute == new->handover_minute)
        return;
    buf_add_text(buf, language == LANGUAGE_SV ? "Överlämning: " : "Handover: ");
    add_handover(buf, new, language);
    buf_add_text(buf, language == LANGUAGE_SV ? " i stället för " : " instead of ");
    add_handover(buf, old, language);
    buf_add_char(buf, '\n');
}
