/* GET /v1/drills/report, /v1/drills/ID/report: what drills came to, out of their records.
 *
 * Only an incident's first record says whether it is a drill. So the incidents are listed, and looked at from the latest on: for
 * the drill that is asked for, if that is "the latest"; for earlier ones to compare it with; or for all since some time. Ids are
 * no certain order: one that was planned has its id days before it begins. */
#include "api/api_private.h"

#include <string.h>

#include "api/drill_report_view.h"
#include "base/text.h"

enum { EARLIER_MAX = 5, FOUND_MAX = 500, WALK_MAX = 20000, REPORTING_MAX = 4 };
#define PLANNED_AHEAD_USEC (31 * USEC_PER_DAY)       /* no drill is planned for longer ahead: see WITHIN_MAX_SECONDS */

struct reporting {
    struct reporting *next_waiting, **link;  /* while the store is being asked for its list */
    struct api *api;
    struct http_exchange *exchange;
    bool latest;                     /* which one it is must be found out */
    uint64_t key;                    /* 0: not known yet, or all since */
    int64_t since_usec;              /* 0: one drill */
    char *role;                      /* NULL: any */
    struct store_listed *listed;     /* what is left to look at: [0, n) */
    size_t n;
    uint64_t after;
    int64_t first_usec;              /* when the last one looked at was opened, or planned; 0: none was */
    struct drill_report *report;
    struct drill_summary **found;
    size_t n_found;
    bool cut;                        /* not all were looked at */
};

static void walk(struct reporting *reporting);

static void reporting_free(struct reporting *reporting)
{
    for (size_t i = 0; i < reporting->n_found; i++)
        drill_summary_free(reporting->found[i]);
    free(reporting->found);
    drill_report_free(reporting->report);
    free(reporting->listed);
    free(reporting->role);
    reporting->api->n_reporting--;
    free(reporting);
}

static void refuse(struct reporting *reporting, int status, const char *why)
{
    struct rendered rendered = { 0 };
    CLEANUP_BUF struct buf id = { 0 };
    if (reporting->key)
        incident_add_id(&id, reporting->key);
    rendered_error(&rendered, status, NULL, "%s%s%s", buf_text(&id), id.len > 0 ? " " : "", why);
    rendered_send(&rendered, reporting->exchange);
    reporting_free(reporting);
}

/* A role that is in no roster any more may have had drills; of one that had none, it is said that there is no such role. */
static void refuse_none(struct reporting *reporting)
{
    const struct plan *plan = engine_plan(reporting->api->engine);
    const char *names[SUGGESTIONS_MAX], *typed = reporting->role;
    size_t n = 0;
    CLEANUP_BUF struct buf why = { 0 };
    for (; n < plan->n_rosters && n < SUGGESTIONS_MAX; n++)
        names[n] = plan->rosters[n].role;
    const char *near = typed && !plan_roster_typed(plan, typed) ? text_nearest(typed, names, n) : NULL;
    if (typed && !plan_roster_typed(plan, typed))
        buf_printf(&why, "there is no role %s%s%s%s", typed, near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    else if (reporting->cut)
        buf_printf(&why, "none of the last %d incidents is a drill%s: name it by its id", WALK_MAX, typed ? " of this role" : "");
    else
        buf_add_text(&why, typed ? "there has been no drill of this role yet" : "there has been no drill yet");
    refuse(reporting, 404, buf_text(&why));
}

static void refuse_unread(struct reporting *reporting)
{
    reporting->key = 0;
    refuse(reporting, 503, "the store does not answer: drills cannot be looked up now");
}

/* ---- what came of it ---- */

static int latest_first(const void *a, const void *b)
{
    int64_t left = (*(struct drill_summary *const *)a)->opened_usec, right = (*(struct drill_summary *const *)b)->opened_usec;
    return (left < right) - (left > right);
}

static void sort_found(struct reporting *reporting)
{
    if (reporting->n_found > 0)
        qsort(reporting->found, reporting->n_found, sizeof *reporting->found, latest_first);
}

static struct json_writer begin(const struct reporting *reporting, struct rendered *rendered)
{
    const struct api *api = reporting->api;
    const struct plan *plan = engine_plan(api->engine);
    struct json_writer writer = rendered_begin(rendered, 200);
    jw_text(&writer, "organisation", plan->organisation);
    jw_text(&writer, "timezone", api->config->timezone);
    jw_text(&writer, "language", plan->language == LANGUAGE_EN ? "en" : "sv");
    jw_time(&writer, "made_at", api_now(api).wall_usec);
    jw_bool(&writer, "cut", reporting->cut);
    return writer;
}

static void add_summary(struct json_writer *writer, const struct drill_summary *summary)
{
    jw_open(writer, NULL, '{');
    drill_report_view_add_summary(writer, summary);
    jw_close(writer, '}');
}

static void finish_one(struct reporting *reporting)
{
    struct rendered rendered = { 0 };
    struct json_writer writer = begin(reporting, &rendered);
    size_t shown = 0;
    drill_report_view_add(&writer, reporting->report, engine_plan(reporting->api->engine));
    jw_open(&writer, "earlier", '[');
    for (size_t i = 0; i < reporting->n_found && shown < EARLIER_MAX; i++) {
        if (!drill_summary_compares(reporting->found[i], reporting->report))
            continue;
        add_summary(&writer, reporting->found[i]);
        shown++;
    }
    jw_close(&writer, ']');
    rendered_end(&writer);
    api_hold(reporting->api, reporting->exchange, &rendered);
    reporting_free(reporting);
}

static bool has_role(const struct reporting *reporting, const struct drill_summary *summary)
{
    for (size_t i = 0; reporting->role && i < summary->n_roles; i++)
        if (text_equal_fold(summary->roles[i].role, reporting->role))
            return true;
    return !reporting->role;
}

/* Leaves those that are asked for. */
static void pick(struct reporting *reporting)
{
    size_t n = 0;
    for (size_t i = 0; i < reporting->n_found; i++) {
        if (has_role(reporting, reporting->found[i]) && reporting->found[i]->opened_usec >= reporting->since_usec)
            reporting->found[n++] = reporting->found[i];
        else
            drill_summary_free(reporting->found[i]);
    }
    reporting->n_found = n;
}

static void finish_since(struct reporting *reporting)
{
    struct rendered rendered = { 0 };
    struct drill_totals totals;
    pick(reporting);
    size_t n = reporting->n_found;
    if (n == 0 && reporting->role && !plan_roster_typed(engine_plan(reporting->api->engine), reporting->role)) {
        refuse_none(reporting);
        return;
    }
    struct json_writer writer = begin(reporting, &rendered);
    jw_time(&writer, "since", reporting->since_usec);
    jw_text(&writer, "role", reporting->role);
    jw_open(&writer, "drills", '[');
    for (size_t i = n; i > 0; i--)
        add_summary(&writer, reporting->found[i - 1]);
    jw_close(&writer, ']');
    drill_totals_make(&totals, reporting->found, n);
    drill_report_view_add_totals(&writer, &totals);
    drill_totals_done(&totals);
    rendered_end(&writer);
    api_hold(reporting->api, reporting->exchange, &rendered);
    reporting_free(reporting);
}

/* ---- one drill's records ---- */

static struct drill_report *read_report(uint64_t key, const struct history *history)
{
    struct drill_report *report = drill_report_new(key);
    for (size_t i = 0; i < history->n; i++) {
        struct record record;
        if (history_record(history, i, &record))
            drill_report_add(report, &record);
        else
            drill_report_add_damaged(report);
    }
    drill_report_finish(report);
    return report;
}

static void list(struct reporting *reporting);

static void on_wanted(void *userdata, const struct history *history)
{
    struct reporting *reporting = userdata;
    if (!history) {
        refuse_unread(reporting);
        return;
    }
    reporting->cut |= history->cut;
    reporting->report = read_report(reporting->key, history);
    if (history->n == 0)
        refuse(reporting, 404, "is the id of no incident");
    else if (!drill_report_is_drill(reporting->report))
        refuse(reporting, 409, reporting->report->begun ? "is no drill: it was a real alarm"
                                                        : "cannot be reported: its first record is missing or damaged");
    else if (!reporting->report->begun)
        refuse(reporting, 409, "is a drill that has not begun");
    else if (reporting->latest)
        walk(reporting);
    else
        list(reporting);
}

static void on_found(void *userdata, const struct history *history)
{
    struct reporting *reporting = userdata;
    if (!history) {
        refuse_unread(reporting);
        return;
    }
    CLEANUP(drill_report_free) struct drill_report *report = read_report(history->incident, history);
    if (report->begun && report->drill) {
        reporting->found = mem_realloc_array(reporting->found, reporting->n_found + 1, sizeof *reporting->found);
        reporting->found[reporting->n_found++] = drill_summary_new(report);
        sort_found(reporting);
    }
    walk(reporting);
}

/* ---- the walk ---- */

static const struct drill_summary *newest(const struct reporting *reporting)
{
    for (size_t i = 0; i < reporting->n_found; i++)
        if (has_role(reporting, reporting->found[i]))
            return reporting->found[i];
    return NULL;
}

static bool enough_to_compare(const struct reporting *reporting)
{
    size_t n = 0;
    for (size_t i = 0; i < reporting->n_found; i++)
        n += drill_summary_compares(reporting->found[i], reporting->report);
    return n >= EARLIER_MAX;
}

/* What was opened or planned before this need not be looked at. */
static bool is_past(const struct reporting *reporting, int64_t usec)
{
    return reporting->first_usec != 0 && reporting->first_usec < usec - PLANNED_AHEAD_USEC;
}

static bool enough(const struct reporting *reporting)
{
    if (reporting->since_usec)
        return is_past(reporting, reporting->since_usec);
    if (reporting->report)
        return enough_to_compare(reporting);
    return newest(reporting) && is_past(reporting, newest(reporting)->opened_usec);
}

static void finish(struct reporting *reporting)
{
    const struct drill_summary *latest = reporting->since_usec || reporting->report ? NULL : newest(reporting);
    if (reporting->since_usec) {
        finish_since(reporting);
    } else if (reporting->report) {
        finish_one(reporting);
    } else if (latest) {
        reporting->key = latest->incident;
        history_read(&reporting->api->reader, reporting->key, false, on_wanted, reporting);
    } else {
        refuse_none(reporting);
    }
}

static void on_first(void *userdata, const struct history *history)
{
    struct reporting *reporting = userdata;
    struct record first;
    if (!history) {
        refuse_unread(reporting);
        return;
    }
    bool drill = history->n > 0 && history_record(history, 0, &first) && first.drill;
    if (history->n > 0)
        reporting->first_usec = history->entries[0].at_usec;
    if (drill)
        history_read(&reporting->api->reader, history->incident, false, on_found, reporting);
    else
        walk(reporting);
}

static void walk(struct reporting *reporting)
{
    if (reporting->n == 0 || enough(reporting) || reporting->n_found == FOUND_MAX) {
        reporting->cut |= reporting->n_found == FOUND_MAX && !enough(reporting);
        finish(reporting);
        return;
    }
    uint64_t key = reporting->listed[--reporting->n].incident;
    history_read(&reporting->api->reader, key, true, on_first, reporting);
}

/* ---- the list ---- */

static void wait_for_store(struct reporting *reporting)
{
    reporting->next_waiting = reporting->api->reporting;
    reporting->link = &reporting->api->reporting;
    if (reporting->next_waiting)
        reporting->next_waiting->link = &reporting->next_waiting;
    reporting->api->reporting = reporting;
}

static void wait_no_more(struct reporting *reporting)
{
    *reporting->link = reporting->next_waiting;
    if (reporting->next_waiting)
        reporting->next_waiting->link = reporting->link;
}

void drill_reports_end(struct api *api)
{
    while (api->reporting) {
        struct reporting *reporting = api->reporting;
        wait_no_more(reporting);
        refuse_unread(reporting);
    }
}

/* Of very many the oldest go. */
static void keep_listed(struct reporting *reporting, const struct store_listed *listed, size_t n)
{
    if (reporting->n + n > WALK_MAX) {
        size_t gone = reporting->n + n - WALK_MAX;
        memmove(reporting->listed, reporting->listed + gone, (reporting->n - gone) * sizeof *listed);
        reporting->n -= gone;
        reporting->cut = true;
    }
    reporting->listed = mem_realloc_array(reporting->listed, reporting->n + n + 1, sizeof *listed);
    if (n > 0)
        memcpy(reporting->listed + reporting->n, listed, n * sizeof *listed);
    reporting->n += n;
}

static void on_listed(void *userdata, enum err err, const struct store_listed *listed, size_t n)
{
    struct reporting *reporting = userdata;
    wait_no_more(reporting);
    if (err != ERR_OK) {
        refuse_unread(reporting);
        return;
    }
    keep_listed(reporting, listed, n);
    if (n < STORE_READ_MAX) {
        walk(reporting);
        return;
    }
    reporting->after = listed[n - 1].first_seq;
    list(reporting);
}

static void list(struct reporting *reporting)
{
    if (!reporting->api->store) {
        refuse_unread(reporting);
        return;
    }
    wait_for_store(reporting);
    store_list(reporting->api->store, STORE_LIST_ALL, reporting->after, STORE_READ_MAX, on_listed, reporting);
}

/* ---- asking ---- */

static bool can_report(struct call *call)
{
    if (call->api->store && !api_is_degraded(call->api) && call->api->n_reporting < REPORTING_MAX)
        return true;
    call_error(call, 503, NULL,
               call->api->n_reporting == REPORTING_MAX ? "other reports are being made; try again in a moment"
                                                       : "the store does not answer: drills cannot be looked up now");
    return false;
}

static struct reporting *reporting_new(struct call *call)
{
    struct reporting *reporting = NEW(struct reporting);
    CLEANUP_BUF struct buf role = { 0 };
    reporting->api = call->api;
    reporting->exchange = call->exchange;
    reporting->role = call_query(call, "role", &role) && role.len > 0 ? buf_take(&role) : NULL;
    call->api->n_reporting++;
    return reporting;
}

void drill_reports_show(struct call *call)
{
    uint64_t key;
    if (!call_incident(call, &key) || !can_report(call))
        return;
    struct reporting *reporting = reporting_new(call);
    reporting->key = key;
    history_read(&call->api->reader, key, false, on_wanted, reporting);
}

static bool read_since(struct call *call, int64_t *ret)
{
    CLEANUP_BUF struct buf since = { 0 };
    *ret = 0;
    if (!call_query(call, "since", &since))
        return true;
    if (text_from_rfc3339(buf_text(&since), ret) == ERR_OK && *ret > 0)
        return true;
    call_error(call, 422, "since", "since must be a time in RFC 3339, after 1970");
    return false;
}

/* The latest, or all since some time. */
void drill_reports_list(struct call *call)
{
    int64_t since_usec;
    if (!read_since(call, &since_usec) || !can_report(call))
        return;
    struct reporting *reporting = reporting_new(call);
    reporting->since_usec = since_usec;
    reporting->latest = since_usec == 0;
    list(reporting);
}
