/* /a/TOKEN: the page for people. Opening it changes nothing; an answer goes the way of every event, and the page comes back
 * with what it came to. What the store tells is shown if it tells in time; nobody waits for a disk to take an alarm. */
#include "api/api_private.h"

#include <string.h>

#include "base/text.h"
#include "web/answer_page.h"

enum { ROLE_BYTES_MAX = 64, MINUTES_MAX = 999, UPDATES_MAX = 20 };

/* A page on its way: whose, and what was just said. */
struct visit {
    struct api *api;
    struct http_exchange *exchange;
    uint64_t incident;
    uint8_t token[TOKEN_BYTES];
    int status;
    enum answer_page_said said;
    char role[ROLE_BYTES_MAX];       /* of SAID_CALLED_* */
    bool unsaved;
};

static void send_plain(struct http_exchange *exchange, int status, void (*render)(struct buf *ret))
{
    struct rendered rendered = { .status = status,
                                 .content_type = "text/html; charset=utf-8",
                                 .retry_after = status == 503 ? "5" : NULL };
    render(&rendered.body);
    rendered_send(&rendered, exchange);
}

/* ---- drawing ---- */

/* What was told, from the first text on: that one always, and the last ones of the rest. */
static size_t collect_updates(const struct history *history, struct answer_page_update *ret)
{
    size_t n = 0;
    for (size_t i = 0; history && i < history->n; i++) {
        enum record_kind kind = history->entries[i].kind;
        struct record record;
        if ((kind != RECORD_OPENED && kind != RECORD_UPDATED && kind != RECORD_BUNDLED) || !history_record(history, i, &record))
            continue;
        if (!record.summary && !record.details)
            continue;
        if (n == UPDATES_MAX) {
            memmove(ret + 1, ret + 2, (UPDATES_MAX - 2) * sizeof *ret);
            n--;
        }
        ret[n++] = (struct answer_page_update){ .at_usec = record.at_usec, .summary = record.summary, .details = record.details };
    }
    return n;
}

static void draw(const struct visit *visit, const struct incident_view *view, const struct recipient *recipient,
                 const struct history *history, struct rendered *ret)
{
    struct api *api = visit->api;
    struct answer_page_update updates[UPDATES_MAX];
    struct answer_page page = {
        .engine = view->engine, .plan = engine_plan(api->engine), .incident = view->incident, .recipient = recipient,
        .summary = view->summary, .details = view->details, .talkgroup = view->talkgroup,
        .updates = updates, .n_updates = collect_updates(history, updates), .details_missing = !history,
        .degraded = api_is_degraded(api), .unsaved = visit->unsaved, .said = visit->said,
        .said_role = visit->role[0] ? visit->role : NULL, .now_usec = api_now(api).wall_usec,
    };
    *ret = (struct rendered){ .status = visit->status, .content_type = "text/html; charset=utf-8" };
    answer_page_render(&page, &ret->body);
}

static void finish(struct visit *visit, const struct history *history)
{
    struct api *api = visit->api;
    CLEANUP_VIEW struct incident_view view = { 0 };
    const struct recipient *recipient = NULL;
    if (incident_view_open(&view, api->engine, visit->incident, history, api_now(api)))
        recipient = engine_recipient(view.engine, visit->incident, visit->token);
    if (recipient) {
        struct rendered rendered;
        draw(visit, &view, recipient, history, &rendered);
        if (visit->unsaved)
            rendered_send(&rendered, visit->exchange);
        else
            api_hold(api, visit->exchange, &rendered);
    } else if (!history && !view.incident) {
        send_plain(visit->exchange, 503, answer_page_render_later);
    } else {
        send_plain(visit->exchange, 404, answer_page_render_unknown);
    }
    free(visit);
}

static void on_history(void *userdata, const struct history *history)
{
    finish(userdata, history);
}

/* Without the store, if it does not take writes: it may not give anything either. */
static void show(struct visit *visit)
{
    if (visit->unsaved || api_is_degraded(visit->api))
        finish(visit, NULL);
    else
        history_read(&visit->api->reader, visit->incident, false, on_history, visit);
}

/* ---- opening ---- */

/* NULL: the link leads nowhere, and that has been answered. */
static struct visit *visit_new(struct call *call, const struct recipient **ret_recipient)
{
    uint64_t incident;
    uint8_t token[TOKEN_BYTES];
    const struct engine *engine = call->api->engine;
    bool ok = token_from_text(call->params[0], &incident, token) == ERR_OK;
    *ret_recipient = ok ? engine_recipient(engine, incident, token) : NULL;
    if (!ok || (!*ret_recipient && engine_incident(engine, incident))) {
        send_plain(call->exchange, 404, answer_page_render_unknown);
        return NULL;
    }
    struct visit *visit = NEW(struct visit);
    visit->api = call->api;
    visit->exchange = call->exchange;
    visit->incident = incident;
    memcpy(visit->token, token, sizeof token);
    visit->status = 200;
    return visit;
}

void people_show(struct call *call)
{
    const struct recipient *recipient;
    struct visit *visit = visit_new(call, &recipient);
    if (visit)
        show(visit);
}

/* ---- answering ---- */

static void show_said(struct visit *visit, int status, enum answer_page_said said)
{
    visit->status = status;
    visit->said = said;
    show(visit);
}

static void submit(struct visit *visit, struct event *event)
{
    struct api *api = visit->api;
    struct slot *slot = request_table_add(&api->requests, SLOT_PAGE, visit->exchange);
    if (!slot) {
        show_said(visit, 503, SAID_BUSY);
        return;
    }
    slot->visit = visit;
    if (!api_submit(api, slot, event))
        show_said(visit, 503, SAID_BUSY);
}

static bool form_value(const struct call *call, const char *name, struct buf *ret)
{
    CLEANUP_BUF struct buf value = { 0 };
    if (!http_form_value(call->request->body, call->request->body_len, name, &value))
        return false;
    buf_clear(ret);
    text_add_clean_line(ret, buf_text(&value), value.len);
    return true;
}

/* The minutes of an answer; false: there is something that is no number of minutes. */
static bool read_minutes(const struct call *call, uint32_t *ret)
{
    CLEANUP_BUF struct buf text = { 0 };
    uint64_t minutes;
    *ret = 0;
    if (!form_value(call, "minutes", &text) || text.len == 0)
        return true;
    if (text_to_u64(buf_text(&text), MINUTES_MAX, &minutes) != ERR_OK || minutes == 0)
        return false;
    *ret = (uint32_t)minutes;
    return true;
}

static void call_in(struct call *call, struct visit *visit, const struct recipient *recipient, const char *role)
{
    const struct engine *engine = call->api->engine;
    const struct roster *roster = plan_roster_typed(engine_plan(engine), role);
    if (!roster || strlen(roster->role) >= ROLE_BYTES_MAX) {
        show_said(visit, 422, SAID_NOT_UNDERSTOOD);
        return;
    }
    if (recipient->callout->state != CALLOUT_ACKNOWLEDGED) {
        show_said(visit, 409, SAID_NOT_YET);
        return;
    }
    visit->said = SAID_CALLED_IN;
    strcpy(visit->role, roster->role);
    const char *person = engine_text(engine, recipient->person);
    struct event event = { .kind = EVENT_CALLOUT, .callout = {
        .incident = visit->incident, .roster = roster, .actor = person, .person = person } };
    submit(visit, &event);
}

static bool holds(const struct recipient *recipient)
{
    return recipient->callout->state == CALLOUT_ACKNOWLEDGED && recipient->callout->acknowledged_by == recipient->person;
}

/* What a form's `answer` means; *ret_said: what the page says if all goes well. */
static bool read_answer(const struct call *call, const struct recipient *recipient, struct event_answer *answer,
                        enum answer_page_said *ret_said)
{
    CLEANUP_BUF struct buf word = { 0 };
    if (!form_value(call, "answer", &word) || !read_minutes(call, &answer->eta_minutes))
        return false;
    if (strcmp(buf_text(&word), "yes") == 0) {
        answer->answer = ANSWER_YES;
        *ret_said = SAID_TAKEN;
    } else if (strcmp(buf_text(&word), "no") == 0 || strcmp(buf_text(&word), "release") == 0) {
        answer->answer = ANSWER_NO;
        answer->eta_minutes = 0;
        *ret_said = holds(recipient) ? SAID_RELEASED : word.len > strlen("no") ? SAID_NOT_YOURS : SAID_NO;
    } else if (strcmp(buf_text(&word), "eta") == 0 && answer->eta_minutes > 0) {
        answer->answer = ANSWER_ETA;
        *ret_said = SAID_ETA;
    } else {
        return false;
    }
    return true;
}

static void answer(struct call *call, struct visit *visit, const struct recipient *recipient)
{
    struct event event = { .kind = EVENT_ANSWER, .answer = {
        .incident = visit->incident, .callout = recipient->callout->number,
        .person = engine_text(call->api->engine, recipient->person), .via = VIA_WEB } };
    if (!read_answer(call, recipient, &event.answer, &visit->said))
        show_said(visit, 422, SAID_NOT_UNDERSTOOD);
    else if (visit->said == SAID_NOT_YOURS)
        show_said(visit, 409, SAID_NOT_YOURS);
    else
        submit(visit, &event);
}

void people_answer(struct call *call)
{
    const char *type = call->request->content_type;
    if (type[0] && strcmp(type, "application/x-www-form-urlencoded") != 0) {
        call_error(call, 415, NULL, "an answer is a form: application/x-www-form-urlencoded");
        return;
    }
    const struct recipient *recipient;
    struct visit *visit = visit_new(call, &recipient);
    if (!visit)
        return;
    CLEANUP_BUF struct buf role = { 0 };
    if (!recipient)
        show_said(visit, 409, SAID_CLOSED);
    else if (form_value(call, "callout", &role))
        call_in(call, visit, recipient, buf_text(&role));
    else
        answer(call, visit, recipient);
}

static void take_verdict(struct visit *visit, const struct effect_reply *reply)
{
    if (visit->said == SAID_CALLED_IN && (reply->verdict == VERDICT_ALREADY || reply->verdict == VERDICT_TAKEN)) {
        visit->said = SAID_CALLED_ALREADY;
        return;
    }
    switch (reply->verdict) {
    case VERDICT_OPENED:
    case VERDICT_UPDATED:
    case VERDICT_BUNDLED:
    case VERDICT_DONE:
    case VERDICT_SENT:
        return;
    case VERDICT_ALREADY:
        if (visit->said == SAID_TAKEN)
            visit->said = SAID_ALREADY;
        return;
    case VERDICT_TAKEN: visit->said = SAID_TOO_LATE; break;
    case VERDICT_CLOSED:
    case VERDICT_NO_INCIDENT: visit->said = SAID_CLOSED; break;
    default: visit->said = SAID_REFUSED; break;
    }
    visit->status = 409;
    visit->role[0] = '\0';
}

/* The page is drawn when the answer is durable, and says how things stand then. */
void people_verdict(struct api *api, struct slot *slot, const struct effect_reply *reply)
{
    (void)api;
    take_verdict(slot->visit, reply);
    slot->rendered.status = slot->visit->status;
}

void people_release(struct slot *slot, bool degraded)
{
    struct visit *visit = TAKE(slot->visit);
    if (slot->rendered.status == 500) {
        visit->status = 500;
        visit->said = SAID_REFUSED;
    }
    slot_free(slot);
    if (degraded && visit->status < 300) {
        visit->unsaved = true;
        visit->status = 503;
    }
    show(visit);
}

void people_end(struct slot *slot)
{
    struct visit *visit = TAKE(slot->visit);
    send_plain(visit->exchange, 503, answer_page_render_later);
    free(visit);
}
