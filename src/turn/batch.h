/* What one transaction makes durable, and what may be let out after it: records, and behind them pages, replies and callers
 * who wait, in the order in which the engine gave them. */
#ifndef TURN_BATCH_H
#define TURN_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "engine/event.h"
#include "store/store.h"

enum { BATCH_RECORDS_MAX = 4096 };

enum held_kind { HELD_SEND, HELD_REPLY, HELD_CALL };

typedef void batch_call(void *userdata, bool degraded);

struct held {                        /* let out after the commit */
    enum held_kind kind;
    union {
        struct effect_send send;     /* its gateway, if any, is kept in the batch */
        uint64_t request;
        struct { batch_call *function; void *userdata; } call;
    };
};

struct batch {
    struct batch *next;
    struct store_record *records;
    size_t n_records, cap_records;
    struct held *held;
    size_t n_held, cap_held;
    size_t let_out_held, let_out_records;   /* how far letting out has come */
    struct arena *memory;            /* payloads, names */
    size_t bytes;                    /* of payloads */
    int64_t begun_usec;              /* boot; when the first record or caller came */
};

struct batch *batch_new(int64_t boot_usec);
void batch_free(struct batch *batch);        /* accepts NULL */
void batch_add_record(struct batch *batch, const struct effect_record *record);
void batch_add_send(struct batch *batch, const struct effect_send *send);
void batch_add_reply(struct batch *batch, uint64_t request);
void batch_add_call(struct batch *batch, batch_call *function, void *userdata);

#endif
