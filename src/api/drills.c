/* Drills: started, planned, listed, stopped. */
#include "api/api_private.h"

#include <string.h>

#include "api/drill_view.h"
#include "base/text.h"
#include "engine/drill.h"

enum { WITHIN_MAX_SECONDS = 31 * 24 * 3600, DEADLINE_MAX_SECONDS = 7 * 24 * 3600 };

enum { ROLES, ALL_ROLES, TO, SCENARIO, WITHIN, WAIT_FOR_ALL, DEADLINE, WITHOUT, DRY_RUN, PREVIEW, N_FIELDS };

static const struct body_field fields[N_FIELDS] = {
    [ROLES] = { "roles", FIELD_LINES, false, 64 },
    [ALL_ROLES] = { "all_roles", FIELD_FLAG, false, 0 },
    [TO] = { "to", FIELD_LINE, false, 64 },
    [SCENARIO] = { "scenario", FIELD_LINE, false, 1024 },
    [WITHIN] = { "within_seconds", FIELD_NUMBER, false, WITHIN_MAX_SECONDS },
    [WAIT_FOR_ALL] = { "wait_for_all", FIELD_FLAG, false, 0 },
    [DEADLINE] = { "deadline_seconds", FIELD_NUMBER, false, DEADLINE_MAX_SECONDS },
    [WITHOUT] = { "without", FIELD_LINES, false, 64 },
    [DRY_RUN] = { "dry_run", FIELD_FLAG, false, 0 },
    [PREVIEW] = { "preview", FIELD_FLAG, false, 0 },
};

/* ---- names, as people type them ---- */

struct known {                       /* names of one or more kinds, for the nearest */
    const char *names[SUGGESTIONS_MAX];
    size_t n;
};

static void know(struct known *known, const char *name)
{
    if (known->n < SUGGESTIONS_MAX)
        known->names[known->n++] = name;
}

static bool refuse_name(struct call *call, const char *field, const char *what, const char *typed, const struct known *known)
{
    const char *near = text_nearest(typed, known->names, known->n);
    if (near)
        call_error(call, 422, field, "there is no %s %s; did you mean %s?", what, typed, near);
    else
        call_error(call, 422, field, "there is no %s %s", what, typed);
    return false;
}

static const struct group *find_group(const struct plan *plan, const char *typed)
{
    for (size_t i = 0; i < plan->n_groups; i++)
        if (text_equal_fold(plan->groups[i].id, typed))
            return &plan->groups[i];
    return NULL;
}

static void know_persons(struct known *known, const struct plan *plan)
{
    for (size_t i = 0; i < plan->n_persons; i++)
        know(known, plan->persons[i].id);
}

static bool add_to(struct call *call, const char *typed, struct buf *targets)
{
    const struct plan *plan = engine_plan(call->api->engine);
    const struct person *person = plan_person_typed(plan, typed);
    const struct group *group = find_group(plan, typed);
    struct known known = { .n = 0 };
    if (person || group) {
        drill_add_name(targets, person ? "person" : "group", person ? person->id : group->id);
        return true;
    }
    for (size_t i = 0; i < plan->n_groups; i++)
        know(&known, plan->groups[i].id);
    know_persons(&known, plan);
    return refuse_name(call, "to", "person or group", typed, &known);
}

static bool add_without(struct call *call, const char *typed, struct buf *without)
{
    const struct config *config = call->api->config;
    const struct person *person = plan_person_typed(&config->plan, typed);
    struct known known = { .n = 0 };
    for (size_t i = 0; i < config->n_gateways; i++) {
        know(&known, config->gateways[i].name);
        if (!text_equal_fold(config->gateways[i].name, typed))
            continue;
        drill_add_name(without, "gateway", config->gateways[i].name);
        return true;
    }
    if (person) {
        drill_add_name(without, "person", person->id);
        return true;
    }
    know_persons(&known, &config->plan);
    return refuse_name(call, "without", "gateway or person", typed, &known);
}

/* ---- who may drill whom ---- */

static bool may_call(const struct source *source, const struct roster *roster)
{
    for (size_t i = 0; i < source->n_roles; i++)
        if (source->roles[i] == roster)
            return true;
    return source->n_roles == 0;
}

static bool add_role(struct call *call, const struct source *source, const char *typed, struct buf *targets)
{
    const struct roster *roster = call_roster(call, typed, "roles");
    if (!roster)
        return false;
    if (!may_call(source, roster)) {
        call_error(call, 403, "roles", "the source %s may not call out %s", source->id, roster->role);
        return false;
    }
    drill_add_name(targets, "role", roster->role);
    return true;
}

/* A source that is bound to some roles has no business with anybody else. */
static bool may_call_anybody(struct call *call, const struct source *source, const char *field)
{
    if (source->n_roles > 0)
        call_error(call, 403, field, "the source %s may call out its own roles only", source->id);
    return source->n_roles == 0;
}

static bool read_targets(struct call *call, const struct source *source, const struct body *body, struct buf *ret)
{
    const struct body_value *roles = &body->values[ROLES];
    for (size_t i = 0; i < roles->n_list; i++)
        if (!add_role(call, source, buf_text(&roles->list[i]), ret))
            return false;
    if (body->values[ALL_ROLES].flag) {
        if (!may_call_anybody(call, source, "all_roles"))
            return false;
        drill_add_name(ret, DRILL_ALL_ROLES, "");
    }
    const char *to = body_text(body, TO);
    if (to && (!may_call_anybody(call, source, "to") || !add_to(call, to, ret)))
        return false;
    if (ret->len == 0)
        call_error(call, 422, "roles", "say whom to exercise: roles, all_roles or to");
    return ret->len > 0;
}

static bool read_without(struct call *call, const struct body *body, struct buf *ret)
{
    const struct body_value *without = &body->values[WITHOUT];
    for (size_t i = 0; i < without->n_list; i++)
        if (!add_without(call, buf_text(&without->list[i]), ret))
            return false;
    return true;
}

/* The right to drill goes with that to trigger; by itself it is none. */
static bool may_drill(struct call *call)
{
    bool may = call_may(call, RIGHT_ADMIN) || (call_may(call, RIGHT_DRILL) && call_may(call, RIGHT_TRIGGER));
    if (!may)
        call_error(call, 403, NULL, "the source %s has no right to start or stop drills", call->caller.source);
    return may;
}

/* ---- POST /v1/drills ---- */

/* What was asked for makes sense, and nothing begins: to be shown to a person who then decides. */
static void preview(struct call *call, const char *targets)
{
    struct rendered rendered = { 0 };
    struct json_writer writer = rendered_begin(&rendered, 200);
    if (call_may(call, RIGHT_OPERATE | RIGHT_ADMIN))
        drill_view_add_people(&writer, engine_plan(call->api->engine), targets);
    rendered_end(&writer);
    api_hold(call->api, call->exchange, &rendered);
}

void drills_start(struct call *call)
{
    CLEANUP_BODY struct body body = { 0 };
    CLEANUP_BUF struct buf targets = { 0 }, without = { 0 };
    const struct plan *plan = engine_plan(call->api->engine);
    if (!may_drill(call) || !call_body(call, fields, N_FIELDS, &body))
        return;
    const struct source *source = plan_source(plan, call->caller.source);
    if (!source) {
        call_error(call, 503, NULL, "the configuration is being exchanged; try again in a moment");
        return;
    }
    if (!read_targets(call, source, &body, &targets) || !read_without(call, &body, &without))
        return;
    if (body.values[PREVIEW].flag) {
        preview(call, buf_text(&targets));
        return;
    }
    struct slot *slot = call_slot(call, SLOT_DRILL);
    if (!slot)
        return;
    struct event event = { .kind = EVENT_DRILL_START, .drill = {
        .source = source->id,
        .actor = call_actor(call),
        .summary = body_text(&body, SCENARIO) ? body_text(&body, SCENARIO) : drill_default_scenario(plan->language),
        .targets = buf_text(&targets),
        .without = without.len > 0 ? buf_text(&without) : NULL,
        .limit_usec = body.values[DEADLINE].number * USEC_PER_SEC,
        .within_usec = body.values[WITHIN].number * USEC_PER_SEC,
        .wait_for_all = body.values[WAIT_FOR_ALL].flag,
        .dry_run = body.values[DRY_RUN].flag,
    } };
    call_submit(call, slot, &event);
}

/* ---- POST /v1/drills/ID/stop, /v1/drills/stop ---- */

#define NO_SUCH_DRILL "there is no such drill, open or planned"

static const struct drill *find_planned(const struct engine *engine, uint64_t key)
{
    const struct drill *drill = engine_planned_drills(engine);
    while (drill && drill->key != key)
        drill = drill->next;
    return drill;
}

static void submit_stop(struct call *call, uint64_t key)
{
    struct slot *slot = call_slot(call, SLOT_DRILL);
    if (!slot)
        return;
    struct event event = { .kind = EVENT_DRILL_STOP, .drill_stop = { .drill = key, .actor = call_actor(call) } };
    call_submit(call, slot, &event);
}

/* A source that is no administrator has no business with the drills of others: to it they are not there. */
static bool is_its_own(const struct call *call, uint64_t key)
{
    const struct engine *engine = call->api->engine;
    const struct drill *planned = find_planned(engine, key);
    const struct incident *incident = engine_incident(engine, key);
    atom source = planned ? planned->source : incident ? incident->source : 0;
    return strcmp(engine_text(engine, source), call->caller.source) == 0;
}

void drills_stop(struct call *call)
{
    uint64_t key;
    if (!may_drill(call) || !call_incident(call, &key))
        return;
    if (!call_may(call, RIGHT_ADMIN) && !is_its_own(call, key))
        call_error(call, 404, NULL, NO_SUCH_DRILL);
    else
        submit_stop(call, key);
}

void drills_stop_all(struct call *call)
{
    if (!may_drill(call))
        return;
    if (!call_may(call, RIGHT_ADMIN))
        call_error(call, 403, NULL, "the source %s may stop its own drills only, each by its id", call->caller.source);
    else
        submit_stop(call, 0);
}

/* ---- verdicts ---- */

static void render_drill(struct api *api, struct slot *slot, uint64_t key, int status)
{
    const struct incident *incident = engine_incident(api->engine, key);
    const struct drill *planned = find_planned(api->engine, key);
    struct json_writer writer = rendered_begin(&slot->rendered, status);
    if (incident)
        drill_view_add_begun(&writer, api->engine, incident, api_now(api));
    else if (planned)
        drill_view_add_planned(&writer, api->engine, planned, false);
    else if (key)
        jw_incident(&writer, "id", key);
    rendered_end(&writer);
    if (status != 201 || !incident)
        return;
    buf_add_text(&slot->rendered.location, "/v1/incidents/");
    incident_add_id(&slot->rendered.location, key);
}

static void render_ended(struct api *api, struct slot *slot, const struct effect_reply *reply)
{
    CLEANUP_BUF struct buf id = { 0 }, at = { 0 };
    incident_add_id(&id, reply->incident);
    words_add_time(&at, engine_plan(api->engine)->tz, reply->at_usec, api_now(api).wall_usec, LANGUAGE_EN);
    rendered_error(&slot->rendered, 409, NULL, "the drill %s ended at %s", buf_text(&id), buf_text(&at));
}

void drills_verdict(struct api *api, struct slot *slot, const struct effect_reply *reply)
{
    switch (reply->verdict) {
    case VERDICT_OPENED:
    case VERDICT_PLANNED:
        render_drill(api, slot, reply->incident, 201);
        break;
    case VERDICT_DONE:
        render_drill(api, slot, reply->incident, 200);
        break;
    case VERDICT_CLOSED:
        render_ended(api, slot, reply);
        break;
    case VERDICT_NO_INCIDENT:
        rendered_error(&slot->rendered, 404, NULL, NO_SUCH_DRILL);
        break;
    default:
        rendered_error(&slot->rendered, 409, NULL, "%s", reply->text ? reply->text : "this did not work");
    }
}

/* ---- GET /v1/drills ---- */

static int by_age(const void *a, const void *b)
{
    uint64_t left = (*(const struct incident *const *)a)->first_seq, right = (*(const struct incident *const *)b)->first_seq;
    return (left > right) - (left < right);
}

static size_t collect(const struct engine *engine, const struct incident ***ret)
{
    const struct incident *incident;
    size_t n = 0, cap = 0;
    *ret = NULL;
    for (size_t cursor = 0; (incident = engine_next_incident(engine, &cursor));) {
        if (!incident->drill)
            continue;
        if (n == cap) {
            cap = cap ? 2 * cap : 16;
            *ret = mem_realloc_array(*ret, cap, sizeof **ret);
        }
        (*ret)[n++] = incident;
    }
    if (n > 0)
        qsort(*ret, n, sizeof **ret, by_age);
    return n;
}

static void add_schedules(struct json_writer *writer, const struct api *api)
{
    const struct plan *plan = engine_plan(api->engine);
    jw_open(writer, "schedules", '[');
    for (size_t i = 0; i < plan->n_schedules; i++) {
        struct api_schedule last;
        api->ops->schedule(api->userdata, plan->schedules[i].name, &last);
        jw_open(writer, NULL, '{');
        drill_view_add_schedule(writer, plan->tz, &plan->schedules[i], &last, api_now(api).wall_usec);
        jw_close(writer, '}');
    }
    jw_close(writer, ']');
}

/* The planned ones first, then those that are open or have ended within a day, from the oldest. */
void drills_list(struct call *call)
{
    const struct engine *engine = call->api->engine;
    struct rendered rendered = { 0 };
    if (!call_may(call, RIGHT_OPERATE | RIGHT_ADMIN) && !may_drill(call))
        return;
    struct json_writer writer = rendered_begin(&rendered, 200);
    jw_open(&writer, "drills", '[');
    for (const struct drill *drill = engine_planned_drills(engine); drill; drill = drill->next) {
        jw_open(&writer, NULL, '{');
        drill_view_add_planned(&writer, engine, drill, call_may(call, RIGHT_ADMIN));
        jw_close(&writer, '}');
    }
    const struct incident **incidents;
    size_t n = collect(engine, &incidents);
    for (size_t i = 0; i < n; i++) {
        jw_open(&writer, NULL, '{');
        drill_view_add_begun(&writer, engine, incidents[i], api_now(call->api));
        jw_close(&writer, '}');
    }
    free(incidents);
    jw_close(&writer, ']');
    add_schedules(&writer, call->api);
    rendered_end(&writer);
    api_hold(call->api, call->exchange, &rendered);
}
