#include "ledger.h"

#include <assert.h>
#include <string.h>

#include "random.h"

enum { LONG_PAYLOAD_BYTES = 9000, SHORT_PAYLOAD_BYTES = 80, LIVE_MAX = 12 };

struct ledger *ledger_new(void)
{
    struct ledger *ledger = NEW(struct ledger);
    ledger->memory = arena_new();
    return ledger;
}

void ledger_free(struct ledger *ledger)
{
    if (!ledger)
        return;
    arena_free(ledger->memory);
    free(ledger->batches);
    free(ledger->chain);
    free(ledger);
}

static void chain_add(struct ledger *ledger, size_t batch)
{
    assert(ledger->batches[batch].after_seq == ledger->n_records);
    ledger->chain = mem_realloc_array(ledger->chain, ledger->n_chain + 1, sizeof *ledger->chain);
    ledger->chain[ledger->n_chain++] = batch;
    ledger->n_records += ledger->batches[batch].n;
}

static size_t add(struct ledger *ledger, struct batch batch)
{
    ledger->batches = mem_realloc_array(ledger->batches, ledger->n_batches + 1, sizeof *ledger->batches);
    ledger->batches[ledger->n_batches] = batch;
    return ledger->n_batches++;
}

struct ledger *ledger_after_cut(const struct ledger *ledger, size_t n_ops)
{
    struct ledger *after = ledger_new();
    after->last_mark = ledger->last_mark;
    for (size_t i = 0; i < ledger->n_chain; i++) {
        struct batch batch = ledger->batches[ledger->chain[i]];
        if (batch.promised > n_ops)
            break;
        batch.begun = batch.promised = 0;
        chain_add(after, add(after, batch));
    }
    for (size_t i = 0; i < ledger->n_batches; i++) {
        struct batch batch = ledger->batches[i];
        if ((batch.begun > 0 && batch.begun >= n_ops) || batch.promised <= n_ops)
            continue;            /* begun at 0: before this disk was cut off from another, on which it may have been */
        batch.begun = 0;
        batch.promised = LEDGER_NEVER;
        add(after, batch);
    }
    return after;
}

struct store_record ledger_record(const struct ledger *ledger, uint64_t seq)
{
    assert(seq >= 1 && seq <= ledger->n_records);
    size_t i = 0;
    while (ledger->batches[ledger->chain[i]].after_seq + ledger->batches[ledger->chain[i]].n < seq)
        i++;
    const struct batch *batch = &ledger->batches[ledger->chain[i]];
    return batch->records[seq - batch->after_seq - 1];
}

/* --- making up --- */

struct living {
    struct ledger_incident *incidents;
    size_t n;
    uint64_t last;               /* the greatest number given */
};

static void live_on(struct living *living, const struct store_record *record)
{
    struct ledger_incident *found = NULL;
    for (size_t i = 0; i < living->n && !found; i++)
        found = living->incidents[i].incident == record->incident ? &living->incidents[i] : NULL;
    if (record->incident > living->last)
        living->last = record->incident;
    if (record->mark == STORE_MARK_OPENS) {
        living->incidents = mem_realloc_array(living->incidents, living->n + 1, sizeof *living->incidents);
        living->incidents[living->n++] = (struct ledger_incident){.incident = record->incident, .first_seq = record->seq};
    } else if (record->mark == STORE_MARK_CLOSES) {
        assert(found);
        found->closed = true;
    } else if (record->mark == STORE_MARK_SETTLES) {
        assert(found);
        size_t after = (size_t)(living->incidents + living->n - found) - 1;
        memmove(found, found + 1, after * sizeof *found);
        living->n--;
    }
}

static struct living living_of(const struct ledger *ledger)
{
    struct living living = {0};
    for (size_t i = 0; i < ledger->n_chain; i++) {
        const struct batch *batch = &ledger->batches[ledger->chain[i]];
        for (size_t j = 0; j < batch->n; j++)
            live_on(&living, &batch->records[j]);
    }
    return living;
}

size_t ledger_live(const struct ledger *ledger, struct ledger_incident **ret)
{
    struct living living = living_of(ledger);
    *ret = living.incidents;
    return living.n;
}

static void choose_incident(const struct living *living, struct store_record *record, uint64_t *random)
{
    uint64_t choice = random_below(random, 10);
    if (choice < 2)
        return;                  /* of none */
    if (living->n == 0 || (choice < 4 && living->n < LIVE_MAX)) {
        record->incident = living->last + 1;
        record->mark = STORE_MARK_OPENS;
        return;
    }
    const struct ledger_incident *one = &living->incidents[random_below(random, living->n)];
    record->incident = one->incident;
    if (choice == 8 && !one->closed)
        record->mark = STORE_MARK_CLOSES;
    else if (choice == 9)
        record->mark = STORE_MARK_SETTLES;
}

static struct store_record make_record(struct ledger *ledger, const struct living *living, uint64_t seq, uint64_t *random)
{
    struct store_record record = {.seq = seq, .at_usec = (int64_t)++ledger->last_mark, .kind = (uint8_t)random_below(random,
            200)};
    choose_incident(living, &record, random);
    record.payload_len = random_below(random, random_below(random, 20) == 0 ? LONG_PAYLOAD_BYTES : SHORT_PAYLOAD_BYTES);
    uint8_t *payload = arena_alloc(ledger->memory, record.payload_len + 1);
    uint64_t bytes = ledger->last_mark;
    for (size_t i = 0; i < record.payload_len; i++)
        payload[i] = (uint8_t)(i % 8 == 0 ? random_next(&bytes) : bytes >> i % 8 * 8);
    record.payload = payload;
    return record;
}

size_t ledger_begin(struct ledger *ledger, size_t n, size_t op, uint64_t *random)
{
    struct store_record *records = arena_alloc(ledger->memory, n * sizeof *records);
    struct living living = living_of(ledger);
    for (size_t i = 0; i < n; i++) {
        records[i] = make_record(ledger, &living, ledger->n_records + 1 + i, random);
        live_on(&living, &records[i]);
    }
    free(living.incidents);
    struct batch batch = {.after_seq = ledger->n_records, .records = records, .n = n, .begun = op, .promised = LEDGER_NEVER};
    return add(ledger, batch);
}

void ledger_promise_chain(struct ledger *ledger, size_t op)
{
    for (size_t i = 0; i < ledger->n_chain; i++) {
        struct batch *batch = &ledger->batches[ledger->chain[i]];
        if (batch->promised == LEDGER_NEVER)
            batch->promised = op;
    }
}

void ledger_promise(struct ledger *ledger, size_t batch, size_t op)
{
    chain_add(ledger, batch);
    ledger_promise_chain(ledger, op);
}

/* --- comparing --- */

static bool same(const struct store_record *a, const struct store_record *b)
{
    return a->seq == b->seq && a->at_usec == b->at_usec && a->incident == b->incident && a->kind == b->kind && a->mark ==
            b->mark &&
           a->payload && a->payload_len == b->payload_len && memcmp(a->payload, b->payload, a->payload_len) == 0;
}

static bool holds_chain(const struct ledger *ledger, const struct store_record *records, size_t n, struct buf *why)
{
    for (uint64_t seq = 1; seq <= ledger->n_records; seq++) {
        struct store_record record = ledger_record(ledger, seq);
        if (seq <= n && same(&records[seq - 1], &record))
            continue;
        buf_printf(why, "record %llu of %llu that were promised is %s", (unsigned long long)seq, (unsigned long
                long)ledger->n_records,
                   seq <= n ? "not what it was" : "gone");
        return false;
    }
    return true;
}

static bool continues(const struct batch *batch, const struct store_record *records, size_t n, uint64_t after_seq)
{
    if (batch->after_seq != after_seq || batch->promised != LEDGER_NEVER || batch->n > n - after_seq)
        return false;
    for (size_t i = 0; i < batch->n; i++) {
        if (!same(&records[after_seq + i], &batch->records[i]))
            return false;
    }
    return true;
}

bool ledger_settle(struct ledger *ledger, const struct store_record *records, size_t n, struct buf *why)
{
    if (!holds_chain(ledger, records, n, why))
        return false;
    while (ledger->n_records < n) {
        size_t i = 0;
        while (i < ledger->n_batches && !continues(&ledger->batches[i], records, n, ledger->n_records))
            i++;
        if (i == ledger->n_batches) {
            buf_printf(why, "records %llu to %zu are no whole batch that was appended there", (unsigned long
                    long)ledger->n_records + 1, n);
            return false;
        }
        chain_add(ledger, i);
    }
    return true;
}

bool ledger_agrees(const struct ledger *ledger, const struct store_record *records, size_t n, struct buf *why)
{
    if (!holds_chain(ledger, records, n, why))
        return false;
    if (n > ledger->n_records)
        buf_printf(why, "it has %zu records, and %llu were confirmed", n, (unsigned long long)ledger->n_records);
    return n == ledger->n_records;
}
