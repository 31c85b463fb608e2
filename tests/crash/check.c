#include "check.h"

#include <string.h>

struct gathered {
    struct store_record *records;
    size_t n;
    struct arena *memory;
};

static void gathered_done(struct gathered *gathered)
{
    arena_free(gathered->memory);
    free(gathered->records);
}

static void gather(void *userdata, const struct store_record *record)
{
    struct gathered *gathered = userdata;
    gathered->records = mem_realloc_array(gathered->records, gathered->n + 1, sizeof *gathered->records);
    struct store_record *kept = &gathered->records[gathered->n++];
    *kept = *record;
    if (!record->payload)
        return;
    void *payload = arena_alloc(gathered->memory, record->payload_len + 1);
    kept->payload = memcpy(payload, record->payload, record->payload_len);
}

static bool read_all(struct sqlite_log *log, struct gathered *ret, struct buf *why)
{
    uint64_t after = 0;
    for (bool end = false; !end;) {
        struct sqlite_reading reading = {.range.after_seq = after, .limit = 100};
        bool done = false;
        enum err err = ERR_OK;
        while (!done && err == ERR_OK)
            err = sqlite_log_read(log, &reading, &done);
        for (size_t i = 0; i < reading.n; i++)
            gather(ret, &reading.records[i]);
        after = reading.n > 0 ? reading.records[reading.n - 1].seq : after;
        end = err != ERR_OK || reading.n < reading.limit;
        sqlite_reading_done(&reading);
        if (err == ERR_OK)
            continue;
        buf_printf(why, "it cannot be read after record %llu: %s", (unsigned long long)after, err_text(err));
        return false;
    }
    return true;
}

static enum err verify(struct sqlite_log *log, struct store_verdict *ret)
{
    struct sqlite_verifying verifying = {0};
    bool done = false;
    enum err err = ERR_OK;
    while (!done && err == ERR_OK)
        err = sqlite_log_verify(log, &verifying, &done);
    *ret = verifying.verdict;
    return err;
}

static bool is_whole(struct sqlite_log *log, struct buf *why)
{
    struct store_verdict verdict;
    enum err err = verify(log, &verdict);
    if (err == ERR_OK && verdict.whole && verdict.records == log->head.seq && verdict.redacted == 0 &&
        memcmp(verdict.link, log->head.link, sizeof verdict.link) == 0)
        return true;
    buf_printf(why, "it does not verify: %s, %llu of %llu records, the first bad one is %llu", err_text(err),
               (unsigned long long)verdict.records, (unsigned long long)log->head.seq, (unsigned long long)verdict.first_bad_seq);
    return false;
}

static bool replays(struct sqlite_log *log, const struct ledger *ledger, const struct ledger_incident *live, size_t n, struct
        buf *why)
{
    struct gathered replayed = {.memory = arena_new()};
    enum err err = sqlite_log_replay(log, gather, &replayed);
    size_t at = 0;
    bool good = err == ERR_OK;
    for (size_t i = 0; good && i < n; i++) {
        for (uint64_t seq = live[i].first_seq; good && seq <= ledger->n_records; seq++) {
            struct store_record record = ledger_record(ledger, seq);
            if (record.incident == live[i].incident)
                good = at < replayed.n && replayed.records[at++].seq == seq;
        }
    }
    good = good && at == replayed.n;
    if (!good)
        buf_printf(why, "what it replays are not the %zu incidents that live: %s, %zu records", n, err_text(err), replayed.n);
    gathered_done(&replayed);
    return good;
}

static bool lists(struct sqlite_log *log, const struct ledger_incident *live, size_t n, struct buf *why)
{
    struct sqlite_listing listing = {.which = STORE_LIST_OPEN, .limit = STORE_READ_MAX};
    bool done = false;
    enum err err = ERR_OK;
    while (!done && err == ERR_OK)
        err = sqlite_log_list(log, &listing, &done);
    size_t at = 0;
    bool good = err == ERR_OK;
    for (size_t i = 0; good && i < n; i++) {
        if (live[i].closed)
            continue;
        good = at < listing.n && listing.listed[at].incident == live[i].incident && listing.listed[at].first_seq ==
                live[i].first_seq;
        at++;
    }
    good = good && at == listing.n;
    sqlite_listing_done(&listing);
    if (!good)
        buf_printf(why, "what it lists are not the incidents that are open: %s", err_text(err));
    return good;
}

static bool holds_what_it_should(struct sqlite_log *log, struct ledger *ledger, bool crashed, struct buf *why)
{
    struct gathered gathered = {.memory = arena_new()};
    bool good = read_all(log, &gathered, why);
    if (good && gathered.n != log->head.seq) {
        buf_printf(why, "its head is %llu, and it has %zu records", (unsigned long long)log->head.seq, gathered.n);
        good = false;
    }
    if (good)
        good = crashed ? ledger_settle(ledger, gathered.records, gathered.n, why) : ledger_agrees(ledger, gathered.records,
                gathered.n, why);
    gathered_done(&gathered);
    return good;
}

bool check_log(struct sqlite_log *log, struct ledger *ledger, bool crashed, struct buf *why)
{
    if (!holds_what_it_should(log, ledger, crashed, why) || !is_whole(log, why))
        return false;
    struct ledger_incident *live = NULL;
    size_t n = ledger_live(ledger, &live);
    bool good = replays(log, ledger, live, n, why) && lists(log, live, n, why);
    free(live);
    return good;
}

bool check_finds_change(struct sqlite_log *log, uint64_t seq, struct buf *why)
{
    struct store_verdict verdict;
    (void)!verify(log, &verdict);
    if (!verdict.whole && verdict.first_bad_seq == seq)
        return true;
    buf_printf(why, "record %llu was changed behind its back, and verifying says %s, the first bad one is %llu", (unsigned long
            long)seq,
               verdict.whole ? "whole" : "not whole", (unsigned long long)verdict.first_bad_seq);
    return false;
}
