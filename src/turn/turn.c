#include "turn/turn.h"

#include <assert.h>

#include "base/civil.h"
#include "base/log.h"
#include "turn/queue.h"
#include "turn/replay.h"

/* Beyond these, callers who can try again are asked to. What is under way goes on, and is recorded, all the same. */
enum { WAITING_RECORDS_MAX = 500000, WAITING_BYTES_MAX = 64 << 20, TICKS_PER_TURN = 16 };

#define COMMIT_PATIENCE_USEC (2 * USEC_PER_SEC)
#define LINGER_USEC          (5 * USEC_PER_MSEC)
#define RECOVER_FIRST_USEC   USEC_PER_SEC
#define RECOVER_MAX_USEC     (30 * USEC_PER_SEC)
#define RELAPSE_USEC (10 * USEC_PER_MIN) /* degraded again within this time: the next time it is not believed so soon */
#define CALM_FIRST_USEC      (10 * USEC_PER_SEC)
#define CALM_MAX_USEC        (10 * USEC_PER_MIN)

struct turn {
    struct loop *loop;
    struct engine *engine;
    struct store *store;                 /* NULL: not open yet */
    const struct turn_ops *ops;
    void *userdata;
    struct queue queue;
    int64_t queued_usec;                 /* boot; when the oldest queued event came */
    struct batch *first, *last;          /* in order; the first may be in flight */
    bool in_flight, failed, recovering;  /* failed: the store takes nothing until it has recovered */
    size_t waiting_records, waiting_bytes;
    uint64_t committed_seq;
    struct loop_timer *deadline, *patience, *recover, *linger;
    int64_t recover_delay_usec;
    struct loop_timer *calm;
    int64_t calm_usec;                   /* for so long the disk must have given no trouble before all is well again */
    int64_t trouble_usec, restored_usec; /* boot; when it last gave some, and when all was well again; 0: never */
    int64_t appended_usec;               /* monotonic: what the machine slept is not the disk's; when the batch in flight was handed in */
    bool degraded;
    char *reason;
};

static struct now now_of(void)
{
    return (struct now){.boot_usec = loop_boot_usec(), .wall_usec = loop_wall_usec()};
}

static void wake(void *userdata)
{
    (void)userdata;      /* the loop runs the turn after every callback: to be awake is enough */
}

static void on_impatient(void *userdata);
static void on_recover_time(void *userdata);
static void on_calm(void *userdata);

struct turn *turn_new(struct loop *loop, struct engine *engine, const struct turn_ops *ops, void *userdata)
{
    struct turn *turn = NEW(struct turn);
    turn->loop = loop;
    turn->engine = engine;
    turn->ops = ops;
    turn->userdata = userdata;
    turn->committed_seq = engine_last_seq(engine);
    turn->deadline = loop_timer_new(loop, wake, turn);
    turn->patience = loop_timer_new(loop, on_impatient, turn);
    turn->recover = loop_timer_new(loop, on_recover_time, turn);
    turn->linger = loop_timer_new(loop, wake, turn);
    turn->calm = loop_timer_new(loop, on_calm, turn);
    turn->recover_delay_usec = RECOVER_FIRST_USEC;
    return turn;
}

void turn_free(struct turn *turn)
{
    if (!turn)
        return;
    while (turn->first) {
        struct batch *next = turn->first->next;
        batch_free(turn->first);
        turn->first = next;
    }
    loop_timer_free(turn->deadline);
    loop_timer_free(turn->patience);
    loop_timer_free(turn->recover);
    loop_timer_free(turn->linger);
    loop_timer_free(turn->calm);
    queue_done(&turn->queue);
    free(turn->reason);
    free(turn);
}

/* ---- letting out ---- */

static void let_out_held(struct turn *turn, const struct held *held)
{
    switch (held->kind) {
    case HELD_SEND:
        turn->ops->send(turn->userdata, &held->send);
        break;
    case HELD_REPLY:
        turn->ops->reply(turn->userdata, held->request, turn->degraded);
        break;
    case HELD_CALL:
        held->call.function(held->call.userdata, turn->degraded);
        break;
    }
}

static void publish(struct turn *turn, const struct store_record *stored)
{
    struct record record;
    enum err err = stored_read(stored, &record);
    assert(err == ERR_OK);
    (void)err;
    turn->ops->publish(turn->userdata, &record);
}

/* Pages first, then those who wait for an answer, then the copies for the journal and the live views. */
static void let_out(struct turn *turn, struct batch *batch)
{
    while (batch->let_out_held < batch->n_held)
        let_out_held(turn, &batch->held[batch->let_out_held++]);
    while (batch->let_out_records < batch->n_records)
        publish(turn, &batch->records[batch->let_out_records++]);
}

static void let_out_all(struct turn *turn)
{
    for (struct batch *batch = turn->first; batch; batch = batch->next)
        let_out(turn, batch);
}

void turn_let_out(struct turn *turn, struct effects effects)
{
    for (size_t i = 0; i < effects.n; i++)
        if (effects.list[i].kind == EFFECT_SEND)
            turn->ops->send(turn->userdata, &effects.list[i].send);
}

/* ---- committing ---- */

static void commit_next(struct turn *turn);

static void forget_first(struct turn *turn)
{
    struct batch *batch = turn->first;
    turn->waiting_records -= batch->n_records;
    turn->waiting_bytes -= batch->bytes;
    turn->first = batch->next;
    if (!turn->first)
        turn->last = NULL;
    batch_free(batch);
}

static void submit_trouble(struct turn *turn, enum event_kind kind, const char *reason)
{
    turn_submit(turn, &(struct event){.kind = kind, .trouble = {.reason = reason}});
    loop_wake(turn->loop);
}

/* A disk that is merely slow takes writes now and then. Each time that it is believed and fails soon after, it has to behave for
 * longer, or the administrators would get a word of each change for hours. */
static void note_relapse(struct turn *turn)
{
    bool relapse = turn->restored_usec && loop_boot_usec() - turn->restored_usec < RELAPSE_USEC + turn->calm_usec;
    turn->calm_usec = !relapse ? 0 : turn->calm_usec ? 2 * turn->calm_usec : CALM_FIRST_USEC;
    if (turn->calm_usec > CALM_MAX_USEC)
        turn->calm_usec = CALM_MAX_USEC;
    turn->trouble_usec = loop_boot_usec();
}

void turn_degrade(struct turn *turn, const char *reason)
{
    if (turn->degraded)
        return;
    turn->degraded = true;
    note_relapse(turn);
    free(turn->reason);
    turn->reason = mem_strdup(reason);
    log_crit("The log cannot be written: %s. Paging goes on from memory.", reason);
    submit_trouble(turn, EVENT_DEGRADED, reason);
}

/* The disk takes writes again as fast as they come. */
static void restore(struct turn *turn)
{
    turn->degraded = false;
    turn->recover_delay_usec = RECOVER_FIRST_USEC;
    turn->restored_usec = loop_boot_usec();
    loop_timer_clear(turn->calm);
    log_notice("The log is written again, and whole.");
    submit_trouble(turn, EVENT_RESTORED, "");
}

static bool is_calm(const struct turn *turn)
{
    return loop_boot_usec() - turn->trouble_usec >= turn->calm_usec;
}

/* Nothing was left to write, and nothing came since. */
static void on_calm(void *userdata)
{
    struct turn *turn = userdata;
    if (turn->degraded && turn->store && !turn->failed && !turn->first && is_calm(turn))
        restore(turn);
}

static int64_t waited_usec(const struct turn *turn)
{
    return loop_monotonic_usec() - turn->appended_usec;
}

static void on_appended(void *userdata, enum err err, const char *reason, const struct store_head *head)
{
    struct turn *turn = userdata;
    turn->in_flight = false;
    loop_timer_clear(turn->patience);
    if (err != ERR_OK || waited_usec(turn) >= COMMIT_PATIENCE_USEC)
        turn->trouble_usec = loop_boot_usec();
    if (err != ERR_OK) {
        turn->failed = true;
        turn_degrade(turn, reason && *reason ? reason : err_text(err));
        loop_timer_set(turn->recover, loop_boot_usec() + turn->recover_delay_usec);
        return;
    }
    bool fresh = loop_boot_usec() - turn->first->begun_usec < COMMIT_PATIENCE_USEC;
    turn->committed_seq = head->seq;
    let_out(turn, turn->first);
    forget_first(turn);
    if (turn->degraded && is_calm(turn) && (fresh || !turn->first))
        restore(turn);
    else if (turn->degraded && !turn->first)
        loop_timer_set(turn->calm, turn->trouble_usec + turn->calm_usec);
    commit_next(turn);
}

/* Batches without records only wait for those before them. */
static void skip_empty(struct turn *turn)
{
    while (turn->first && turn->first->n_records == 0) {
        let_out(turn, turn->first);
        forget_first(turn);
    }
}

/* Records that nobody waits for, such as outcomes of pages, stay a moment for the next ones, and for the next trigger, which
 * would otherwise find the disk busy with them. A crash in that moment costs a page sent twice (P3). */
static bool may_linger(struct turn *turn)
{
    const struct batch *batch = turn->first;
    int64_t until_usec = batch->begun_usec + LINGER_USEC;
    if (batch->n_held > 0 || batch->next || turn->degraded || loop_boot_usec() >= until_usec)
        return false;
    loop_timer_set(turn->linger, until_usec);
    return true;
}

static void commit_next(struct turn *turn)
{
    if (turn->in_flight || turn->failed || !turn->store)
        return;
    skip_empty(turn);
    if (!turn->first || may_linger(turn))
        return;
    turn->in_flight = true;
    turn->appended_usec = loop_monotonic_usec();
    loop_timer_set(turn->patience, loop_boot_usec() + COMMIT_PATIENCE_USEC);
    store_append(turn->store, turn->first->records[0].seq - 1, turn->first->records, turn->first->n_records, on_appended, turn);
}

/* The timer counts a sleep of the machine's; a commit that was under way then still has what it had left. */
static void on_impatient(void *userdata)
{
    struct turn *turn = userdata;
    int64_t left_usec = COMMIT_PATIENCE_USEC - waited_usec(turn);
    if (left_usec > 0)
        loop_timer_set(turn->patience, loop_boot_usec() + left_usec);
    else
        turn_degrade(turn, "the disk has not answered for 2 s");
}

static void on_recovered(void *userdata, enum err err, const char *reason)
{
    struct turn *turn = userdata;
    turn->recovering = false;
    if (err != ERR_OK) {
        log_warning("The log still cannot be written: %s.", reason && *reason ? reason : err_text(err));
        turn->recover_delay_usec *= 2;
        if (turn->recover_delay_usec > RECOVER_MAX_USEC)
            turn->recover_delay_usec = RECOVER_MAX_USEC;
        loop_timer_set(turn->recover, loop_boot_usec() + turn->recover_delay_usec);
        return;
    }
    turn->failed = false;
    commit_next(turn);
}

static void on_recover_time(void *userdata)
{
    struct turn *turn = userdata;
    if (!turn->store || turn->recovering)
        return;
    turn->recovering = true;
    store_recover(turn->store, on_recovered, turn);
}

/* Records decided before the store came follow what it holds. */
static void renumber(struct turn *turn, uint64_t offset)
{
    for (struct batch *batch = turn->first; batch; batch = batch->next)
        for (size_t i = 0; i < batch->n_records; i++)
            batch->records[i].seq += offset;
    engine_shift_seq(turn->engine, offset);
}

void turn_set_store(struct turn *turn, struct store *store)
{
    struct store_head head = store_head(store);
    assert(!turn->store);
    if (turn->waiting_records > 0 && turn->first->records[0].seq <= head.seq)
        renumber(turn, head.seq + 1 - turn->first->records[0].seq);
    else if (turn->waiting_records == 0)
        engine_set_last_seq(turn->engine, head.seq);
    turn->store = store;
    turn->committed_seq = head.seq;
    commit_next(turn);
}

/* ---- deciding ---- */

/* The batch that gathers: the last, unless it is in flight or full. */
static struct batch *gathering(struct turn *turn)
{
    bool flying = turn->last && turn->last == turn->first && turn->in_flight;
    if (turn->last && !flying && turn->last->n_records < BATCH_RECORDS_MAX)
        return turn->last;
    struct batch *batch = batch_new(loop_boot_usec());
    if (turn->last)
        turn->last->next = batch;
    else
        turn->first = batch;
    turn->last = batch;
    return batch;
}

static void hold(struct turn *turn, struct batch *batch, const struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_RECORD:
        batch_add_record(batch, &effect->record);
        turn->waiting_records++;
        turn->waiting_bytes += effect->record.payload_len;
        break;
    case EFFECT_SEND:
        batch_add_send(batch, &effect->send);
        break;
    case EFFECT_REPLY:
        turn->ops->decided(turn->userdata, &effect->reply);
        batch_add_reply(batch, effect->reply.request);
        break;
    }
}

static void step(struct turn *turn, struct event *event)
{
    event->now = now_of();
    struct effects effects = engine_step(turn->engine, event);
    struct batch *batch = effects.n ? gathering(turn) : NULL;
    for (size_t i = 0; i < effects.n; i++)
        hold(turn, batch, &effects.list[i]);
}

void turn_flush_queue(struct turn *turn)
{
    for (size_t i = 0; i < turn->queue.n; i++)
        step(turn, &turn->queue.events[i]);
    queue_clear(&turn->queue);
}

static void step_deadlines(struct turn *turn)
{
    for (int i = 0; i < TICKS_PER_TURN && engine_deadline(turn->engine) <= loop_boot_usec(); i++)
        step(turn, &(struct event){.kind = EVENT_TICK});
}

static void arm_deadline(struct turn *turn)
{
    int64_t deadline = engine_deadline(turn->engine);
    if (deadline == INT64_MAX)
        loop_timer_clear(turn->deadline);
    else
        loop_timer_set(turn->deadline, deadline);
}

void turn_run(struct turn *turn)
{
    turn_flush_queue(turn);
    step_deadlines(turn);
    if (turn->degraded)
        let_out_all(turn);
    commit_next(turn);
    arm_deadline(turn);
    if (turn->queue.n > 0)
        loop_wake(turn->loop);      /* what was let out asked for something */
}

bool turn_submit(struct turn *turn, const struct event *event)
{
    bool can_wait = event->kind == EVENT_TRIGGER || event->kind == EVENT_NOTE || event->kind == EVENT_GATEWAY_TEST;
    if (can_wait && (turn->waiting_records >= WAITING_RECORDS_MAX || turn->waiting_bytes >= WAITING_BYTES_MAX))
        return false;
    if (turn->queue.n == 0)
        turn->queued_usec = loop_boot_usec();
    queue_add(&turn->queue, event);
    return true;
}

void turn_after_commit(struct turn *turn, batch_call *function, void *userdata)
{
    if (!turn->first || turn->degraded)
        function(userdata, turn->degraded);
    else
        batch_add_call(gathering(turn), function, userdata);
}

struct turn_status turn_status(const struct turn *turn)
{
    int64_t now = loop_boot_usec();
    int64_t deadline = engine_deadline(turn->engine);
    int64_t overdue = deadline >= 0 && deadline < now ? now - deadline : 0;      /* negative: "soon", not late */
    if (turn->queue.n > 0 && now - turn->queued_usec > overdue)
        overdue = now - turn->queued_usec;
    return (struct turn_status){
        .degraded = turn->degraded,
        .reason = turn->degraded ? turn->reason : "",
        .committed_seq = turn->committed_seq,
        .waiting_records = turn->waiting_records,
        .overdue_usec = overdue,
    };
}

bool turn_idle(const struct turn *turn)
{
    return turn->queue.n == 0 && !turn->first;
}
