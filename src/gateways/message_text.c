#include "gateways/message_text.h"

#include <assert.h>
#include <string.h>

#include "base/gsm7.h"
#include "base/text.h"
#include "gateways/mail_html.h"
#include "gateways/message_number.h"
#include "gateways/message_template.h"
#include "gateways/message_texts.h"
#include "gateways/message_voice.h"
#include "gateways/message_words.h"

void message_text_done(struct message_text *text)
{
    buf_done(&text->subject);
    buf_done(&text->text);
    buf_done(&text->html);
}

/* ---- values ---- */

/* Whatever came from outside becomes one clean line; for an SMS, in as many GSM-7 characters as it can. */
static void add_clean(struct buf *buf, const char *text, enum channel channel)
{
    if (!text || !*text)
        return;
    if (channel != CHANNEL_SMS) {
        text_add_clean_line(buf, text, strlen(text));
        return;
    }
    CLEANUP_BUF struct buf line = { 0 };
    text_add_clean_line(&line, text, strlen(text));
    gsm7_add_normalised(buf, buf_text(&line), line.len);
}

static void add_time(struct buf *buf, const struct tz *tz, int64_t utc_usec)
{
    struct civil local;
    if (utc_usec == 0)
        return;
    tz_to_local(tz, utc_usec, &local);
    buf_add_padded(buf, (uint64_t)local.hour, 2);
    buf_add_char(buf, ':');
    buf_add_padded(buf, (uint64_t)local.minute, 2);
}

/* "mån 28 december 12:00" */
static void add_day_and_time(struct buf *buf, const struct tz *tz, int64_t utc_usec, enum language language)
{
    struct civil local;
    if (utc_usec == 0)
        return;
    tz_to_local(tz, utc_usec, &local);
    buf_add_text(buf, message_weekday(civil_weekday(civil_day(local.year, local.month, local.day)), language));
    buf_add_char(buf, ' ');
    buf_add_u64(buf, (uint64_t)local.day);
    buf_add_char(buf, ' ');
    buf_add_text(buf, message_month(local.month, language));
    buf_add_char(buf, ' ');
    add_time(buf, tz, utc_usec);
}

static void set_duty(struct message_values *values, const struct message_view *view, const struct text_context *context)
{
    if (view->duty_from_usec == 0 && view->duty_until_usec == 0 && !view->duty_other && view->purpose != PURPOSE_OFF_DUTY)
        return;
    add_day_and_time(&values->value[VALUE_FROM], context->tz, view->duty_from_usec, view->language);
    add_day_and_time(&values->value[VALUE_UNTIL], context->tz, view->duty_until_usec, view->language);
    if (view->duty_other)
        add_clean(&values->value[VALUE_OTHER], view->duty_other, view->channel);
    else if (view->purpose == PURPOSE_OFF_DUTY)
        buf_add_text(&values->value[VALUE_OTHER], message_nobody(view->language));
}

/* A text message says the first of them; the whole list stands in the log. */
static void set_result(struct message_values *values, const struct message_view *view)
{
    enum { SMS_NAMES_BYTES = 100 };
    if (view->purpose != PURPOSE_DRILL_RESULT)
        return;
    struct buf *answered = &values->value[VALUE_ANSWERED], *missing = &values->value[VALUE_MISSING];
    buf_add_u64(answered, view->answered);
    buf_printf(answered, " %s ", message_of(view->language));
    buf_add_u64(answered, view->total);
    add_clean(missing, view->missing, view->channel);
    if (view->channel != CHANNEL_SMS || missing->len <= SMS_NAMES_BYTES)
        return;
    buf_cut(missing, text_utf8_cut(buf_text(missing), missing->len, SMS_NAMES_BYTES));
    buf_add_text(missing, "...");
}

static void add_link(struct buf *buf, const struct message_view *view, const struct text_context *context)
{
    if (!context->public_url || !view->has_token)
        return;
    buf_add_text(buf, context->public_url);
    buf_add_text(buf, "/a/");
    token_add_text(buf, view->incident, view->token);
}

static void add_title(struct buf *buf, const struct message_view *view)
{
    const char *title = view->role_title && *view->role_title ? view->role_title : view->role;
    size_t first = 0;
    if (!title)
        return;
    CLEANUP_BUF struct buf line = { 0 };
    add_clean(&line, title, view->channel);
    if (line.len == 0)
        return;                                          /* a message of the house */
    text_utf8_next(buf_text(&line), line.len, &first);
    text_add_folded(buf, buf_text(&line), first);        /* in the middle of a sentence */
    buf_add_text(buf, buf_text(&line) + first);
}

static void add_number(struct buf *buf, const struct message_view *view)
{
    CLEANUP_BUF struct buf written = { 0 };
    if (view->acknowledged_number)
        message_number_add(&written, view->acknowledged_number);
    add_clean(buf, buf_text(&written), view->channel);
}

static void set_times(struct message_values *values, const struct message_view *view, const struct text_context *context)
{
    struct civil local;
    add_time(&values->value[VALUE_AT], context->tz, view->at_usec);
    add_time(&values->value[VALUE_ACKNOWLEDGED], context->tz, view->acknowledged_usec);
    add_time(&values->value[VALUE_UPDATED], context->tz, view->updated_usec ? view->updated_usec : view->at_usec);
    add_time(&values->value[VALUE_CLOSED], context->tz, view->closed_usec);
    add_time(&values->value[VALUE_SINCE], context->tz, view->unheld_usec);
    tz_to_local(context->tz, view->at_usec, &local);
    message_voice_add_clock(&values->value[VALUE_CLOCK], local.hour, local.minute, view->language);
}

/* A code can be answered with where the text came from a number; a mail and a call have their own ways. */
static void set_ways_to_answer(struct message_values *values, const struct message_view *view, const struct text_context *context)
{
    if (view->channel == CHANNEL_SMS && context->can_reply && view->code != 0)
        buf_add_padded(&values->value[VALUE_CODE], view->code, CODE_DIGITS);
    if (view->channel != CHANNEL_VOICE)
        add_link(&values->value[VALUE_LINK], view, context);
    if (values->value[VALUE_LINK].len > 0)
        buf_add_text(&values->value[VALUE_USE_LINK], message_use_link(view->language));
}

static void set_drill(struct message_values *values, const struct message_view *view)
{
    if (!view->drill)
        return;
    buf_add_text(&values->value[VALUE_MARK], message_drill_mark(view->language));
    buf_add_text(&values->value[VALUE_DRILL], message_drill_line(view->language, view->aborted));
}

/* As it is; but why a drill did not begin is the program's own, and said in the language. */
static void set_reason(struct message_values *values, const struct message_view *view)
{
    struct buf *reason = &values->value[VALUE_REASON];
    const char *rest = view->reason, *const others = "; nor did the ";
    if (view->purpose == PURPOSE_DRILL_MISSED && rest && view->language == LANGUAGE_SV)
        buf_add_text(reason, message_missed_reason(&rest));
    if (reason->len == 0 || strncmp(rest, others, strlen(others)) != 0) {
        add_clean(reason, rest, view->channel);
        return;
    }
    rest += strlen(others);
    buf_add_text(reason, "; inte heller de ");
    buf_add(reason, rest, strspn(rest, "0123456789"));
    buf_add_text(reason, " före");
}

/* A page of what is sensitive carries no more than it must: not even the id. */
static void set_id(struct message_values *values, const struct message_view *view)
{
    if (view->incident != 0 && !(view->sensitive && view->purpose == PURPOSE_PAGE))
        incident_add_id(&values->value[VALUE_ID], view->incident);
}

static void set_values(struct message_values *values, const struct message_view *view, const struct text_context *context)
{
    const struct { enum message_value value; const char *text; } plain[] = {
        { VALUE_ROLE, view->role },
        { VALUE_ORGANISATION, view->organisation },
        { VALUE_CALLBACK, view->callback },
        { VALUE_BY, view->acknowledged_by },
        { VALUE_PERSON, view->person_name },
        { VALUE_GATEWAY, view->gateway },
    };
    for (size_t i = 0; i < N_ELEMENTS(plain); i++)
        add_clean(&values->value[plain[i].value], plain[i].text, view->channel);
    buf_add_text(&values->value[VALUE_ALARM], view->channel == CHANNEL_VOICE && view->purpose == PURPOSE_PAGE
                                                  ? message_alarm_spoken(view) : message_alarm_word(view));
    add_title(&values->value[VALUE_TITLE], view);
    add_number(&values->value[VALUE_NUMBER], view);
    if (view->count > 1)
        buf_add_u64(&values->value[VALUE_COUNT_UPDATES], view->count);
    set_times(values, view, context);
    set_ways_to_answer(values, view, context);
    set_drill(values, view);
    set_reason(values, view);
    set_duty(values, view, context);
    set_result(values, view);
    set_id(values, view);
}

/* ---- what happened ---- */

struct what {
    struct buf summary, location;
};

static void strip_full_stop(struct buf *buf)
{
    while (buf->len > 0 && (buf->data[buf->len - 1] == '.' || buf->data[buf->len - 1] == ' '))
        buf_cut(buf, buf->len - 1);
}

static void set_what(struct what *what, const struct message_view *view)
{
    if (view->sensitive)
        return;
    add_clean(&what->summary, view->summary, view->channel);
    add_clean(&what->location, view->location, view->channel);
    strip_full_stop(&what->summary);
    strip_full_stop(&what->location);
}

/* The first `characters` of the summary, with dots where more stood; SIZE_MAX: all. */
static void write_what(struct message_values *values, const struct what *what, size_t characters, bool with_location)
{
    struct buf *summary = &values->value[VALUE_SUMMARY], *location = &values->value[VALUE_LOCATION], *both = &values->value[VALUE_WHAT];
    size_t at = 0;
    buf_clear(summary);
    buf_clear(location);
    buf_clear(both);
    for (size_t i = 0; i < characters && at < what->summary.len; i++)
        text_utf8_next(buf_text(&what->summary), what->summary.len, &at);
    buf_add(summary, buf_text(&what->summary), at);
    if (at < what->summary.len && at > 0)
        buf_add_text(summary, "...");
    if (with_location)
        buf_add(location, buf_text(&what->location), what->location.len);
    buf_add(both, buf_text(summary), summary->len);
    if (summary->len > 0 && location->len > 0)
        buf_add_text(both, ", ");
    buf_add(both, buf_text(location), location->len);
}

/* ---- SMS ---- */

struct sms {
    struct message_values *values;
    const struct what *what;
    const char *template;
    struct buf *ret;
};

static struct gsm7_size compose(const struct sms *sms, size_t characters, bool with_location)
{
    write_what(sms->values, sms->what, characters, with_location);
    buf_clear(sms->ret);
    message_template_add(sms->ret, sms->template, sms->values);
    return gsm7_measure(buf_text(sms->ret), sms->ret->len);
}

static bool fits(struct gsm7_size size)
{
    return size.segments <= (size.ucs2 ? MESSAGE_PARTS_UCS2 : MESSAGE_PARTS_GSM7);
}

/* The longest beginning of the summary that fits; nothing of it, if even that does not. */
static void cut_summary(const struct sms *sms)
{
    size_t low = 0, high = text_utf8_count(buf_text(&sms->what->summary), sms->what->summary.len);
    while (low < high) {
        size_t middle = high - (high - low) / 2;
        if (fits(compose(sms, middle, false)))
            low = middle;
        else
            high = middle - 1;
    }
    compose(sms, low, false);
}

/* A page's id is worth no part of its own; what is worth telling goes before it, in order: location, then summary. */
static void fit_sms(const struct sms *sms, bool id_may_go)
{
    struct gsm7_size size = compose(sms, SIZE_MAX, true);
    if (id_may_go && size.segments > 1) {
        struct buf id = sms->values->value[VALUE_ID], with_id = *sms->ret;
        sms->values->value[VALUE_ID] = *sms->ret = (struct buf){ 0 };
        struct gsm7_size without = compose(sms, SIZE_MAX, true);
        if (without.segments == size.segments && fits(size)) {
            sms->values->value[VALUE_ID] = id;
            buf_done(sms->ret);
            *sms->ret = with_id;
            return;
        }
        buf_done(&id);
        buf_done(&with_id);
        size = without;
    }
    if (!fits(size) && !fits(compose(sms, SIZE_MAX, false)))
        cut_summary(sms);
}

/* ---- the three kinds ---- */

bool message_is_urgent(const struct message_view *view)
{
    bool page = view->purpose == PURPOSE_PAGE && view->severity != SEVERITY_INFO;
    bool nobody_has_it = view->purpose == PURPOSE_SOURCE_UNANSWERED || view->purpose == PURPOSE_SOURCE_RELEASED;
    bool route_is_broken = view->purpose == PURPOSE_CHECK_FAILED;
    return page || nobody_has_it || route_is_broken || view->purpose == PURPOSE_DEGRADED || view->purpose == PURPOSE_UNREACHED;
}

static const char *text_of(const struct message_view *view, const struct message_wording *wording)
{
    return view->drill && wording->drill_text ? wording->drill_text : wording->text;
}

/* The administrator's, or the built-in one; NULL where that is made from another. */
static const char *template_of(const struct message_view *view, const struct text_context *context, enum text_field field)
{
    unsigned kind = message_text_kind(view);
    const char *own = message_texts_find(context->texts, kind, field, view->language);
    const struct message_wording *wording = message_wording(kind, view->language);
    const char *const built_in[TEXT_FIELD_COUNT] = {
        [TEXT_SMS] = text_of(view, wording),
        [TEXT_SUBJECT] = view->drill && wording->drill_subject ? wording->drill_subject : wording->subject,
        [TEXT_BODY] = wording->mail,
        [TEXT_VOICE] = wording->voice ? wording->voice : text_of(view, wording),
    };
    return own ? own : built_in[field];
}

static void render_sms(struct message_values *values, const struct what *what, const struct message_view *view,
                       const struct text_context *context, struct message_text *ret)
{
    const struct sms sms = {
        .values = values,
        .what = what,
        .template = template_of(view, context, TEXT_SMS),
        .ret = &ret->text,
    };
    fit_sms(&sms, view->purpose == PURPOSE_PAGE);
}

static void render_voice(struct message_values *values, const struct what *what, const struct message_view *view,
                         const struct text_context *context, struct message_text *ret)
{
    write_what(values, what, SIZE_MAX, true);
    message_template_add(&ret->text, template_of(view, context, TEXT_VOICE), values);
}

static void render_mail(struct message_values *values, const struct what *what, const struct message_view *view,
                        const struct text_context *context, struct message_text *ret)
{
    const char *body = template_of(view, context, TEXT_BODY);
    write_what(values, what, SIZE_MAX, true);
    message_template_add(&ret->subject, template_of(view, context, TEXT_SUBJECT), values);
    message_template_add(&ret->text, body ? body : text_of(view, message_wording(message_text_kind(view), view->language)),
                         values);
    if (!body)
        message_template_add(&ret->text, "\n[{drill}\n][\n{organisation}\n]", values);
    mail_html_add(&ret->html, &(struct mail_html){
        .language = view->language == LANGUAGE_EN ? "en" : "sv",
        .subject = buf_text(&ret->subject),
        .text = buf_text(&ret->text),
        .link = buf_text(&values->value[VALUE_LINK]),
        .button = message_button(view->language),
        .tone = view->drill ? MAIL_DRILL : message_is_urgent(view) ? MAIL_URGENT : MAIL_CALM,
    });
}

void message_text_render(const struct message_view *view, const struct text_context *context, struct message_text *ret)
{
    struct message_values values = { 0 };
    struct what what = { 0 };
    buf_clear(&ret->subject);
    buf_clear(&ret->text);
    buf_clear(&ret->html);
    set_values(&values, view, context);
    set_what(&what, view);
    if (view->channel == CHANNEL_EMAIL)
        render_mail(&values, &what, view, context, ret);
    else if (view->channel == CHANNEL_VOICE)
        render_voice(&values, &what, view, context, ret);
    else
        render_sms(&values, &what, view, context, ret);
    buf_done(&what.summary);
    buf_done(&what.location);
    message_values_done(&values);
}
