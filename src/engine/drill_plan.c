/* Drills begin: at once, or by themselves at a moment that nobody knows; and they are stopped before their time. */
#include "engine/drill.h"
#include "engine/internal.h"

#define POSTPONE_USEC (10 * USEC_PER_MIN)     /* at a time, while something real is under way */
#define LATE_USEC (10 * USEC_PER_SEC)         /* a moment may be the last of its time, and no machine is on time to the microsecond */
#define UNDER_WAY_USEC USEC_PER_HOUR          /* a real incident that began so lately is, whoever has answered */

void drill_note(struct engine *engine, uint64_t key, const char *actor, const char *what, const char *why)
{
    CLEANUP_BUF struct buf text = {0};
    buf_add_text(&text, "drill ");
    incident_add_id(&text, key);
    buf_add_char(&text, ' ');
    buf_add_text(&text, what);
    buf_add_text(&text, why);
    struct record record = {.kind = RECORD_NOTE, .actor = actor, .text = buf_text(&text), .drill = true};
    emit_record(engine, &record);
}

/* ---- whom it is for, under the plan in force ---- */

typedef void called(struct engine *engine, void *userdata, const char *name, enum callee callee, const struct roster *roster);

static void each_name(struct engine *engine, const struct drill_name *at, called *function, void *userdata)
{
    CLEANUP_BUF struct buf name = {0};
    buf_add(&name, at->name, at->name_len);
    const struct roster *roster = drill_has_kind(at, "role") ? plan_roster(engine->plan, buf_text(&name)) : NULL;
    if (roster)
        function(engine, userdata, roster->role, CALLEE_ROLE, roster);
    else if (drill_has_kind(at, "group") && plan_group(engine->plan, buf_text(&name)))
        function(engine, userdata, buf_text(&name), CALLEE_GROUP, NULL);
    else if (drill_has_kind(at, "person") && plan_person(engine->plan, buf_text(&name)))
        function(engine, userdata, buf_text(&name), CALLEE_PERSON, NULL);
}

static void each_callee(struct engine *engine, const char *targets, called *function, void *userdata)
{
    struct drill_name at;
    while (drill_next_name(&targets, &at)) {
        if (!drill_has_kind(&at, DRILL_ALL_ROLES))
            each_name(engine, &at, function, userdata);
        for (size_t i = 0; drill_has_kind(&at, DRILL_ALL_ROLES) && i < engine->plan->n_rosters; i++)
            function(engine, userdata, engine->plan->rosters[i].role, CALLEE_ROLE, &engine->plan->rosters[i]);
    }
}

/* As long as the one that takes longest: 0 stands for nobody. */
static void find_limit(struct engine *engine, void *userdata, const char *name, enum callee callee, const struct roster *roster)
{
    int64_t *limit_usec = userdata, own_usec = roster ? roster->drill_deadline_usec : DEFAULT_DRILL_USEC;
    (void)engine, (void)name, (void)callee;
    if (*limit_usec < own_usec)
        *limit_usec = own_usec;
}

static void call(struct engine *engine, void *userdata, const char *name, enum callee callee, const struct roster *roster)
{
    struct incident *incident = userdata;
    (void)roster;
    if (!find_latest_callout(incident, intern_add(engine->names, name)))
        callout_start(engine, incident, name, callee, incident->severity);
}

/* ---- what is real ---- */

/* Somebody is being called and has not answered, or something has begun less than this ago. */
static bool real_under_way(const struct engine *engine, int64_t lately_usec)
{
    const struct incident *incident;
    for (size_t cursor = 0; (incident = map_next(&engine->incidents, &cursor));) {
        if (incident->drill || incident->closed_usec)
            continue;
        if (engine->now.wall_usec - incident->opened_usec < lately_usec)
            return true;
        for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
            if (callout->state == CALLOUT_PAGING)
                return true;
    }
    return false;
}

/* ---- beginning ---- */

static struct record record_of(const struct event_drill *drill, enum record_kind kind, uint64_t key)
{
    return (struct record){
        .kind = kind,
        .incident = key,
        .source = drill->source,
        .actor = drill->actor,
        .summary = drill->summary,
        .targets = drill->targets,
        .without = drill->without,
        .schedule = drill->schedule,
        .role = drill->role,
        .limit_usec = drill->limit_usec,
        .wait_for_all = drill->wait_for_all,
        .dry_run = drill->dry_run,
        .drill = true,
    };
}

static struct record record_of_planned(const struct engine *engine, const struct drill *drill)
{
    return record_of(&(struct event_drill){
        .source = text_of(engine, drill->source), .actor = text_of(engine, drill->starter), .summary = drill->summary,
        .targets = drill->targets, .without = drill->without, .schedule = text_of(engine, drill->schedule), .role = text_of(engine, drill->role),
        .limit_usec = drill->limit_usec, .wait_for_all = drill->wait_for_all, .dry_run = drill->dry_run,
    }, RECORD_OPENED, drill->key);
}

/* NULL: nobody whom it is for is in the configuration. */
static struct incident *begin(struct engine *engine, struct record *opened)
{
    int64_t limit_usec = 0;
    each_callee(engine, opened->targets, find_limit, &limit_usec);
    if (limit_usec == 0)
        return NULL;
    if (opened->limit_usec == 0)
        opened->limit_usec = limit_usec;
    opened->severity = SEVERITY_CRITICAL + 1;
    engine->random(engine->random_userdata, &opened->body_hash, sizeof(opened->body_hash));      /* no trigger is the same */
    emit_record(engine, opened);
    struct incident *incident = find_incident(engine, opened->incident);
    each_callee(engine, incident->terms->targets, call, incident);
    return incident;
}

static void refuse(struct engine *engine, uint64_t request, const char *why)
{
    emit_reply(engine, &(struct effect_reply){.request = request, .verdict = VERDICT_FAILED, .text = why});
}

/* No source's limit bounds them, and there is no sense in more. */
static bool too_many_open(const struct engine *engine)
{
    size_t n = 0;
    for (const struct incident *drill = engine->first_drill; drill; drill = drill->next_drill)
        n++;
    return n >= OPEN_DRILLS_MAX;
}

static void start_now(struct engine *engine, const struct event *event)
{
    if (real_under_way(engine, 0)) {
        refuse(engine, event->request, "a real alarm is being paged: wait until somebody has answered it");
        return;
    }
    if (too_many_open(engine)) {
        refuse(engine, event->request, "too many drills are open already: stop some");
        return;
    }
    struct record opened = record_of(&event->drill, RECORD_OPENED, trigger_mint_key(engine));
    const struct incident *incident = begin(engine, &opened);
    if (incident)
        emit_reply(engine,
                   &(struct effect_reply){.request = event->request, .verdict = VERDICT_OPENED, .incident = incident->key});
    else
        refuse(engine, event->request, "nobody whom it is for is in the configuration");
}

/* ---- planned ---- */

static void plan(struct engine *engine, const struct event *event)
{
    const struct event_drill *drill = &event->drill;
    struct record record = record_of(drill, RECORD_DRILL_PLANNED, trigger_mint_key(engine));
    uint64_t draw = (uint64_t)emit_random_u32(engine) << 32 | emit_random_u32(engine);
    if (engine->n_planned >= PLANNED_MAX) {
        refuse(engine, event->request, "too many drills are planned already: stop some");
        return;
    }
    record.delay_usec = (int64_t)(draw % (uint64_t)drill->within_usec);
    record.due_usec = engine->now.wall_usec + record.delay_usec;
    record.end_usec = engine->now.wall_usec + drill->within_usec;
    emit_record(engine, &record);
    drill_note(engine, record.incident, drill->actor, "is planned", "");
    emit_reply(engine,
               &(struct effect_reply){.request = event->request, .verdict = VERDICT_PLANNED, .incident = record.incident});
}

void step_drill_start(struct engine *engine, const struct event *event)
{
    if (event->drill.within_usec > 0)
        plan(engine, event);
    else
        start_now(engine, event);
}

static void unplan(struct engine *engine, const struct drill *drill, const char *actor, const char *why)
{
    struct record record = {
        .kind = RECORD_DRILL_UNPLANNED, .incident = drill->key, .actor = actor, .text = why, .drill = true};
    emit_record(engine, &record);
}

/* It will not begin, and that is said: a drill that silently was none would be taken for one that went well. */
static void miss(struct engine *engine, const struct drill *drill, const char *why)
{
    CLEANUP_BUF struct buf id = {0};
    uint64_t key = drill->key;
    struct record about = {.text = why, .due_usec = drill->planned_usec, .end_usec = drill->end_usec, .drill = true};
    bool dry_run = drill->dry_run;
    incident_add_id(&id, key);
    about.other = buf_text(&id);
    unplan(engine, drill, NULL, why);
    drill_note(engine, key, NULL, "did not begin: ", why);
    if (!dry_run)
        notice_admins_about(engine, PURPOSE_DRILL_MISSED, &about);
}

void drill_postpone(struct engine *engine, const struct drill *drill, int64_t due_usec)
{
    int64_t delay_usec = due_usec - engine->now.wall_usec;
    struct record record = {
        .kind = RECORD_DRILL_POSTPONED, .incident = drill->key, .delay_usec = delay_usec > 0 ? delay_usec : 0,
        .due_usec = due_usec, .drill = true,
    };
    emit_record(engine, &record);
}

static void begin_planned(struct engine *engine, const struct drill *drill)
{
    struct record opened = record_of_planned(engine, drill);
    if (!begin(engine, &opened))
        miss(engine, drill, "nobody whom it was for is in the configuration any more");
}

static void fall_due(struct engine *engine, const struct drill *drill)
{
    int64_t wall_usec = engine->now.wall_usec;
    bool real = real_under_way(engine, UNDER_WAY_USEC);
    int64_t opens_usec = drill_open_from(engine, drill, real ? wall_usec + POSTPONE_USEC : wall_usec);
    int64_t end_usec = drill->end_usec + (drill->schedule ? 0 : LATE_USEC);
    if (wall_usec > end_usec)
        miss(engine, drill, real ? "a real alarm was under way" : "the daemon was not running then");
    else if (opens_usec > end_usec)
        miss(engine, drill, real ? "a real alarm was under way" : "none of the time that was left is within its hours");
    else if (opens_usec > wall_usec)
        drill_postpone(engine, drill, opens_usec);
    else
        begin_planned(engine, drill);
}

static const struct drill *first_due(const struct engine *engine)
{
    const struct drill *first = engine->planned;
    for (const struct drill *drill = first; drill; drill = drill->next)
        if (drill->begins_usec < first->begins_usec)
            first = drill;
    return first;
}

int64_t drill_deadline(const struct engine *engine)
{
    const struct drill *first = first_due(engine);
    return first ? first->begins_usec : INT64_MAX;
}

void drill_tick(struct engine *engine)
{
    for (int i = 0; i < TICK_CALLOUTS_MAX && drill_deadline(engine) <= engine->now.boot_usec; i++)
        fall_due(engine, first_due(engine));
}

/* ---- stopped ---- */

static void stop_planned(struct engine *engine, const struct drill *drill, const char *actor, const char *reason)
{
    uint64_t key = drill->key;
    unplan(engine, drill, actor, reason ? reason : "stopped");
    drill_note(engine, key, actor, "will not begin: ", reason ? reason : "it was stopped");
}

static const struct drill *find_planned(const struct engine *engine, uint64_t key)
{
    const struct drill *drill = engine->planned;
    while (drill && drill->key != key)
        drill = drill->next;
    return drill;
}

static void stop_all(struct engine *engine, const char *actor)
{
    while (engine->first_drill)
        incident_close(engine, engine->first_drill, DRILL_ENDED_STOPPED, actor);
    while (engine->planned)
        stop_planned(engine, engine->planned, actor, NULL);
}

void step_drill_stop(struct engine *engine, const struct event *event)
{
    uint64_t key = event->drill_stop.drill;
    const struct drill *planned = key ? find_planned(engine, key) : NULL;
    struct incident *incident = key ? find_incident(engine, key) : NULL;
    struct effect_reply reply = {.request = event->request, .verdict = VERDICT_DONE, .incident = key};
    if (key == 0) {
        stop_all(engine, event->drill_stop.actor);
    } else if (planned) {
        stop_planned(engine, planned, event->drill_stop.actor, event->drill_stop.reason);
    } else if (!incident || !incident->drill) {
        reply.verdict = VERDICT_NO_INCIDENT;
    } else if (incident->closed_usec) {
        reply.verdict = VERDICT_CLOSED;
        reply.person = text_of(engine, incident->closed_by);
        reply.at_usec = incident->closed_usec;
    } else {
        incident_close(engine, incident, DRILL_ENDED_STOPPED, event->drill_stop.actor);
    }
    emit_reply(engine, &reply);
}
