#include "api/api_private.h"

#include <string.h>

#include "base/civil.h"
#include "base/text.h"
#include "engine/roster.h"

/* "0" stands for a digit, "T" for itself or a space. */
static bool has_shape(const char *text, const char *shape)
{
    for (; *shape; shape++, text++) {
        bool fits = *shape == '0' ? *text >= '0' && *text <= '9' : *shape == 'T' ? *text == 'T' || *text == ' ' : *text == *shape;
        if (!fits)
            return false;
    }
    return !*text;
}

static int number_at(const char *text, size_t len)
{
    int number = 0;
    for (size_t i = 0; i < len; i++)
        number = 10 * number + text[i] - '0';
    return number;
}

/* "2026-12-24 08:00", with "T" or a space, with seconds or without: local time. */
static bool read_local(const char *text, const struct tz *tz, int64_t *ret)
{
    bool seconds = has_shape(text, "0000-00-00T00:00:00");
    if (!seconds && !has_shape(text, "0000-00-00T00:00"))
        return false;
    struct civil local = {
        .year = number_at(text, 4), .month = number_at(text + 5, 2), .day = number_at(text + 8, 2),
        .hour = number_at(text + 11, 2), .minute = number_at(text + 14, 2), .second = seconds ? number_at(text + 17, 2) : 0,
    };
    if (!civil_valid(&local))
        return false;
    *ret = tz_from_local(tz, &local, TZ_BEGIN);
    return true;
}

/* A "+" of an offset that was not encoded arrives as a space. */
static bool read_rfc3339(const char *text, int64_t *ret)
{
    if (text_from_rfc3339(text, ret) == ERR_OK)
        return true;
    const char *space = strrchr(text, ' ');
    if (!space || !strchr(text, 'T') || strlen(space) != 6)
        return false;
    CLEANUP_FREE char *repaired = mem_strdup(text);
    repaired[space - text] = '+';
    return text_from_rfc3339(repaired, ret) == ERR_OK;
}

static bool read_at(struct call *call, const struct tz *tz, int64_t *ret)
{
    CLEANUP_BUF struct buf text = { 0 };
    *ret = api_now(call->api).wall_usec;
    if (!call_query(call, "at", &text))
        return true;
    if (read_rfc3339(buf_text(&text), ret) || read_local(buf_text(&text), tz, ret))
        return true;
    call_error(call, 422, "at", "at must be a time: 2026-12-24T08:00:00Z, or local, 2026-12-24 08:00");
    return false;
}

static void add_contacts(struct json_writer *writer, const struct person *person)
{
    jw_open(writer, NULL, '{');
    jw_text(writer, "person", person->id);
    jw_text(writer, "name", person->name);
    for (enum channel channel = 0; channel < CHANNEL_COUNT; channel++) {
        jw_open(writer, channel_name(channel), '[');
        for (size_t i = 0; i < person->n_contacts; i++) {
            if (person->contacts[i].channel == channel)
                jw_text(writer, NULL, person->contacts[i].address);
        }
        jw_close(writer, ']');
    }
    jw_close(writer, '}');
}

/* Outside the hours of a roster a group may be called in place of one person. */
static void add_group(struct json_writer *writer, const struct group *group)
{
    jw_text(writer, "group", group ? group->id : NULL);
    jw_open(writer, "members", '[');
    for (size_t i = 0; group && i < group->n_members; i++)
        jw_text(writer, NULL, group->members[i]->id);
    jw_close(writer, ']');
}

static bool is_member(const struct group *group, const struct person *person)
{
    for (size_t i = 0; group && i < group->n_members; i++) {
        if (group->members[i] == person)
            return true;
    }
    return false;
}

/* Whoever asks who is on call means to ring: the numbers stand in full here, and only here. */
static void add_people(struct json_writer *writer, const struct on_call *on_call, const struct person *next)
{
    jw_open(writer, "contacts", '[');
    if (on_call->primary)
        add_contacts(writer, on_call->primary);
    bool next_seen = next == on_call->primary || is_member(on_call->group, next);
    for (size_t i = 0; on_call->group && i < on_call->group->n_members; i++)
        add_contacts(writer, on_call->group->members[i]);
    for (size_t i = 0; i < on_call->n_backups; i++) {
        add_contacts(writer, on_call->backups[i]);
        next_seen |= next == on_call->backups[i];
    }
    if (next && !next_seen)
        add_contacts(writer, next);
    jw_close(writer, ']');
}

static void add_bound(struct json_writer *writer, const char *key, int64_t at_usec)
{
    if (at_usec == INT64_MIN || at_usec == INT64_MAX)
        jw_null(writer, key);
    else
        jw_time(writer, key, at_usec);
}

static void add_roster(struct json_writer *writer, const struct roster *roster, const struct tz *tz, int64_t at_usec)
{
    struct on_call on_call;
    int64_t from, until;
    const struct person *next;
    roster_stretch(roster, tz, at_usec, &on_call, &from, &until, &next);
    jw_open(writer, NULL, '{');
    jw_text(writer, "role", roster->role);
    jw_text(writer, "title", roster->title);
    jw_text(writer, "call", roster->on_request ? "on-request" : "always");
    jw_time(writer, "at", at_usec);
    jw_text(writer, "primary", on_call.primary ? on_call.primary->id : NULL);
    jw_open(writer, "backups", '[');
    for (size_t i = 0; i < on_call.n_backups; i++)
        jw_text(writer, NULL, on_call.backups[i]->id);
    jw_close(writer, ']');
    add_group(writer, on_call.group);
    add_bound(writer, "from", from);
    add_bound(writer, "until", until);
    jw_text(writer, "next", next ? next->id : NULL);
    add_people(writer, &on_call, next);
    jw_close(writer, '}');
}

void oncall_show(struct call *call)
{
    const struct plan *plan = engine_plan(call->api->engine);
    CLEANUP_BUF struct buf typed = { 0 };
    int64_t at_usec;
    const struct roster *only = NULL;
    if (!read_at(call, plan->tz, &at_usec))
        return;
    if (call_query(call, "role", &typed) && !(only = call_roster(call, buf_text(&typed), "role")))
        return;
    struct rendered rendered = { 0 };
    struct json_writer writer = rendered_begin(&rendered, 200);
    jw_open(&writer, "oncall", '[');
    for (size_t i = 0; i < plan->n_rosters; i++) {
        if (!only || only == &plan->rosters[i])
            add_roster(&writer, &plan->rosters[i], plan->tz, at_usec);
    }
    jw_close(&writer, ']');
    rendered_end(&writer);
    rendered_send(&rendered, call->exchange);
}
