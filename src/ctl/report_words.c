#include "ctl/report.h"

#include <string.h>
#include <time.h>

#include "base/civil.h"
#include "base/text.h"

struct report report_of(const json_t *json)
{
    return (struct report){
        .json = json, .english = strcmp(json_text(json, "language"), "en") == 0, .many = json_object_get(json, "drills") != NULL,
    };
}

const char *report_say(const struct report *report, const char *swedish, const char *english)
{
    return report->english ? english : swedish;
}

/* ---- times ---- */

bool report_usec(const json_t *object, const char *key, int64_t *ret_usec)
{
    return text_from_rfc3339(json_text(object, key), ret_usec) == ERR_OK;
}

void report_add_span(const struct report *report, struct buf *buf, int64_t msec)
{
    int64_t seconds = (msec + 500) / 1000;
    if (msec < 100)
        buf_printf(buf, "< 0%s1 s", report_say(report, ",", "."));
    else if (msec < 9950)
        buf_printf(buf, "%lld%s%lld s", (long long)((msec + 50) / 1000), report_say(report, ",", "."),
                   (long long)((msec + 50) / 100 % 10));
    else if (seconds < 60)
        buf_printf(buf, "%lld s", (long long)seconds);
    else if (seconds < 3600)
        buf_printf(buf, "%lld min %lld s", (long long)(seconds / 60), (long long)(seconds % 60));
    else
        buf_printf(buf, "%lld h %lld min", (long long)(seconds / 3600), (long long)(seconds / 60 % 60));
}

void report_add_span_of(const struct report *report, struct buf *buf, const json_t *object, const char *key)
{
    if (json_is_integer(json_object_get(object, key)))
        report_add_span(report, buf, json_number(object, key));
}

void report_add_clock(struct buf *buf, const json_t *object, const char *key)
{
    print_add_time(buf, json_text(object, key), TIME_CLOCK);
}

void report_add_moment(struct buf *buf, const json_t *object, const char *key)
{
    print_add_time(buf, json_text(object, key), TIME_FULL);
}

static bool local_of(const json_t *object, const char *key, struct tm *ret)
{
    int64_t usec;
    if (!report_usec(object, key, &usec))
        return false;
    time_t seconds = (time_t)(usec / USEC_PER_SEC);
    return localtime_r(&seconds, ret) != NULL;
}

/* Two of them, if clocks changed meanwhile. */
void report_add_zone(const struct report *report, struct buf *buf)
{
    struct tm first, last;
    text_add_clean_line(buf, json_text(report->json, "timezone"), strlen(json_text(report->json, "timezone")));
    if (!local_of(report->json, report->many ? "since" : "opened_at", &first) ||
        !local_of(report->json, report->many ? "made_at" : "last_at", &last))
        return;
    buf_printf(buf, " (%s", first.tm_zone);
    if (first.tm_gmtoff != last.tm_gmtoff) {
        buf_printf(buf, "/%s)", last.tm_zone);
        return;
    }
    long minutes = first.tm_gmtoff / 60, size = minutes < 0 ? -minutes : minutes;
    buf_printf(buf, ", UTC%s%02ld:%02ld)", minutes < 0 ? "−" : "+", size / 60, size % 60);
}

/* ---- words ---- */

void report_add_title(const struct report *report, struct buf *buf)
{
    if (report->many) {
        buf_add_text(buf, report_say(report, "Övningar sedan ", "Drills since "));
        print_add_time(buf, json_text(report->json, "since"), TIME_SHORT);
        if (*json_text(report->json, "role"))
            buf_printf(buf, ", %s", json_text(report->json, "role"));
    } else {
        buf_printf(buf, "%s %s: %s", report_say(report, "Övningsrapport", "Drill report"), json_text(report->json, "id"),
                   json_text(report->json, "summary"));
    }
}

static const char *ending(const struct report *report, const char *word)
{
    static const struct { const char *word, *swedish, *english; } words[] = {
        { "open", "pågår", "still open" },
        { "answered", "alla hade svarat", "everybody had answered" },
        { "acknowledged", "larmet var kvitterat när tiden gick ut", "acknowledged when its time ran out" },
        { "deadline", "tiden gick ut", "its time ran out" },
        { "stopped", "stoppad", "stopped" },
        { "aborted", "avbruten av ett skarpt larm", "stopped by a real alarm" },
        { "closed", "avslutad", "closed" },
    };
    for (size_t i = 0; i < N_ELEMENTS(words); i++)
        if (strcmp(words[i].word, word) == 0)
            return report_say(report, words[i].swedish, words[i].english);
    return word;
}

void report_add_ending(const struct report *report, struct buf *buf, const json_t *drill)
{
    const char *word = json_text(drill, "ending");
    buf_add_text(buf, ending(report, word));
    if (*json_text(drill, "real_alarm"))
        buf_printf(buf, " (%s)", json_text(drill, "real_alarm"));
    else if (*json_text(drill, "ended_by"))
        buf_printf(buf, report_say(report, " av %s", " by %s"), json_text(drill, "ended_by"));
    if (strcmp(word, "closed") == 0 && *json_text(drill, "end_reason"))
        buf_printf(buf, ": %s", json_text(drill, "end_reason"));
}

void report_add_names(struct buf *buf, const json_t *names)
{
    size_t i;
    const json_t *name;
    json_array_foreach(names, i, name) {
        const char *text = json_string_value(name) ? json_string_value(name) : "", *colon = strchr(text, ':');
        buf_printf(buf, "%s%s", i > 0 ? ", " : "", colon ? colon + 1 : text);
    }
}

const char *report_channel(const struct report *report, const char *channel)
{
    if (strcmp(channel, "sms") == 0)
        return "SMS";
    if (strcmp(channel, "voice") == 0)
        return report_say(report, "samtal", "call");
    return strcmp(channel, "email") == 0 ? report_say(report, "e-post", "e-mail") : channel;
}

const char *report_state(const struct report *report, const char *state)
{
    static const struct { const char *word, *swedish, *english; } words[] = {
        { "queued", "i kö", "queued" }, { "sent", "skickat", "sent" }, { "doubted", "osäkert", "in doubt" },
        { "delivered", "framme", "delivered" }, { "failed", "kom inte fram", "failed" },
    };
    for (size_t i = 0; i < N_ELEMENTS(words); i++)
        if (strcmp(words[i].word, state) == 0)
            return report_say(report, words[i].swedish, words[i].english);
    return state;
}

const char *report_result(const struct report *report, const char *result)
{
    static const struct { const char *word, *swedish, *english; } words[] = {
        { "taken", "tog emot", "took it" }, { "refused", "tog inte emot", "refused" },
        { "unanswered", "ingen svarade i telefonen", "nobody picked up" }, { "never", "kommer inte fram", "will not arrive" },
        { "no-receipt", "inget kvitto", "no receipt" }, { "left-out", "bortkopplad i övningen", "left out by the drill" },
    };
    for (size_t i = 0; i < N_ELEMENTS(words); i++)
        if (strcmp(words[i].word, result) == 0)
            return report_say(report, words[i].swedish, words[i].english);
    return result;
}

const char *report_name(const json_t *person)
{
    const char *name = json_text(person, "name");
    return *name ? name : json_text(person, "person");
}
