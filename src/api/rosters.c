/* /v1/rosters/ROLE.ics: a roster as a calendar that telephones subscribe to. */
#include "api/api_private.h"

#include <string.h>

#include <openssl/sha.h>

#include "base/text.h"
#include "roster/ics.h"

/* What a telephone is shown: enough of the past to look back, and a year ahead. */
enum { FEED_DAYS_BACK = 60, FEED_DAYS_AHEAD = 400, TAG_BYTES = 16 };

/* The role of "TIB.ics"; NULL: the call has been answered. */
static const struct roster *read_roster(struct call *call)
{
    char *name = call->params[0];
    size_t len = strlen(name);
    if (len <= 4 || strcmp(name + len - 4, ".ics") != 0) {
        call_error(call, 404, NULL, "there is nothing at this address; a roster's calendar is at /v1/rosters/ROLE.ics");
        return NULL;
    }
    CLEANUP_FREE char *role = mem_strndup(name, len - 4);
    const struct roster *roster = plan_roster_typed(engine_plan(call->api->engine), role);
    if (!roster)
        call_error(call, 404, NULL, "there is no role %s", role);
    return roster;
}

static bool read_person(struct call *call, const struct person **ret)
{
    CLEANUP_BUF struct buf typed = { 0 };
    *ret = NULL;
    if (!call_query(call, "person", &typed))
        return true;
    *ret = plan_person_typed(engine_plan(call->api->engine), buf_text(&typed));
    if (!*ret)
        call_error(call, 404, "person", "there is no person %s", buf_text(&typed));
    return *ret != NULL;
}

/* The window moves a day at a time, so that the same calendar has the same tag all day. */
static int64_t days_from(int64_t now_usec, int64_t days)
{
    return (now_usec / USEC_PER_DAY + days) * USEC_PER_DAY;
}

static void add_tag(struct buf *tag, const struct buf *body)
{
    uint8_t hash[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)buf_text(body), body->len, hash);
    buf_add_char(tag, '"');
    text_add_hex(tag, hash, TAG_BYTES);
    buf_add_char(tag, '"');
}

/* If-None-Match: "*", or tags with commas between them; weak ones count (RFC 9110, 13.1.2). */
static bool names_tag(const char *header, const char *tag)
{
    size_t len = strlen(tag);
    while (*header) {
        header += strspn(header, " \t,");
        if (strcmp(header, "*") == 0)
            return true;
        if (strncmp(header, "W/", 2) == 0)
            header += 2;
        if (strncmp(header, tag, len) == 0 && (!header[len] || strchr(" \t,", header[len])))
            return true;
        header += strcspn(header, ",");
    }
    return false;
}

void rosters_ics(struct call *call)
{
    const struct plan *plan = engine_plan(call->api->engine);
    const struct roster *roster = read_roster(call);
    const struct person *person;
    if (!roster || !read_person(call, &person))
        return;
    int64_t now_usec = api_now(call->api).wall_usec;
    CLEANUP_BUF struct buf body = { 0 }, tag = { 0 };
    roster_add_ics(&body, &(struct roster_ics){
        .plan = plan, .roster = roster, .person = person,
        .from_usec = days_from(now_usec, -FEED_DAYS_BACK), .to_usec = days_from(now_usec, FEED_DAYS_AHEAD),
        .stamp_usec = call->api->config->loaded_at_usec,
        .language = person ? person->language : plan->language,
    });
    add_tag(&tag, &body);
    bool known = names_tag(call->request->if_none_match, buf_text(&tag));
    http_reply(call->exchange, &(struct http_response){
        .status = known ? 304 : 200,
        .content_type = known ? NULL : "text/calendar; charset=utf-8",
        .body = buf_text(&body),
        .body_len = known ? 0 : body.len,
        .etag = buf_text(&tag),
    });
}
