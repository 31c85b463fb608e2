#include "api/incident_view.h"

#include <string.h>

#include "api/api.h"
#include "api/drill_view.h"

/* ---- looking ---- */

/* A scratch engine only replays; it never mints anything. */
static void no_random(void *userdata, void *bytes, size_t len)
{
    (void)userdata;
    memset(bytes, 0, len);
}

static struct engine *fold(const struct engine *engine, const struct history *history, struct now now)
{
    struct engine *scratch = engine_new(engine_plan(engine), no_random, NULL);
    for (size_t i = 0; i < history->n; i++) {
        struct record record;
        if (history->entries[i].kind == RECORD_SETTLED || !history_record(history, i, &record))
            continue;
        if (engine_replay(scratch, &record, now) != ERR_OK)
            break;
    }
    return scratch;
}

/* The texts as they were last given. */
static void take_texts(struct incident_view *view, const struct history *history)
{
    const char *summary = NULL;
    for (size_t i = 0; i < history->n; i++) {
        enum record_kind kind = history->entries[i].kind;
        struct record record;
        if ((kind != RECORD_OPENED && kind != RECORD_UPDATED && kind != RECORD_BUNDLED) || !history_record(history, i, &record))
            continue;
        summary = record.summary ? record.summary : summary;
        view->details = record.details ? record.details : view->details;
        view->talkgroup = record.talkgroup ? record.talkgroup : view->talkgroup;
    }
    /* Memory keeps the beginning; if it keeps another one, it is newer than what the store told. */
    if (summary && strncmp(summary, view->summary, strlen(view->summary)) == 0)
        view->summary = summary;
}

bool incident_view_open(struct incident_view *ret, const struct engine *engine, uint64_t key, const struct history *history,
                        struct now now)
{
    *ret = (struct incident_view){ .engine = engine, .incident = engine_incident(engine, key) };
    if (!ret->incident && history && history->n > 0) {
        ret->scratch = fold(engine, history, now);
        ret->engine = ret->scratch;
        ret->incident = engine_incident(ret->scratch, key);
    }
    if (!ret->incident) {
        incident_view_done(ret);
        return false;
    }
    ret->summary = incident_summary(ret->incident);
    if (history)
        take_texts(ret, history);
    return true;
}

void incident_view_done(struct incident_view *view)
{
    engine_free(view->scratch);
    memset(view, 0, sizeof *view);
}

/* ---- as JSON ---- */

static void add_callout(struct json_writer *writer, const struct engine *engine, const struct callout *callout)
{
    static const char *const states[] = {
        [CALLOUT_PAGING] = "paging", [CALLOUT_ACKNOWLEDGED] = "acknowledged", [CALLOUT_CANCELLED] = "cancelled",
    };
    jw_open(writer, NULL, '{');
    jw_text(writer, "role", engine_text(engine, callout->role));
    jw_text(writer, "state", states[callout->state]);
    jw_u64(writer, "step", callout->step);
    jw_u64(writer, "round", callout->round);
    jw_text_or_null(writer, "acknowledged_by", engine_text(engine, callout->acknowledged_by));
    jw_time(writer, "acknowledged_at", callout->acknowledged_usec);
    if (callout->eta_minutes > 0)
        jw_u64(writer, "eta_minutes", callout->eta_minutes);
    else
        jw_null(writer, "eta_minutes");
    jw_time(writer, "next_page_at", callout->state == CALLOUT_PAGING ? callout->due_usec : 0);
    jw_close(writer, '}');
}

void incident_view_add_json(struct json_writer *writer, const struct incident_view *view)
{
    const struct incident *incident = view->incident;
    jw_incident(writer, "id", incident->key);
    jw_text(writer, "state", incident->closed_usec ? "closed" : "open");
    jw_text(writer, "summary", view->summary);
    jw_text(writer, "details", view->details);
    jw_text(writer, "severity", severity_name((enum severity)incident->severity));
    jw_text(writer, "source", engine_text(view->engine, incident->source));
    jw_text(writer, "dedup_key", incident_dedup_key(incident));
    jw_text(writer, "location", incident_location(incident));
    jw_text(writer, "callback", incident_callback(incident));
    jw_text(writer, "talkgroup", view->talkgroup);
    jw_bool(writer, "sensitive", incident->sensitive);
    jw_bool(writer, "drill", incident->drill);
    if (incident->drill)
        drill_view_add_exercise(writer, view->engine, incident);
    jw_time(writer, "opened_at", incident->opened_usec);
    jw_time(writer, "closed_at", incident->closed_usec);
    jw_text_or_null(writer, "closed_by", engine_text(view->engine, incident->closed_by));
    jw_u64(writer, "seq", incident->first_seq);
    jw_open(writer, "callouts", '[');
    for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
        add_callout(writer, view->engine, callout);
    jw_close(writer, ']');
}

static void add_page(struct json_writer *writer, const struct incident_view *view, const struct message *message)
{
    const struct page_ref page = { view->incident->key, message->number, message->nonce };
    CLEANUP_BUF struct buf id = { 0 };
    page_add_id(&id, page);
    jw_open(writer, NULL, '{');
    jw_text(writer, "page", buf_text(&id));
    jw_text(writer, "role", engine_text(view->engine, message->callout->role));
    jw_text(writer, "person", engine_text(view->engine, message->person));
    jw_text(writer, "channel", channel_name((enum channel)message->channel));
    jw_text(writer, "state", fate_name(engine_fate(view->engine, page)));
    jw_text_or_null(writer, "gateway", engine_text(view->engine, message->gateway));
    jw_close(writer, '}');
}

void incident_view_add_pages(struct json_writer *writer, const struct incident_view *view)
{
    jw_open(writer, "pages", '[');
    for (const struct message *message = view->incident->messages; message; message = message->next) {
        if (message->purpose == PURPOSE_PAGE)
            add_page(writer, view, message);
    }
    jw_close(writer, ']');
}

void incident_view_add_timeline(struct json_writer *writer, const struct history *history)
{
    jw_open(writer, "timeline", '[');
    CLEANUP_BUF struct buf entry = { 0 };
    for (size_t i = 0; history && i < history->n; i++) {
        struct record record;
        if (!record_event_name(history->entries[i].kind) || !history_record(history, i, &record))
            continue;
        buf_clear(&entry);
        api_add_timeline_json(&entry, &record);
        jw_raw(writer, NULL, &entry);
    }
    jw_close(writer, ']');
    if (history && history->cut)
        jw_bool(writer, "timeline_cut", true);
}
