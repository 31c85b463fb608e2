#include "api/api_private.h"

#include "config.h"
#include "engine/roster.h"

/* ---- /healthz, /readyz ---- */

static void send_word(struct call *call, int status, const char *word)
{
    struct rendered rendered = { 0 };
    struct json_writer writer = rendered_begin(&rendered, status);
    jw_text(&writer, "status", word);
    rendered_end(&writer);
    if (status == 503)
        rendered.retry_after = "5";
    rendered_send(&rendered, call->exchange);
}

void status_health(struct call *call)
{
    send_word(call, 200, "ok");
}

void status_ready(struct call *call)
{
    if (!call->api->store || api_is_degraded(call->api))
        send_word(call, 503, "degraded");
    else
        send_word(call, 200, "ok");
}

/* ---- GET /v1/status ---- */

static void add_store(struct json_writer *writer, const struct api *api, const struct api_status *status)
{
    jw_open(writer, "store", '{');
    jw_bool(writer, "takes_commits", api->store && !status->degraded);
    jw_text_or_null(writer, "reason", status->degraded_reason);
    jw_u64(writer, "committed_seq", status->committed_seq);
    jw_u64(writer, "records_waiting", status->records_waiting);
    jw_close(writer, '}');
}

static void add_exercise(struct json_writer *writer, const struct api *api, const struct roster *roster)
{
    struct api_exercise exercise;
    api->ops->exercise(api->userdata, roster, &exercise);
    jw_time(writer, "drill_succeeded_at", exercise.succeeded_usec);
    jw_bool(writer, "drill_overdue", exercise.overdue);
}

static void add_rosters(struct json_writer *writer, const struct api *api, const struct plan *plan, int64_t now_usec)
{
    jw_open(writer, "rosters", '[');
    for (size_t i = 0; i < plan->n_rosters; i++) {
        struct on_call on_call;
        roster_on_call(&plan->rosters[i], plan->tz, now_usec, &on_call);
        jw_open(writer, NULL, '{');
        jw_text(writer, "role", plan->rosters[i].role);
        jw_bool(writer, "covered", on_call.primary || (on_call.group && on_call.group->n_members > 0));
        jw_text(writer, "primary", on_call.primary ? on_call.primary->id : NULL);
        jw_text(writer, "group", on_call.group ? on_call.group->id : NULL);
        add_exercise(writer, api, &plan->rosters[i]);
        jw_close(writer, '}');
    }
    jw_close(writer, ']');
}

/* Counts since a moment, in milliseconds of a clock that does not jump. */
static void add_age(struct json_writer *writer, const char *key, int64_t since_boot_usec, struct now now)
{
    if (since_boot_usec == 0)
        jw_null(writer, key);
    else
        jw_u64(writer, key, now.boot_usec > since_boot_usec ? (uint64_t)((now.boot_usec - since_boot_usec) / USEC_PER_MSEC) : 0);
}

static void add_pages(struct json_writer *writer, const struct api *api, struct now now)
{
    jw_open(writer, "pages", '{');
    jw_u64(writer, "queued", dispatch_queued(api->dispatch));
    add_age(writer, "oldest_unsent_msec", dispatch_oldest_usec(api->dispatch), now);
    jw_close(writer, '}');
}

/* What is counted above is not all real. */
static void add_drills(struct json_writer *writer, const struct engine *engine)
{
    size_t incidents, callouts;
    engine_count_drills(engine, &incidents, &callouts);
    jw_open(writer, "drills", '{');
    jw_u64(writer, "open_incidents", incidents);
    jw_u64(writer, "open_callouts", callouts);
    jw_close(writer, '}');
}

void status_show(struct call *call)
{
    struct api *api = call->api;
    const struct plan *plan = engine_plan(api->engine);
    struct now now = api_now(api);
    struct api_status status = { 0 };
    api->ops->status(api->userdata, &status);
    struct rendered rendered = { 0 };
    struct json_writer writer = rendered_begin(&rendered, 200);
    jw_text(&writer, "version", PACKAGE_VERSION);
    jw_text(&writer, "organisation", plan->organisation);
    jw_text(&writer, "timezone", api->config->timezone);
    jw_time(&writer, "now", now.wall_usec);
    jw_time(&writer, "started_at", status.started_wall_usec);
    jw_time(&writer, "configuration_loaded_at", status.config_loaded_wall_usec);
    jw_bool(&writer, "degraded", status.degraded);
    add_store(&writer, api, &status);
    gateways_add_json(&writer, api);
    add_rosters(&writer, api, plan, now.wall_usec);
    jw_u64(&writer, "open_incidents", engine_open_incidents(api->engine));
    jw_u64(&writer, "open_callouts", engine_paging_callouts(api->engine));
    add_drills(&writer, api->engine);
    add_pages(&writer, api, now);
    jw_u64(&writer, "journal_lost", status.journal_lost);
    rendered_end(&writer);
    api_hold(api, call->exchange, &rendered);
}

/* ---- POST /v1/check, /v1/reload ---- */

static void add_problems(struct json_writer *writer, const struct problems *problems)
{
    jw_u64(writer, "errors", problems_errors(problems));
    jw_open(writer, "problems", '[');
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_get(problems, i);
        jw_open(writer, NULL, '{');
        jw_text(writer, "level", problem_level_name(problem->level));
        jw_text(writer, "file", problem->file);
        jw_u64(writer, "line", problem->line > 0 ? (uint64_t)problem->line : 0);
        jw_text(writer, "message", problem->message);
        if (problem->line_text)
            jw_text(writer, "line_text", problem->line_text);
        jw_close(writer, '}');
    }
    jw_close(writer, ']');
}

/* A check that found errors was a good check: 200. A reload that found them is refused. */
static void read_configuration(struct call *call, bool install)
{
    CLEANUP_BODY struct body body = { 0 };
    if (!call_body(call, NULL, 0, &body))
        return;
    struct api *api = call->api;
    CLEANUP(problems_free) struct problems *problems = problems_new();
    enum err err = api->ops->reload(api->userdata, install, problems);
    size_t errors = problems_errors(problems);
    struct rendered rendered = { 0 };
    struct json_writer writer;
    if (!install && (err == ERR_OK || errors > 0)) {
        writer = rendered_begin(&rendered, 200);
        jw_bool(&writer, "ok", errors == 0);
    } else if (err == ERR_OK) {
        writer = rendered_begin(&rendered, 200);
        jw_bool(&writer, "reloaded", true);
    } else if (errors > 0) {
        writer = rendered_begin_error(&rendered, 422, NULL, "the configuration has %zu error%s; the old one stays in force",
                                      errors, errors == 1 ? "" : "s");
    } else {
        writer = rendered_begin_error(&rendered, 503, NULL, "the configuration could not be read: %s", err_text(err));
    }
    add_problems(&writer, problems);
    rendered_end(&writer);
    api_hold(api, call->exchange, &rendered);
}

void status_check(struct call *call)
{
    read_configuration(call, false);
}

void status_reload(struct call *call)
{
    read_configuration(call, true);
}
