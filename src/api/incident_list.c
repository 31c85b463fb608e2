/* GET /v1/incidents: the store says which, memory what they are; those that have left memory are folded from their records.
 * Without a store the list is of what is in memory. */
#include "api/api_private.h"

#include <string.h>

#include "base/text.h"

enum { LIMIT_DEFAULT = 100, LIMIT_MAX = 1000 };

struct listing {
    struct listing *next_waiting, **link;    /* while the store is being asked */
    struct api *api;
    struct call call;                /* who asks; its request is gone */
    char *source;
    enum store_listing which;
    uint64_t after;
    size_t limit;
    struct store_listed *listed;
    size_t n, at;
    uint64_t next;                   /* where the next part begins; 0: this was the last */
    struct rendered rendered;
    struct json_writer writer;
};

static void listing_free(struct listing *listing)
{
    rendered_done(&listing->rendered);
    free(listing->listed);
    free(listing->source);
    free(listing);
}

static void finish(struct listing *listing)
{
    jw_close(&listing->writer, ']');
    if (listing->next)
        jw_u64(&listing->writer, "next_after", listing->next);
    else
        jw_null(&listing->writer, "next_after");
    rendered_end(&listing->writer);
    api_hold(listing->api, listing->call.exchange, &listing->rendered);
    listing_free(listing);
}

static bool wanted(const struct listing *listing, const struct incident *incident)
{
    return listing->which == STORE_LIST_ALL || (listing->which == STORE_LIST_CLOSED) == (incident->closed_usec != 0);
}

static void add(struct listing *listing, uint64_t key, const struct history *history)
{
    CLEANUP_VIEW struct incident_view view = { 0 };
    if (!incident_view_open(&view, listing->api->engine, key, history, api_now(listing->api)))
        return;
    if (!wanted(listing, view.incident) || !call_may_see(&listing->call, view.engine, view.incident))
        return;
    jw_open(&listing->writer, NULL, '{');
    incident_view_add_json(&listing->writer, &view);
    jw_close(&listing->writer, '}');
}

/* ---- by the store ---- */

static void next(struct listing *listing);

static void on_history(void *userdata, const struct history *history)
{
    struct listing *listing = userdata;
    add(listing, listing->listed[listing->at++].incident, history);
    next(listing);
}

static void next(struct listing *listing)
{
    if (listing->at == listing->n) {
        finish(listing);
        return;
    }
    uint64_t key = listing->listed[listing->at].incident;
    bool in_memory = engine_incident(listing->api->engine, key) != NULL;
    history_read(&listing->api->reader, key, in_memory, on_history, listing);
}

static int by_first_seq(const void *a, const void *b)
{
    uint64_t left = ((const struct store_listed *)a)->first_seq, right = ((const struct store_listed *)b)->first_seq;
    return (left > right) - (left < right);
}

/* ---- by memory ---- */

static void list_memory(struct listing *listing)
{
    const struct engine *engine = listing->api->engine;
    const struct incident *incident;
    size_t n = 0, cap = 0;
    for (size_t cursor = 0; (incident = engine_next_incident(engine, &cursor));) {
        if (incident->first_seq <= listing->after)
            continue;
        if (n == cap) {
            cap = cap ? 2 * cap : 64;
            listing->listed = mem_realloc_array(listing->listed, cap, sizeof *listing->listed);
        }
        listing->listed[n++] = (struct store_listed){ .incident = incident->key, .first_seq = incident->first_seq };
    }
    if (n > 0)
        qsort(listing->listed, n, sizeof *listing->listed, by_first_seq);
    for (size_t i = 0, shown = 0; i < n; i++) {
        if (!wanted(listing, engine_incident(engine, listing->listed[i].incident)))
            continue;
        if (shown++ == listing->limit)
            break;
        add(listing, listing->listed[i].incident, NULL);
        listing->next = shown == listing->limit ? listing->listed[i].first_seq : 0;
    }
    finish(listing);
}

static void wait_for_store(struct listing *listing)
{
    listing->next_waiting = listing->api->listings;
    listing->link = &listing->api->listings;
    if (listing->next_waiting)
        listing->next_waiting->link = &listing->next_waiting;
    listing->api->listings = listing;
}

static void wait_no_more(struct listing *listing)
{
    *listing->link = listing->next_waiting;
    if (listing->next_waiting)
        listing->next_waiting->link = listing->link;
}

void incident_list_end(struct api *api)
{
    while (api->listings) {
        struct listing *listing = api->listings;
        wait_no_more(listing);
        list_memory(listing);
    }
}

static void on_listed(void *userdata, enum err err, const struct store_listed *listed, size_t n)
{
    struct listing *listing = userdata;
    wait_no_more(listing);
    if (err != ERR_OK) {
        list_memory(listing);
        return;
    }
    listing->listed = n > 0 ? mem_dup(listed, n * sizeof *listed) : NULL;
    listing->n = n;
    listing->next = n == listing->limit ? listed[n - 1].first_seq : 0;
    next(listing);
}

/* ---- asking ---- */

static bool read_state(struct call *call, enum store_listing *ret)
{
    CLEANUP_BUF struct buf state = { 0 };
    *ret = STORE_LIST_OPEN;
    if (!call_query(call, "state", &state) || strcmp(buf_text(&state), "open") == 0)
        return true;
    if (strcmp(buf_text(&state), "closed") == 0) {
        *ret = STORE_LIST_CLOSED;
        return true;
    }
    *ret = STORE_LIST_ALL;
    if (strcmp(buf_text(&state), "all") == 0)
        return true;
    call_error(call, 422, "state", "state must be open, closed or all");
    return false;
}

static bool read_number(struct call *call, const char *name, uint64_t min, uint64_t max, uint64_t *ret)
{
    CLEANUP_BUF struct buf text = { 0 };
    if (!call_query(call, name, &text))
        return true;
    if (text_to_u64(buf_text(&text), max, ret) == ERR_OK && *ret >= min)
        return true;
    call_error(call, 422, name, "%s must be a number from %llu to %llu", name, (unsigned long long)min, (unsigned long long)max);
    return false;
}

void incident_list(struct call *call)
{
    enum store_listing which;
    uint64_t after = 0, limit = LIMIT_DEFAULT;
    if (!read_state(call, &which) || !read_number(call, "after", 0, INT64_MAX, &after) ||
        !read_number(call, "limit", 1, LIMIT_MAX, &limit))
        return;
    struct listing *listing = NEW(struct listing);
    listing->api = call->api;
    listing->call = *call;
    listing->call.request = NULL;
    listing->source = mem_strdup(call->caller.source);
    listing->call.caller.source = listing->source;
    listing->which = which;
    listing->after = after;
    listing->limit = limit;
    listing->writer = rendered_begin(&listing->rendered, 200);
    jw_open(&listing->writer, "incidents", '[');
    if (!call->api->store || api_is_degraded(call->api)) {
        list_memory(listing);
        return;
    }
    wait_for_store(listing);
    store_list(call->api->store, which, after, limit, on_listed, listing);
}
