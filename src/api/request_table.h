/* Requests whose answer the engine, and then the commit, decides: who waits, for what. */
#ifndef API_REQUEST_TABLE_H
#define API_REQUEST_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/rendered.h"
#include "base/map.h"
#include "engine/ids.h"
#include "engine/plan.h"
#include "loop/http_server.h"

enum { REQUESTS_MAX = 20000, GATEWAY_TESTS_MAX = 32 };

enum slot_kind {
    SLOT_TRIGGER,
    SLOT_ACTION,             /* acknowledge, decline, note, close, call-out */
    SLOT_GATEWAY_TEST,
    SLOT_HOOK,
    SLOT_DRILL,              /* start, stop */
    SLOT_PAGE,               /* an answer from the page for people */
    SLOT_VOICE,              /* a digit, or the end of a call */
    SLOT_KIND_COUNT
};

struct visit;

struct slot {
    uint64_t number;                 /* the event's request */
    enum slot_kind kind;
    struct http_exchange *exchange;
    struct rendered rendered;        /* empty until the verdict */
    char *summary, *details, *talkgroup;     /* of a trigger: what was sent, and memory does not keep; NULL: none */
    bool looks_like_drill;           /* of a trigger: begins like one, without the flag */
    uint64_t incident;               /* of an action */
    bool already;                    /* of an action: it had been done before */
    char *gateway, *person;          /* of a gateway test; of a hook or a call the first alone */
    enum channel channel;            /* of a gateway test */
    struct visit *visit;             /* of a page; people.c's */
    struct page_ref page;            /* of a call */
    bool hung_up;                    /* of a call: nobody listens any more */
};

struct request_table {               /* a value: zeroed is empty */
    struct map slots;
    uint64_t last_number;
    size_t of_kind[SLOT_KIND_COUNT];
};

/* NULL: too many wait. The exchange now belongs to the slot. */
struct slot *request_table_add(struct request_table *table, enum slot_kind kind, struct http_exchange *exchange);
struct slot *request_table_find(const struct request_table *table, uint64_t number);        /* NULL: not there */
/* Out of the table; the caller slot_free()s it. NULL: not there. */
struct slot *request_table_take(struct request_table *table, uint64_t number);
void slot_free(struct slot *slot);                           /* accepts NULL */
void request_table_done(struct request_table *table);

#endif
