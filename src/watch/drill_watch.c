#include "watch/drill_watch.h"

#include <string.h>

#include "base/civil.h"
#include "engine/drill.h"
#include "engine/schedule.h"

enum { MORNING_HOUR = 8, KNOWN_MAX = 4096, OCCURRENCES_MAX = 1000, MARKS_MAX = 16 };

#define SET_BACK_MAX_USEC USEC_PER_DAY       /* a clock that goes back further was wrong, and what it showed is not believed */
#define TELL_AGAIN_USEC   (7 * USEC_PER_DAY)
#define ENDLESS_USEC      (366 * USEC_PER_DAY)    /* what has no end in sight ends after so long: a record holds times, not INT64_MAX */

struct known {                   /* of a schedule; of a handover's, one for each role */
    char *schedule, *role;       /* role: NULL if it is none's */
    int64_t done_usec;           /* of a handover: since when the person has it */
    int64_t marks[MARKS_MAX];    /* of the others: what came until then is dealt with; the latest of them that the clock allows to be true */
    unsigned n_marks, next_mark; /* a ring, the oldest replaced first */
    int64_t until_usec;          /* of a handover: until when the person has it */
    uint64_t definition;
    char *person;                /* of a handover: who was tested last; NULL: nobody */
    bool looked;                 /* since the start */
};

struct last { char *schedule, *id; int64_t ended_usec; uint32_t answered, total; };

struct exercised {               /* a role */
    char *role;
    int64_t succeeded_usec, since_usec, told_usec;       /* wall; 0: not */
};

struct drill_watch {
    struct known *known;
    size_t n_known, cap_known;
    struct last *last;
    size_t n_last, cap_last;
    struct exercised *roles;
    size_t n_roles, cap_roles;
};

struct look {
    struct drill_watch *watch;
    const struct engine *engine;
    const struct plan *plan;
    int64_t wall_usec;
    drill_watch_draw *draw;
    drill_watch_tell *tell;
    void *userdata;
};

struct drill_watch *drill_watch_new(void)
{
    return NEW(struct drill_watch);
}

void drill_watch_free(struct drill_watch *watch)
{
    if (!watch)
        return;
    for (size_t i = 0; i < watch->n_known; i++) {
        free(watch->known[i].schedule);
        free(watch->known[i].role);
        free(watch->known[i].person);
    }
    for (size_t i = 0; i < watch->n_last; i++) {
        free(watch->last[i].schedule);
        free(watch->last[i].id);
    }
    for (size_t i = 0; i < watch->n_roles; i++)
        free(watch->roles[i].role);
    free(watch->known);
    free(watch->last);
    free(watch->roles);
    free(watch);
}

/* ---- what is known ---- */

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void set_text(char **place, const char *text)
{
    char *copy = text ? mem_strdup(text) : NULL;
    free(*place);
    *place = copy;
}

static struct known *find_known(const struct drill_watch *watch, const char *schedule, const char *role)
{
    for (size_t i = 0; i < watch->n_known; i++)
        if (same(watch->known[i].schedule, schedule) && same(watch->known[i].role, role))
            return &watch->known[i];
    return NULL;
}

static struct known *add_known(struct drill_watch *watch, const char *schedule, const char *role)
{
    if (watch->n_known == watch->cap_known) {
        watch->cap_known = watch->cap_known ? 2 * watch->cap_known : 16;
        watch->known = mem_realloc_array(watch->known, watch->cap_known, sizeof(*watch->known));
    }
    struct known *known = &watch->known[watch->n_known++];
    *known = (struct known){.schedule = mem_strdup(schedule), .role = role ? mem_strdup(role) : NULL};
    return known;
}

static struct last *find_last(const struct drill_watch *watch, const char *schedule)
{
    for (size_t i = 0; i < watch->n_last; i++)
        if (strcmp(watch->last[i].schedule, schedule) == 0)
            return &watch->last[i];
    return NULL;
}

static struct last *last_of(struct drill_watch *watch, const char *schedule)
{
    struct last *last = find_last(watch, schedule);
    if (last || watch->n_last == KNOWN_MAX)
        return last;
    if (watch->n_last == watch->cap_last) {
        watch->cap_last = watch->cap_last ? 2 * watch->cap_last : 16;
        watch->last = mem_realloc_array(watch->last, watch->cap_last, sizeof(*watch->last));
    }
    last = &watch->last[watch->n_last++];
    *last = (struct last){.schedule = mem_strdup(schedule)};
    return last;
}

static struct exercised *find_role(const struct drill_watch *watch, const char *role)
{
    for (size_t i = 0; i < watch->n_roles; i++)
        if (strcmp(watch->roles[i].role, role) == 0)
            return &watch->roles[i];
    return NULL;
}

static struct exercised *role_of(struct drill_watch *watch, const char *role)
{
    struct exercised *exercised = find_role(watch, role);
    if (exercised || watch->n_roles == KNOWN_MAX)
        return exercised;
    if (watch->n_roles == watch->cap_roles) {
        watch->cap_roles = watch->cap_roles ? 2 * watch->cap_roles : 16;
        watch->roles = mem_realloc_array(watch->roles, watch->cap_roles, sizeof(*watch->roles));
    }
    exercised = &watch->roles[watch->n_roles++];
    *exercised = (struct exercised){.role = mem_strdup(role)};
    return exercised;
}

/* ---- records ---- */

static void add_mark(struct known *known, int64_t done_usec)
{
    known->marks[known->next_mark] = done_usec;
    known->next_mark = (known->next_mark + 1) % MARKS_MAX;
    known->n_marks += known->n_marks < MARKS_MAX;
}

/* The newest comes first; those before it count as long as they speak of the same. */
static void recall_schedule(struct drill_watch *watch, const struct record *record)
{
    struct known *known = find_known(watch, record->schedule, record->role);
    if (known && record->definition == known->definition && known->n_marks < MARKS_MAX)
        add_mark(known, record->due_usec);
    if (known || watch->n_known == KNOWN_MAX)
        return;
    known = add_known(watch, record->schedule, record->role);
    known->done_usec = record->due_usec;
    add_mark(known, record->due_usec);
    known->until_usec = record->end_usec;
    known->definition = record->definition;
    set_text(&known->person, record->person);
}

/* What one drill came to. An older one than is known changes nothing. */
static bool note_ended(struct drill_watch *watch, const struct record *record, bool newest)
{
    struct last *last = record->schedule ? last_of(watch, record->schedule) : NULL;
    const char *roles = record->dry_run ? NULL : record->targets;
    struct drill_name at;
    if (last && record->text && (newest || !last->id)) {
        set_text(&last->id, record->text);
        last->ended_usec = record->at_usec;
        last->answered = record->count;
        last->total = record->total;
    }
    while (drill_next_name(&roles, &at)) {
        CLEANUP_BUF struct buf role = {0};
        buf_add(&role, at.name, at.name_len);
        struct exercised *exercised = role_of(watch, buf_text(&role));
        if (exercised && (newest || !exercised->succeeded_usec))
            exercised->succeeded_usec = record->at_usec;
    }
    return record->targets && !record->dry_run;
}

static void recall_overdue(struct drill_watch *watch, const struct record *record)
{
    struct exercised *exercised = role_of(watch, record->role);
    if (!exercised)
        return;
    if (record->final && !exercised->told_usec)
        exercised->told_usec = record->at_usec;
    if (!record->final && !exercised->since_usec)
        exercised->since_usec = record->at_usec;
}

void drill_watch_recall(struct drill_watch *watch, const struct record *record)
{
    if (record->kind == RECORD_SCHEDULE && record->schedule)
        recall_schedule(watch, record);
    else if (record->kind == RECORD_DRILL_ENDED)
        (void)note_ended(watch, record, false);
    else if (record->kind == RECORD_SCHEDULE && record->role)
        recall_overdue(watch, record);
}

bool drill_watch_note(struct drill_watch *watch, const struct record *record)
{
    return record->kind == RECORD_DRILL_ENDED && note_ended(watch, record, true);
}

/* ---- what is told ---- */

static void tell(const struct look *look, struct known *known, struct event_schedule news)
{
    known->done_usec = news.occurrence_usec;
    add_mark(known, news.occurrence_usec);
    known->definition = news.schedule->definition;
    look->tell(look->userdata, &(struct event){.kind = EVENT_SCHEDULE, .schedule = news});
}

/* Drops what is planned by a schedule; role: only this role's, unless NULL. False: nothing was. */
static bool drop_planned(const struct look *look, const char *schedule, const char *role, const char *why)
{
    bool dropped = false;
    for (const struct drill *drill = engine_planned_drills(look->engine); drill; drill = drill->next) {
        if (!same(engine_text(look->engine, drill->schedule), schedule) ||
            (role && !same(engine_text(look->engine, drill->role), role)))
            continue;
        look->tell(look->userdata, &(struct event){.kind = EVENT_DRILL_STOP, .drill_stop = {.drill = drill->key, .reason = why}});
        dropped = true;
    }
    return dropped;
}

static void drop_removed(const struct look *look)
{
    for (size_t i = 0; i < look->watch->n_known; i++)
        if (!plan_schedule(look->plan, look->watch->known[i].schedule))
            look->watch->known[i].definition = 0;        /* should it come back, it is new */
    for (const struct drill *drill = engine_planned_drills(look->engine); drill; drill = drill->next) {
        const char *name = engine_text(look->engine, drill->schedule);
        if (*name && !plan_schedule(look->plan, name) && find_known(look->watch, name, drill->role ? engine_text(look->engine, drill->role) : NULL))
            look->tell(look->userdata, &(struct event){
                .kind = EVENT_DRILL_STOP, .drill_stop = {.drill = drill->key, .reason = "its schedule was removed"}});
    }
}

/* ---- by the calendar ---- */

/* Until when everything is dealt with; INT64_MIN: nothing that is known can be true. */
static int64_t done_until(const struct look *look, const struct known *known)
{
    int64_t until_usec = INT64_MIN;
    for (unsigned i = 0; i < known->n_marks; i++)
        if (known->marks[i] > until_usec && known->marks[i] - look->wall_usec <= SET_BACK_MAX_USEC)
            until_usec = known->marks[i];
    return until_usec;
}

/* Where its counting begins, if it is new, has changed, or the clock was wrong; else INT64_MIN. */
static int64_t begin_counting(const struct look *look, struct known *known, const struct schedule *schedule)
{
    if (known->definition == 0)
        known->n_marks = known->next_mark = 0;
    if (known->definition == 0 || (known->definition == schedule->definition && done_until(look, known) == INT64_MIN))
        return look->wall_usec;
    if (known->definition == schedule->definition)
        return INT64_MIN;
    known->n_marks = known->next_mark = 0;
    bool dropped = drop_planned(look, schedule->name, NULL, "its schedule was changed");
    return dropped ? look->wall_usec - schedule->surprise_usec - SCHEDULE_GRACE_USEC : look->wall_usec;
}

struct missed { uint32_t count; int64_t occurrence_usec, until_usec; };

static void tell_missed(const struct look *look, struct known *known, const struct schedule *schedule, struct missed *missed)
{
    if (missed->count > 0)
        tell(look, known, (struct event_schedule){
            .schedule = schedule, .news = SCHEDULE_MISSED, .occurrence_usec = missed->occurrence_usec, .end_usec = missed->until_usec,
            .count = missed->count});
    missed->count = 0;
}

static void deal_with(const struct look *look, struct known *known, const struct schedule *schedule, int64_t occurrence_usec,
                      struct missed *missed)
{
    struct schedule_window window = schedule_window(schedule, look->plan->tz, occurrence_usec);
    struct event_schedule due = {.schedule = schedule, .news = SCHEDULE_DUE, .occurrence_usec = occurrence_usec, .end_usec = window.until_usec};
    if (schedule_moment(schedule, look->plan->tz, window, look->wall_usec, look->draw(look->userdata), &due.begins_usec)) {
        tell_missed(look, known, schedule, missed);
        tell(look, known, due);
    } else {
        *missed = (struct missed){missed->count + 1, occurrence_usec, window.until_usec};
    }
}

static int64_t look_at_calendar(const struct look *look, const struct schedule *schedule)
{
    struct known *known = find_known(look->watch, schedule->name, NULL);
    if (!known)
        known = add_known(look->watch, schedule->name, NULL);
    int64_t from_usec = begin_counting(look, known, schedule);
    if (from_usec != INT64_MIN)
        tell(look, known, (struct event_schedule){.schedule = schedule, .news = SCHEDULE_WATCHED, .occurrence_usec = from_usec});
    int64_t at_usec = from_usec != INT64_MIN ? from_usec : done_until(look, known), next_usec;
    struct missed missed = {0};
    for (int i = 0; (next_usec = schedule_next(schedule, look->plan->tz, at_usec)) <= look->wall_usec && i < OCCURRENCES_MAX; i++) {
        deal_with(look, known, schedule, next_usec, &missed);
        at_usec = next_usec;
    }
    tell_missed(look, known, schedule, &missed);
    return next_usec;
}

/* ---- by the handover ---- */

/* Just before a change that was dealt with already, it is taken to have come: the clock was set back a little. */
static int64_t duty_instant(const struct look *look, const struct known *known)
{
    bool ahead = known->done_usec > look->wall_usec && known->done_usec - look->wall_usec < SET_BACK_MAX_USEC;
    return ahead ? known->done_usec : look->wall_usec;
}

/* Somebody had it, and was relieved, while nobody looked. */
static void look_for_missed(const struct look *look, struct known *known, const struct schedule *schedule, const struct roster *roster,
                            const struct schedule_duty *duty)
{
    if (known->looked || known->until_usec == 0 || known->until_usec >= duty->from_usec)
        return;
    struct schedule_duty between = schedule_duty(roster, look->plan->tz, known->until_usec);
    if (between.person && !same(between.person->id, known->person) && between.until_usec <= duty->from_usec)
        tell(look, known, (struct event_schedule){
            .schedule = schedule, .news = SCHEDULE_MISSED, .role = roster->role, .person = between.person->id, .count = 1,
            .occurrence_usec = between.from_usec, .end_usec = between.until_usec});
}

static void test_officer(const struct look *look, struct known *known, const struct schedule *schedule, const struct roster *roster,
                         const struct schedule_duty *duty)
{
    struct event_schedule news = {
        .schedule = schedule, .role = roster->role, .person = duty->person->id, .end_usec = duty->until_usec == INT64_MAX ? 0 : duty->until_usec,
        .occurrence_usec = duty->from_usec == INT64_MIN ? look->wall_usec : duty->from_usec};
    struct schedule_window window = {
        .from_usec = schedule_open_from(schedule, look->plan->tz, news.occurrence_usec), .until_usec = duty->until_usec};
    if (schedule->surprise_usec && window.from_usec < window.until_usec - schedule->surprise_usec)
        window.until_usec = window.from_usec + schedule->surprise_usec;
    if (window.until_usec == INT64_MAX && window.from_usec != INT64_MAX)
        window.until_usec = window.from_usec + ENDLESS_USEC;
    (void)drop_planned(look, schedule->name, roster->role, "somebody else is on duty");
    bool due = schedule_moment(schedule, look->plan->tz, window, look->wall_usec, look->draw(look->userdata), &news.begins_usec);
    news.news = due ? SCHEDULE_DUE : SCHEDULE_WATCHED;
    known->until_usec = news.end_usec;
    set_text(&known->person, news.person);
    if (due)
        news.end_usec = window.until_usec;
    tell(look, known, news);
}

static void begin_with(const struct look *look, struct known *known, const struct schedule *schedule, const struct roster *roster,
                       const struct schedule_duty *duty)
{
    const char *person = duty->person ? duty->person->id : NULL;
    known->until_usec = duty->until_usec == INT64_MAX ? 0 : duty->until_usec;
    set_text(&known->person, person);
    tell(look, known, (struct event_schedule){
        .schedule = schedule, .news = SCHEDULE_WATCHED, .role = roster->role, .person = person, .end_usec = known->until_usec,
        .occurrence_usec = duty->from_usec == INT64_MIN ? look->wall_usec : duty->from_usec});
}

static int64_t look_at_handover(const struct look *look, const struct schedule *schedule, const struct roster *roster)
{
    struct known *known = find_known(look->watch, schedule->name, roster->role);
    if (!known)
        known = add_known(look->watch, schedule->name, roster->role);
    struct schedule_duty duty = schedule_duty(roster, look->plan->tz, duty_instant(look, known));
    bool new = known->definition == 0, changed = !new && known->definition != schedule->definition;
    bool again = changed && drop_planned(look, schedule->name, roster->role, "its schedule was changed");
    if (!new && !changed)
        look_for_missed(look, known, schedule, roster, &duty);
    if (duty.person && (again || (!new && !same(known->person, duty.person->id))))
        test_officer(look, known, schedule, roster, &duty);
    else if (new || changed)
        begin_with(look, known, schedule, roster, &duty);
    known->looked = true;
    return duty.until_usec;
}

/* ---- overdue ---- */

/* People are told in the morning. */
static int64_t morning_from(const struct tz *tz, int64_t at_usec)
{
    struct civil local, morning = {.hour = MORNING_HOUR};
    tz_to_local(tz, at_usec, &local);
    int64_t day = civil_day(local.year, local.month, local.day);
    for (;; day++) {
        civil_from_day(day, &morning.year, &morning.month, &morning.day);
        int64_t morning_usec = tz_from_local(tz, &morning, TZ_BEGIN);
        if (morning_usec >= at_usec)
            return morning_usec;
    }
}

static int64_t counts_since(const struct exercised *exercised)
{
    return exercised->succeeded_usec > exercised->since_usec ? exercised->succeeded_usec : exercised->since_usec;
}

static int64_t look_at_role(const struct look *look, const struct roster *roster)
{
    struct exercised *exercised = role_of(look->watch, roster->role);
    if (!exercised)
        return INT64_MAX;
    struct event event = {.kind = EVENT_DRILL_OVERDUE, .drill_overdue = {.roster = roster, .since_usec = exercised->succeeded_usec}};
    if (counts_since(exercised) == 0) {
        exercised->since_usec = look->wall_usec;
        look->tell(look->userdata, &event);
    }
    int64_t due_usec = morning_from(look->plan->tz, counts_since(exercised) + roster->drill_overdue_usec);
    if (exercised->told_usec >= due_usec)
        due_usec = morning_from(look->plan->tz, exercised->told_usec - USEC_PER_HOUR + TELL_AGAIN_USEC);
    if (due_usec > look->wall_usec)
        return due_usec;
    exercised->told_usec = look->wall_usec;
    event.drill_overdue.tell = true;
    look->tell(look->userdata, &event);
    return morning_from(look->plan->tz, look->wall_usec - USEC_PER_HOUR + TELL_AGAIN_USEC);
}

/* ---- the look ---- */

static int64_t look_at_schedule(const struct look *look, const struct schedule *schedule)
{
    int64_t next_usec = INT64_MAX;
    if (look->watch->n_known + schedule->n_roles + 1 > KNOWN_MAX)
        return INT64_MAX;
    if (schedule->kind != SCHEDULE_HANDOVER)
        return look_at_calendar(look, schedule);
    for (size_t i = 0; i < schedule->n_roles; i++) {
        int64_t at_usec = look_at_handover(look, schedule, schedule->roles[i]);
        next_usec = at_usec < next_usec ? at_usec : next_usec;
    }
    return next_usec;
}

int64_t drill_watch_look(struct drill_watch *watch, const struct engine *engine, int64_t wall_usec, drill_watch_draw *draw,
                         drill_watch_tell *tell_event, void *userdata)
{
    const struct plan *plan = engine_plan(engine);
    const struct look look = {watch, engine, plan, wall_usec, draw, tell_event, userdata};
    int64_t next_usec = INT64_MAX;
    drop_removed(&look);
    for (size_t i = 0; i < plan->n_schedules; i++) {
        int64_t at_usec = look_at_schedule(&look, &plan->schedules[i]);
        next_usec = at_usec < next_usec ? at_usec : next_usec;
    }
    for (size_t i = 0; i < plan->n_rosters; i++) {
        int64_t at_usec = plan->rosters[i].drill_overdue_usec ? look_at_role(&look, &plan->rosters[i]) : INT64_MAX;
        next_usec = at_usec < next_usec ? at_usec : next_usec;
    }
    return next_usec;
}

/* ---- for people ---- */

struct drill_watch_last drill_watch_last(const struct drill_watch *watch, const char *schedule)
{
    const struct last *last = find_last(watch, schedule);
    if (!last || !last->id)
        return (struct drill_watch_last){.id = ""};
    return (struct drill_watch_last){last->id, last->ended_usec, last->answered, last->total};
}

struct drill_watch_role drill_watch_role(const struct drill_watch *watch, const struct roster *roster, int64_t wall_usec)
{
    const struct exercised *exercised = find_role(watch, roster->role);
    if (!exercised)
        return (struct drill_watch_role){0};
    int64_t since_usec = counts_since(exercised);
    return (struct drill_watch_role){
        .succeeded_usec = exercised->succeeded_usec,
        .overdue = roster->drill_overdue_usec && since_usec && wall_usec - since_usec >= roster->drill_overdue_usec,
    };
}
