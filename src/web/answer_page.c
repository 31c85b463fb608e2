#include "web/answer_page.h"

#include <string.h>

#include "api/words.h"
#include "engine/roster.h"
#include "web/answer_words.h"
#include "web/html.h"

enum { CALL_IN_MAX = 6 };

/* Sizes in px and blocks under each other: what an old browser understands. Nothing depends on the rest. */
static const char style[] =
    "body{margin:0 auto;max-width:600px;font:18px/1.4 sans-serif;color:#111;background:#fff}"
    "h1{font-size:26px;line-height:1.2;margin:12px 16px 8px;overflow-wrap:break-word}"
    "h2{font-size:16px;margin:26px 16px 4px;color:#444}"
    "p{margin:4px 16px;overflow-wrap:break-word}"
    ".head{padding:10px 0;color:#fff;background:#a8071a}"
    ".head b{font-size:22px}"
    ".warning{background:#8a5300}.info{background:#0b4f8a}.closed{background:#555}"
    ".drill{padding:10px 16px;font-weight:bold;color:#000;background:#ffd400;border:6px dashed #000;text-align:center}"
    ".said,.state{margin:12px 16px;padding:12px;border-left:8px solid #444;background:#eee;font-weight:bold}"
    ".good{border-color:#0a6b2d;background:#e2f5e8}"
    ".bad{border-color:#a8071a;background:#fdeaea}"
    "form{margin:12px 16px}"
    "input,a.ring{display:block;box-sizing:border-box;width:100%;padding:18px 8px;border-radius:10px;border:2px solid #111;"
    "font:bold 21px sans-serif;text-align:center;text-decoration:none;white-space:normal;-webkit-appearance:none;cursor:pointer}"
    ".yes{color:#fff;background:#0a6b2d;border-color:#0a6b2d;padding:26px 8px;font-size:25px}"
    ".no{color:#111;background:#fff}"
    "a.ring{margin:12px 16px;width:auto;color:#fff;background:#0b4f8a;border-color:#0b4f8a}"
    ".eta form{display:inline-block;margin:4px 2px;width:30%}.eta{margin:0 12px}"
    ".eta input{padding:14px 2px;font-size:18px;color:#111;background:#fff}"
    ".small{font-size:15px;color:#444}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#111}h2,.small{color:#bbb}.said,.state{background:#2a2a2a}"
    ".good{background:#0d3319}.bad{background:#4a1010}.no,.eta input{color:#eee;background:#222;border-color:#999}}";

struct drawing {
    const struct answer_page *page;
    const struct callout *callout;
    const struct answer_words *words;
    enum language language;
    struct buf *out;
};

static void add_time(const struct drawing *drawing, int64_t at_usec)
{
    const struct answer_page *page = drawing->page;
    words_add_time(drawing->out, page->plan->tz, at_usec, page->now_usec, drawing->language);
}

static const char *name_of(const struct drawing *drawing, atom person)
{
    return words_person(drawing->page->plan, engine_text(drawing->page->engine, person), drawing->words->someone);
}

static const char *role_of(const struct drawing *drawing, const struct callout *callout)
{
    return engine_text(drawing->page->engine, callout->role);
}

static bool is_mine(const struct drawing *drawing)
{
    return drawing->callout->state == CALLOUT_ACKNOWLEDGED &&
           drawing->callout->acknowledged_by == drawing->page->recipient->person;
}

static bool is_closed(const struct drawing *drawing)
{
    return drawing->page->incident->closed_usec != 0;
}

/* ---- the head ---- */

static void add_title(const struct drawing *drawing)
{
    const struct incident *incident = drawing->page->incident;
    if (incident->drill)
        html_add(drawing->out, "%s ", drawing->language == LANGUAGE_EN ? "EXERCISE" : "ÖVNING");
    const atom person = drawing->page->recipient->person;
    bool sharp = engine_is_sharp(drawing->page->engine, incident, person, drawing->page->now_usec);
    html_add(drawing->out, "%s %s", (sharp ? drawing->words->sharp : drawing->words->severity)[incident->severity],
             role_of(drawing, drawing->callout));
}

static void add_document_head(const struct drawing *drawing)
{
    html_add(drawing->out,
             "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">"
             "<meta name=\"color-scheme\" content=\"light dark\"><title>", drawing->words->html_lang);
    add_title(drawing);
    buf_add_char(drawing->out, ' ');
    incident_add_id(drawing->out, drawing->page->incident->key);
    html_add(drawing->out, "</title><style>");
    buf_add_text(drawing->out, style);
    html_add(drawing->out, "</style></head><body>\n");
}

static const char *head_class(const struct drawing *drawing)
{
    if (is_closed(drawing))
        return "head closed";
    switch (drawing->page->incident->severity) {
    case SEVERITY_WARNING: return "head warning";
    case SEVERITY_INFO: return "head info";
    default: return "head";
    }
}

static void add_drill_banner(const struct drawing *drawing)
{
    const struct answer_words *words = drawing->words;
    const struct incident *incident = drawing->page->incident;
    const char *note = !is_closed(drawing) ? words->drill_note : incident->aborted ? words->drill_aborted : words->drill_over;
    if (incident->drill)
        html_add(drawing->out, "<div class=\"drill\">%s<br>%s</div>\n", words->drill, note);
}

static void add_head(const struct drawing *drawing)
{
    const struct answer_page *page = drawing->page;
    struct buf *out = drawing->out;
    add_drill_banner(drawing);
    html_add(out, "<div class=\"%s\"><p><b>", head_class(drawing));
    add_title(drawing);
    if (is_closed(drawing))
        html_add(out, " · %s", drawing->words->closed);
    html_add(out, "</b></p><p>%s ", drawing->words->opened);
    add_time(drawing, drawing->callout->started_usec);
    const char *source = engine_text(page->engine, page->incident->source);
    const struct source *known = plan_source(page->plan, source);
    html_add(out, " · %s</p></div>\n", known && known->title && *known->title ? known->title : source);
}

/* ---- what an answer came to ---- */

struct said {
    const char *text;
    const char *style;
};

static struct said said_of(const struct answer_words *words, enum answer_page_said said)
{
    switch (said) {
    case SAID_NOTHING: break;
    case SAID_TAKEN: return (struct said){ words->said_taken, "said good" };
    case SAID_ALREADY: return (struct said){ words->said_already, "said good" };
    case SAID_TOO_LATE: return (struct said){ words->said_too_late, "said" };
    case SAID_NO: return (struct said){ words->said_no, "said" };
    case SAID_RELEASED: return (struct said){ words->said_released, "said" };
    case SAID_ETA: return (struct said){ words->said_eta, "said good" };
    case SAID_CALLED_IN: return (struct said){ words->said_called_in, "said good" };
    case SAID_CALLED_ALREADY: return (struct said){ words->said_called_already, "said good" };
    case SAID_CLOSED: return (struct said){ words->said_closed, "said" };
    case SAID_NOT_YOURS: return (struct said){ words->said_not_yours, "said bad" };
    case SAID_NOT_YET: return (struct said){ words->said_not_yet, "said bad" };
    case SAID_NOT_UNDERSTOOD: return (struct said){ words->said_not_understood, "said bad" };
    case SAID_BUSY: return (struct said){ words->said_busy, "said bad" };
    case SAID_REFUSED: return (struct said){ words->said_refused, "said bad" };
    }
    return (struct said){ NULL, NULL };
}

static void add_said(const struct drawing *drawing)
{
    const struct answer_page *page = drawing->page;
    struct said said = said_of(drawing->words, page->said);
    if (said.text)
        html_add(drawing->out, "<p class=\"%s\">%s%s%s</p>\n", said.style, page->said_role ? page->said_role : "",
                 page->said_role ? " " : "", said.text);
    if (page->unsaved)
        html_add(drawing->out, "<p class=\"said bad\">%s</p>\n", drawing->words->unsaved);
    else if (page->degraded)
        html_add(drawing->out, "<p class=\"said bad\">%s</p>\n", drawing->words->degraded);
}

/* ---- how it stands with this call-out ---- */

static void add_acknowledged(const struct drawing *drawing)
{
    const struct answer_words *words = drawing->words;
    const struct callout *callout = drawing->callout;
    bool mine = is_mine(drawing);
    html_add(drawing->out, "<p class=\"state%s\">%s ", mine ? " good" : "", mine ? words->you_have : words->other_has);
    add_time(drawing, callout->acknowledged_usec);
    if (!mine)
        html_add(drawing->out, drawing->language == LANGUAGE_EN ? " by %s" : " av %s",
                 name_of(drawing, callout->acknowledged_by));
    buf_add_char(drawing->out, '.');
    if (mine && callout->eta_minutes > 0)
        html_add(drawing->out, " %s %u %s.", words->eta_set, (unsigned)callout->eta_minutes, words->eta_minutes);
    if (!mine && !is_closed(drawing))
        html_add(drawing->out, " %s", words->nothing_to_do);
    html_add(drawing->out, "</p>\n");
}

static void add_closed(const struct drawing *drawing)
{
    html_add(drawing->out, "<p class=\"state\">%s ", drawing->words->incident_closed);
    add_time(drawing, drawing->page->incident->closed_usec);
    html_add(drawing->out, ".");
    if (drawing->callout->acknowledged_usec == 0 && !drawing->page->recipient->confirmed_usec)
        html_add(drawing->out, " %s", drawing->words->nobody_answered);
    html_add(drawing->out, "</p>\n");
}

/* Of a drill that waits for all: an answer is this person's, whatever the others say. */
static void add_own_answer(const struct drawing *drawing)
{
    html_add(drawing->out, "<p class=\"state good\">%s ", drawing->words->you_have);
    add_time(drawing, drawing->page->recipient->confirmed_usec);
    html_add(drawing->out, ".</p>\n");
}

static void add_state(const struct drawing *drawing)
{
    const struct callout *callout = drawing->callout;
    if (is_closed(drawing))
        add_closed(drawing);
    if (drawing->page->recipient->confirmed_usec) {
        add_own_answer(drawing);
        return;
    }
    if (callout->acknowledged_usec != 0 && (callout->state == CALLOUT_ACKNOWLEDGED || is_closed(drawing)))
        add_acknowledged(drawing);
    else if (callout->state == CALLOUT_CANCELLED && !is_closed(drawing))
        html_add(drawing->out, "<p class=\"state\">%s</p>\n", drawing->words->cancelled);
    else if (callout->state == CALLOUT_PAGING && drawing->page->recipient->declined && !is_closed(drawing))
        html_add(drawing->out, "<p class=\"state\">%s</p>\n", drawing->words->you_declined);
}

/* ---- what happened ---- */

static void add_what(const struct drawing *drawing)
{
    const struct answer_page *page = drawing->page;
    const char *location = incident_location(page->incident);
    html_add(drawing->out, "<h1>%s</h1>\n", page->summary);
    if (location)
        html_add(drawing->out, "<p><b>%s:</b> %s</p>\n", drawing->words->location, location);
    if (page->talkgroup)
        html_add(drawing->out, "<p><b>%s:</b> %s</p>\n", drawing->words->talkgroup, page->talkgroup);
}

static void add_ring(const struct drawing *drawing)
{
    const char *callback = incident_callback(drawing->page->incident);
    if (!callback)
        return;
    CLEANUP_BUF struct buf tel = { 0 };
    html_add_tel(&tel, callback);
    if (tel.len > 0)
        html_add(drawing->out, "<a class=\"ring\" href=\"tel:%s\">%s %s</a>\n", buf_text(&tel), drawing->words->ring, callback);
    else
        html_add(drawing->out, "<p><b>%s:</b> %s</p>\n", drawing->words->ring, callback);
}

static void add_details(const struct drawing *drawing)
{
    const struct answer_page *page = drawing->page;
    struct buf *out = drawing->out;
    if (page->n_updates > 1)
        return;
    if (page->details) {
        html_add(out, "<h2>%s</h2>\n<p>", drawing->words->details);
        html_add_block(out, page->details);
        html_add(out, "</p>\n");
    } else if (page->details_missing) {
        html_add(out, "<p class=\"small\">%s</p>\n", drawing->words->details_missing);
    }
}

/* The latest stands first, and what it began with last. */
static void add_updates(const struct drawing *drawing)
{
    const struct answer_page *page = drawing->page;
    struct buf *out = drawing->out;
    if (page->n_updates < 2)
        return;
    html_add(out, "<h2>%s</h2>\n", drawing->words->updates);
    for (size_t i = page->n_updates; i-- > 0;) {
        const struct answer_page_update *update = &page->updates[i];
        html_add(out, "<p><b>");
        add_time(drawing, update->at_usec);
        html_add(out, "</b> %s", update->summary ? update->summary : "");
        if (update->details) {
            html_add(out, "<br>\n");
            html_add_block(out, update->details);
        }
        html_add(out, "</p>\n");
    }
}

/* ---- buttons: a form each, so that no browser has to tell one submit from another ---- */

static void add_button(const struct drawing *drawing, const char *name, const char *value, const char *style_class,
                       const char *label)
{
    html_add(
        drawing->out,
        "<form method=\"post\"><input type=\"hidden\" name=\"%s\" value=\"%s\"><input type=\"submit\" class=\"%s\" "
        "value=\"%s\"></form>\n",
        name, value, style_class, label);
}

static void add_eta_buttons(const struct drawing *drawing)
{
    static const unsigned minutes[] = { 15, 30, 45, 60, 90, 120 };
    struct buf *out = drawing->out;
    html_add(out, "<h2>%s</h2>\n<div class=\"eta\">", drawing->words->eta_question);
    for (size_t i = 0; i < N_ELEMENTS(minutes); i++)
        html_add(
            out,
            "<form method=\"post\"><input type=\"hidden\" name=\"answer\" value=\"eta\"><input type=\"hidden\" "
            "name=\"minutes\" value=\"%u\">"
            "<input type=\"submit\" value=\"%u %s\"></form>\n",
            minutes[i], minutes[i], drawing->words->eta_minutes);
    html_add(out, "</div>\n");
}

/* A role is offered while nobody of it is called or has answered in this incident. */
static bool is_called(const struct drawing *drawing, const struct roster *roster)
{
    for (const struct callout *callout = drawing->page->incident->callouts; callout; callout = callout->next) {
        if (callout->state != CALLOUT_CANCELLED && strcmp(role_of(drawing, callout), roster->role) == 0)
            return true;
    }
    return false;
}

static void add_call_in_buttons(const struct drawing *drawing)
{
    const struct plan *plan = drawing->page->plan;
    size_t offered = 0;
    for (size_t i = 0; i < plan->n_rosters && offered < CALL_IN_MAX; i++) {
        const struct roster *roster = &plan->rosters[i];
        if (is_called(drawing, roster))
            continue;
        if (offered++ == 0)
            html_add(drawing->out, "<h2>%s</h2>\n", drawing->words->call_in_heading);
        CLEANUP_BUF struct buf label = { 0 };
        buf_printf(&label, "%s %s", drawing->words->call_in, roster->role);
        add_button(drawing, "callout", roster->role, "no", buf_text(&label));
        if (roster->title && *roster->title)
            html_add(drawing->out, "<p class=\"small\">%s: %s</p>\n", roster->role, roster->title);
    }
}

static void add_answers(const struct drawing *drawing)
{
    const struct answer_words *words = drawing->words;
    if (drawing->callout->state != CALLOUT_PAGING)
        return;
    if (!drawing->page->recipient->confirmed_usec)
        add_button(drawing, "answer", "yes", "yes", drawing->page->recipient->declined ? words->yes_anyway : words->yes);
    if (!drawing->page->recipient->declined)
        add_button(drawing, "answer", "no", "no", words->no);
}

static void add_after_answers(const struct drawing *drawing)
{
    if (!is_mine(drawing))
        return;
    add_eta_buttons(drawing);
    add_call_in_buttons(drawing);
    html_add(drawing->out, "<h2>%s</h2>\n", drawing->words->release_heading);
    add_button(drawing, "answer", "release", "no", drawing->words->release);
}

/* ---- everybody ---- */

/* The same person may be called again, by a new call-out of the role, with a link of its own. */
static const struct recipient *newer_for(const struct drawing *drawing)
{
    const struct recipient *found = NULL;
    for (const struct callout *callout = drawing->callout->next; callout; callout = callout->next) {
        if (callout->state != CALLOUT_PAGING)
            continue;
        for (const struct recipient *recipient = callout->recipients; recipient; recipient = recipient->next) {
            if (recipient->person == drawing->page->recipient->person)
                found = recipient;
        }
    }
    return found;
}

static void add_newer(const struct drawing *drawing)
{
    const struct recipient *newer = newer_for(drawing);
    if (!newer || is_closed(drawing))
        return;
    CLEANUP_BUF struct buf token = { 0 };
    token_add_text(&token, drawing->page->incident->key, newer->token);
    html_add(drawing->out, "<p class=\"state bad\"><a href=\"/a/%s\">%s</a></p>\n", buf_text(&token), drawing->words->newer);
}

static void add_situation(const struct drawing *drawing)
{
    struct buf *out = drawing->out;
    const struct answer_words *words = drawing->words;
    html_add(out, "<h2>%s</h2>\n", words->situation);
    for (const struct callout *callout = drawing->page->incident->callouts; callout; callout = callout->next) {
        html_add(out, "<p><b>%s</b> ", role_of(drawing, callout));
        if (callout->acknowledged_usec != 0 && callout->state != CALLOUT_PAGING) {
            html_add(out, "%s ", words->state_acknowledged);
            add_time(drawing, callout->acknowledged_usec);
            html_add(out, drawing->language == LANGUAGE_EN ? " by %s" : " av %s", name_of(drawing, callout->acknowledged_by));
        } else {
            html_add(out, "%s", callout->state == CALLOUT_PAGING ? words->state_paging : words->state_cancelled);
        }
        html_add(out, "</p>\n");
    }
    html_add(out, "<p class=\"small\">");
    incident_add_id(out, drawing->page->incident->key);
    html_add(out, " · %s</p>\n", drawing->page->plan->organisation ? drawing->page->plan->organisation : "");
}

void answer_page_render(const struct answer_page *page, struct buf *ret)
{
    const struct person *person = plan_person(page->plan, engine_text(page->engine, page->recipient->person));
    enum language language = person ? person->language : page->plan->language;
    struct drawing drawing = {
        .page = page, .callout = page->recipient->callout, .words = answer_words(language), .language = language, .out = ret,
    };
    buf_clear(ret);
    add_document_head(&drawing);
    add_head(&drawing);
    add_said(&drawing);
    add_newer(&drawing);
    add_state(&drawing);
    add_what(&drawing);
    if (!is_closed(&drawing))
        add_answers(&drawing);
    add_ring(&drawing);
    add_details(&drawing);
    add_updates(&drawing);
    if (!is_closed(&drawing))
        add_after_answers(&drawing);
    add_situation(&drawing);
    add_drill_banner(&drawing);
    html_add(ret, "</body></html>\n");
}

/* ---- pages without an incident ---- */

static void render_plain(struct buf *ret, const char *swedish, const char *english)
{
    buf_clear(ret);
    html_add(ret,
             "<!DOCTYPE html>\n<html lang=\"sv\"><head><meta charset=\"utf-8\">"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">"
             "<title>beredd</title><style>");
    buf_add_text(ret, style);
    html_add(ret, "</style></head><body>\n<p class=\"said\">%s</p>\n<p class=\"said\" lang=\"en\">%s</p>\n</body></html>\n",
             swedish, english);
}

void answer_page_render_unknown(struct buf *ret)
{
    render_plain(
        ret, "Den här länken leder ingenstans. Inget är kvitterat. Kontrollera att hela länken kom med, eller svara på sms:et.",
        "This link leads nowhere. Nothing has been acknowledged. Check that the whole link came along, or answer the SMS.");
}

void answer_page_render_later(struct buf *ret)
{
    render_plain(
        ret, "Systemet kan inte visa larmet just nu. Inget är kvitterat. Försök igen om en stund, eller svara på sms:et.",
        "The system cannot show the alarm right now. Nothing has been acknowledged. Try again in a moment, or answer the SMS.");
}
