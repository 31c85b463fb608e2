#include "watch/gateway_watch.h"

#include <string.h>

#include "base/buf.h"
#include "base/civil.h"
#include "base/text.h"

enum { GATEWAYS_MAX = 1024 };        /* that are remembered, those of old configurations too */

struct watched {
    char *name;
    bool in_force;
    struct watched_gateway config;   /* zeroed if it is not in force; its strings are not used but those below are */
    char *address;
    bool went_recalled, verdict_recalled;        /* or seen since the start: what a log that comes late says is older */
    bool cut_off;                    /* it went, and nobody knows what became of it */
    int64_t checked_usec;            /* wall; 0: never */
    int64_t due_usec;                /* boot: of the next check, if none is under way */
    bool under_way;
    uint32_t page;                   /* its number, once that is known; 0: not yet */
    int64_t deadline_usec;           /* boot */
    enum gateway_news news;          /* what is to be told of it at the next look */
    char *reason;                    /* of the last failure; NULL: none */
    bool failed;
    bool balance_recalled, balance_low, balance_changed;
    char *balance;
};

struct gateway_watch {
    struct watched *list;
    size_t n, cap;
};

struct gateway_watch *gateway_watch_new(void)
{
    return NEW(struct gateway_watch);
}

static void forget_config(struct watched *watched)
{
    free(TAKE(watched->address));
    watched->in_force = false;
    watched->config = (struct watched_gateway){0};
}

void gateway_watch_free(struct gateway_watch *watch)
{
    if (!watch)
        return;
    for (size_t i = 0; i < watch->n; i++) {
        forget_config(&watch->list[i]);
        free(watch->list[i].name);
        free(watch->list[i].reason);
        free(watch->list[i].balance);
    }
    free(watch->list);
    free(watch);
}

static struct watched *find(const struct gateway_watch *watch, const char *name)
{
    for (size_t i = 0; i < watch->n; i++)
        if (strcmp(watch->list[i].name, name) == 0)
            return &watch->list[i];
    return NULL;
}

static struct watched *find_or_add(struct gateway_watch *watch, const char *name)
{
    struct watched *found = find(watch, name);
    if (found || watch->n == GATEWAYS_MAX)
        return found;
    if (watch->n == watch->cap) {
        watch->cap = watch->cap ? 2 * watch->cap : 16;
        watch->list = mem_realloc_array(watch->list, watch->cap, sizeof(*watch->list));
    }
    watch->list[watch->n] = (struct watched){.name = mem_strdup(name)};
    return &watch->list[watch->n++];
}

static void set_text(char **place, const char *text)
{
    free(*place);
    *place = text && *text ? mem_strdup(text) : NULL;
}

/* ---- what the log says ---- */

/* The newest that says that one went, and the newest that says how one ended: if that is the older, the last one was cut off. */
static void recall_went(struct watched *watched, const struct record *record)
{
    if (watched->went_recalled)
        return;
    watched->went_recalled = true;
    watched->cut_off = !watched->verdict_recalled;
    watched->checked_usec = record->at_usec;
}

static void recall_verdict(struct watched *watched, const struct record *record)
{
    if (watched->verdict_recalled)
        return;
    watched->verdict_recalled = true;
    watched->failed = record->news == NEWS_CHECK_FAILED;
    set_text(&watched->reason, watched->failed ? record->text : NULL);
    if (!watched->went_recalled)
        watched->checked_usec = record->at_usec;
}

void gateway_watch_recall(struct gateway_watch *watch, const struct record *record)
{
    bool went = record->kind == RECORD_NOTICE_QUEUED && record->purpose == PURPOSE_CHECK;
    bool state = record->kind == RECORD_GATEWAY_STATE;
    struct watched *watched = (went || state) && record->gateway ? find_or_add(watch, record->gateway) : NULL;
    if (!watched)
        return;
    if (went) {
        recall_went(watched, record);
    } else if (record->news == NEWS_CHECK_GOOD || record->news == NEWS_CHECK_FAILED) {
        recall_verdict(watched, record);
    } else if (!watched->balance_recalled) {
        watched->balance_recalled = true;
        watched->balance_low = record->news == NEWS_BALANCE_LOW;
    }
}

/* ---- when ---- */

static int64_t interval_usec(const struct watched *watched)
{
    bool soon = watched->failed || watched->cut_off;
    return soon && watched->config.check_usec > GATEWAY_CHECK_AGAIN_USEC ? GATEWAY_CHECK_AGAIN_USEC : watched->config.check_usec;
}

/* `nth` of those that begin to be checked now. */
static int64_t first_due_usec(const struct watched *watched, size_t nth, struct now now)
{
    int64_t start_usec = GATEWAY_CHECK_START_USEC + (int64_t)nth * GATEWAY_CHECK_SPREAD_USEC, left_usec = start_usec;
    if (watched->checked_usec != 0)
        left_usec = watched->checked_usec + interval_usec(watched) - now.wall_usec;
    if (left_usec > interval_usec(watched))
        left_usec = interval_usec(watched);
    return now.boot_usec + (left_usec > start_usec ? left_usec : start_usec);
}

void gateway_watch_configure(struct gateway_watch *watch, const struct watched_gateway *gateways, size_t n, struct now now)
{
    size_t begun = 0;
    for (size_t i = 0; i < watch->n; i++)
        watch->list[i].in_force = false;
    for (size_t i = 0; i < n; i++) {
        struct watched *watched = find_or_add(watch, gateways[i].name);
        if (!watched)
            continue;
        bool same = watched->config.check_usec == gateways[i].check_usec;
        forget_config(watched);
        watched->in_force = true;
        watched->config = gateways[i];
        watched->address = gateways[i].address ? mem_strdup(gateways[i].address) : NULL;
        if (!same && gateways[i].check_usec > 0 && !watched->under_way)
            watched->due_usec = first_due_usec(watched, begun++, now);
    }
    for (size_t i = 0; i < watch->n; i++) {
        if (watch->list[i].in_force)
            continue;
        watch->list[i].under_way = false;
        forget_config(&watch->list[i]);
    }
}

/* ---- what became of it ---- */

static void conclude(struct watched *watched, enum gateway_news news, const char *reason)
{
    watched->under_way = watched->cut_off = false;
    watched->news = news;
    set_text(&watched->reason, reason);
}

static struct watched *find_page(const struct gateway_watch *watch, uint32_t page)
{
    for (size_t i = 0; i < watch->n; i++)
        if (watch->list[i].under_way && watch->list[i].page == page)
            return &watch->list[i];
    return NULL;
}

/* It went when the log says, or another time would be told after a restart. */
static void note_went(struct watched *watched, const struct record *record)
{
    watched->page = record->page;
    watched->checked_usec = record->at_usec;
}

bool gateway_watch_note(struct gateway_watch *watch, const struct record *record)
{
    if (record->purpose != PURPOSE_CHECK || record->page == 0 || record->incident != 0)
        return false;
    struct watched *watched = find_page(watch, record->page);
    if (record->kind == RECORD_NOTICE_QUEUED && record->gateway && (watched = find(watch, record->gateway)) && watched->under_way)
        note_went(watched, record);
    else if (!watched)
        return false;
    else if (record->kind == RECORD_PAGE_DELIVERED || (record->kind == RECORD_NOTICE_SENT && !watched->config.by_receipt))
        conclude(watched, NEWS_CHECK_GOOD, NULL);
    else if (record->kind == RECORD_PAGE_FAILED)
        conclude(watched, NEWS_CHECK_FAILED, record->text ? record->text : "it was not taken");
    return watched && !watched->under_way;
}

bool gateway_watch_balance(struct gateway_watch *watch, const char *name, const char *balance, bool low)
{
    struct watched *watched = find_or_add(watch, name);
    if (!watched || watched->balance_low == low)
        return false;
    watched->balance_low = low;
    watched->balance_changed = watched->balance_recalled = true;
    set_text(&watched->balance, balance);
    return true;
}

/* ---- the look ---- */

static void tell_check(struct watched *watched, struct now now, gateway_watch_tell *tell, void *userdata)
{
    bool failed = watched->news == NEWS_CHECK_FAILED;
    tell(userdata, &(struct event){.kind = EVENT_GATEWAY_NEWS,
                                   .gateway_news = {.gateway = watched->name, .news = watched->news, .reason = watched->reason,
                                                    .tell = failed != watched->failed}});
    watched->failed = failed;
    watched->verdict_recalled = true;
    watched->news = NEWS_NONE;
    watched->due_usec = now.boot_usec + interval_usec(watched);
}

static void tell_balance(struct watched *watched, gateway_watch_tell *tell, void *userdata)
{
    tell(userdata, &(struct event){.kind = EVENT_GATEWAY_NEWS,
                                   .gateway_news = {.gateway = watched->name, .reason = watched->balance, .tell = watched->balance_low,
                                                    .news = watched->balance_low ? NEWS_BALANCE_LOW : NEWS_BALANCE_GOOD}});
    watched->balance_changed = false;
}

static void begin_check(struct watched *watched, struct now now, gateway_watch_tell *tell, void *userdata)
{
    watched->under_way = watched->went_recalled = true;
    watched->page = 0;
    watched->checked_usec = now.wall_usec;
    watched->deadline_usec = now.boot_usec + watched->config.deadline_usec;
    tell(userdata, &(struct event){.kind = EVENT_GATEWAY_CHECK,
                                   .gateway_check = {.gateway = watched->name, .channel = watched->config.channel,
                                                     .address = watched->address}});
}

static void give_up(struct watched *watched)
{
    CLEANUP_BUF struct buf reason = {0};
    buf_add_text(&reason, watched->config.by_receipt ? "no receipt within " : "no answer within ");
    text_add_duration(&reason, watched->config.deadline_usec);
    conclude(watched, NEWS_CHECK_FAILED, buf_text(&reason));
}

/* Returns when it wants to be looked at again. */
static int64_t look_at(struct watched *watched, struct now now, gateway_watch_tell *tell, void *userdata)
{
    if (watched->balance_changed)
        tell_balance(watched, tell, userdata);
    if (watched->config.check_usec == 0)
        return INT64_MAX;
    if (watched->under_way && watched->deadline_usec <= now.boot_usec)
        give_up(watched);
    if (!watched->under_way && watched->news != NEWS_NONE)
        tell_check(watched, now, tell, userdata);
    if (!watched->under_way && watched->due_usec <= now.boot_usec)
        begin_check(watched, now, tell, userdata);
    return watched->under_way ? watched->deadline_usec : watched->due_usec;
}

int64_t gateway_watch_look(struct gateway_watch *watch, struct now now, gateway_watch_tell *tell, void *userdata)
{
    int64_t next_usec = INT64_MAX;
    for (size_t i = 0; i < watch->n; i++) {
        int64_t due_usec = look_at(&watch->list[i], now, tell, userdata);
        next_usec = due_usec < next_usec ? due_usec : next_usec;
    }
    return next_usec;
}

struct gateway_watch_state gateway_watch_state(const struct gateway_watch *watch, const char *name)
{
    const struct watched *watched = find(watch, name);
    if (!watched)
        return (struct gateway_watch_state){.reason = ""};
    return (struct gateway_watch_state){
        .checked_usec = watched->checked_usec,
        .failed = watched->failed,
        .reason = watched->reason ? watched->reason : "",
        .balance_low = watched->balance_low,
    };
}
