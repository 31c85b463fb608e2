#include "daemon.h"

#include <signal.h>

#include "api/api.h"
#include "base/log.h"
#include "base/text.h"
#include "config/config.h"
#include "daemon/configuration.h"
#include "daemon/drain.h"
#include "daemon/library_memory.h"
#include "daemon/listening.h"
#include "daemon/randomness.h"
#include "daemon/watchdog.h"
#include "engine/engine.h"
#include "gateways/balance.h"
#include "gateways/dispatch.h"
#include "journal/journal.h"
#include "loop/http_client.h"
#include "loop/http_server.h"
#include "loop/loop.h"
#include "service/service.h"
#include "store/store.h"
#include "turn/opening.h"
#include "turn/replay.h"
#include "turn/turn.h"
#include "watch/disk_word.h"
#include "watch/drill_watch.h"
#include "watch/gateway_watch.h"
#include "watch/watch.h"

#define OPENING_PATIENCE_USEC (10 * USEC_PER_SEC)
#define OPENING_AGAIN_USEC    (5 * USEC_PER_SEC)
#define READ_PATIENCE_USEC    (2 * USEC_PER_SEC)      /* as a commit's */
#define WATCH_PATIENCE_USEC   (60 * USEC_PER_SEC)     /* the first look waits for the log, so that it tells nothing twice */
#define CHECK_DEADLINE_USEC   (10 * USEC_PER_MIN)     /* of a gateway's check, where no receipt-timeout says it */

enum { SIGNALS = 3 };

struct daemon {
    const struct daemon_options *options;
    struct journal *journal;
    struct loop *loop;
    struct config *config;           /* in force */
    struct config *next_config;      /* loaded, and swapped in by the next turn; NULL: none */
    struct engine *engine;
    struct store *store;             /* NULL: not open (yet) */
    struct opening *opening;         /* under way; NULL: none */
    struct turn *turn;
    struct http_client *client;
    struct dispatch *dispatch;
    struct api *api;
    struct http_server *server;
    struct listening *listening;
    struct drain *drain;
    struct watchdog *watchdog;
    struct loop_watch *store_watch;
    struct loop_signal *signals[SIGNALS];
    struct loop_clock_watch *clock_watch;
    struct watch *watch;
    struct drill_watch *drill_watch;
    struct gateway_watch *gateway_watch;
    struct disk_word disk_word;      /* as the log had it at the start */
    bool gateways_watched;           /* the first look has been: it knows the log, or has waited for it long enough */
    struct balances *balances;
    struct loop_timer *open_again, *look_again, *look_at_gateways;
    int64_t started_usec;            /* wall */
    bool reload_asked;
    struct loop_timer *reads;
    bool reads_timed;                /* the timer looks after the reads that wait */
    struct randomness randomness;
};

static void fill_random(void *userdata, void *bytes, size_t len)
{
    randomness_fill(&((struct daemon *)userdata)->randomness, bytes, len);
}

static uint64_t random_u64(void *userdata)
{
    return randomness_u64(&((struct daemon *)userdata)->randomness);
}

/* ---- the configuration ---- */

static enum err op_reload(void *userdata, bool install, struct problems *problems)
{
    struct daemon *daemon = userdata;
    CLEANUP(config_free) struct config *config = NULL;
    enum err err = configuration_read(daemon->options, READING_TO_RELOAD, problems, &config);
    if (!install)
        return err;
    configuration_log_problems(problems);
    if (err == ERR_OK) {
        config_free(daemon->next_config);
        daemon->next_config = TAKE(config);
        return ERR_OK;
    }
    CLEANUP_BUF struct buf first = {0};
    configuration_add_first_error(&first, problems);
    turn_submit(daemon->turn, &(struct event){.kind = EVENT_RELOAD_REFUSED, .trouble = {.reason = buf_text(&first)}});
    return err;
}

/* ---- the watch ---- */

static void watch_told(void *userdata, const struct event *event)
{
    turn_submit(((struct daemon *)userdata)->turn, event);
}

/* Looks at the calendar under the plan in force, and again when it says, or when plan or clock change. */
static void look(struct daemon *daemon)
{
    int64_t wall_usec = loop_wall_usec();
    int64_t next_usec = watch_look(daemon->watch, &daemon->config->plan, wall_usec, watch_told, daemon);
    int64_t drill_usec = drill_watch_look(daemon->drill_watch, daemon->engine, wall_usec, random_u64, watch_told, daemon);
    next_usec = drill_usec < next_usec ? drill_usec : next_usec;
    if (next_usec == INT64_MAX)
        loop_timer_clear(daemon->look_again);
    else
        loop_timer_set(daemon->look_again, loop_boot_usec() + (next_usec > wall_usec ? next_usec - wall_usec : 0));
}

/* ---- the watch over the gateways ---- */

static void look_at_gateways(void *userdata)
{
    struct daemon *daemon = userdata;
    struct now now = {loop_boot_usec(), loop_wall_usec()};
    int64_t next_usec = gateway_watch_look(daemon->gateway_watch, now, watch_told, daemon);
    if (next_usec == INT64_MAX)
        loop_timer_clear(daemon->look_at_gateways);
    else
        loop_timer_set(daemon->look_at_gateways, next_usec);
}

/* Callbacks only note: it is looked at once they have returned. */
static void look_at_gateways_soon(struct daemon *daemon)
{
    if (daemon->gateways_watched)
        loop_timer_set(daemon->look_at_gateways, 0);
}

static void watch_gateways(struct daemon *daemon)
{
    struct watched_gateway gateways[CONFIG_MAX_GATEWAYS];
    const struct config *config = daemon->config;
    for (size_t i = 0; i < config->n_gateways; i++) {
        const struct gateway *gateway = &config->gateways[i];
        gateways[i] = (struct watched_gateway){
            .name = gateway->name,
            .check_usec = gateway->check_usec,
            .channel = gateway->check_channel,
            .address = gateway->check_to,
            .by_receipt = gateway->check_by_receipt,
            .deadline_usec = gateway->receipt_timeout_usec ? gateway->receipt_timeout_usec : CHECK_DEADLINE_USEC,
        };
    }
    gateway_watch_configure(daemon->gateway_watch, gateways, config->n_gateways, (struct now){loop_boot_usec(), loop_wall_usec()});
    daemon->gateways_watched = true;
    look_at_gateways(daemon);
}

static void on_balance(void *userdata, const char *gateway, const char *text, bool low)
{
    struct daemon *daemon = userdata;
    if (gateway_watch_balance(daemon->gateway_watch, gateway, text, low))
        look_at_gateways_soon(daemon);
}

static void look_at_all(struct daemon *daemon)
{
    look(daemon);
    watch_gateways(daemon);
}

static void on_look_again(void *userdata)
{
    struct daemon *daemon = userdata;
    look(daemon);
    if (!daemon->gateways_watched)
        watch_gateways(daemon);
}

/* What is queued is stepped under the plan that it was queued under; then everything changes hands at once (P10). */
static void swap_config(struct daemon *daemon)
{
    struct config *old = daemon->config, *new = TAKE(daemon->next_config);
    service_reloading(loop_monotonic_usec());
    turn_flush_queue(daemon->turn);
    turn_submit(daemon->turn, &(struct event){.kind = EVENT_PLAN, .plan = {.plan = &new->plan, .reload = true}});
    turn_flush_queue(daemon->turn);
    configuration_log_what_waits(old, new);
    daemon->config = new;
    dispatch_configure(daemon->dispatch, new);
    api_set_config(daemon->api, new);
    listening_configure(daemon->listening, new);
    balances_configure(daemon->balances, new);
    look(daemon);
    if (daemon->gateways_watched)
        watch_gateways(daemon);
    config_free(old);
    service_ready();
}

static void reload(struct daemon *daemon)
{
    CLEANUP(problems_free) struct problems *problems = problems_new();
    daemon->reload_asked = false;
    (void)op_reload(daemon, true, problems);      /* a refusal has been recorded and logged */
}

/* ---- the log ---- */

static void on_store_readable(void *userdata, int fd)
{
    struct daemon *daemon = userdata;
    (void)fd;
    store_dispatch(daemon->store);
}

/* A damaged incident is left out, and everything else starts. */
static void on_bad_record(void *userdata, const struct store_record *stored)
{
    (void)userdata;
    CLEANUP_BUF struct buf id = {0};
    incident_add_id(&id, stored->incident);
    log_crit("%s cannot be replayed (record %llu): it is set aside, nobody is paged for it any more. See: bereddctl show %s",
             buf_text(&id), (unsigned long long)stored->seq, buf_text(&id));
}

static void replay(struct daemon *daemon, const struct opened *opened)
{
    replay_live(daemon->engine, opened, (struct now){loop_boot_usec(), loop_wall_usec()}, on_bad_record, daemon);
}

static void on_house_record(void *userdata, const struct record *record)
{
    struct daemon *daemon = userdata;
    engine_replay_reply(daemon->engine, record);
    watch_recall(daemon->watch, record, daemon->config->plan.tz);
    gateway_watch_recall(daemon->gateway_watch, record);
    drill_watch_recall(daemon->drill_watch, record);
    disk_word_recall(&daemon->disk_word, record);
}

static void use_store(struct daemon *daemon, struct opened *opened)
{
    daemon->store = TAKE(opened->store);
    daemon->store_watch = loop_watch_new(daemon->loop, store_fd(daemon->store), on_store_readable, daemon);
    replay_house(opened, on_house_record, daemon);
}

/* Sends again what the log says was meant to be sent. What is under way in this process is in nobody's log yet. */
static void resume(struct daemon *daemon, uint64_t until_seq)
{
    struct now now = {loop_boot_usec(), loop_wall_usec()};
    turn_let_out(daemon->turn, engine_resume(daemon->engine, now, until_seq));
}

/* At start. False: another daemon holds the log, or a newer one wrote it; both mean that this one must not run. */
static bool open_at_start(struct daemon *daemon, char **ret_trouble)
{
    daemon->opening = opening_begin(daemon->config->state_directory, NULL, NULL);
    CLEANUP(opened_free) struct opened *opened = opening_wait(daemon->opening, OPENING_PATIENCE_USEC);
    if (!opened) {
        *ret_trouble = mem_strdup("the disk has not answered for 10 s");
        return true;
    }
    daemon->opening = NULL;
    if (opened->err == ERR_OK) {
        use_store(daemon, opened);
        replay(daemon, opened);
    } else if (opened->err == ERR_LOCKED || opened->err == ERR_NEWER) {
        log_crit("The log in %s cannot be used: %s.", daemon->config->state_directory,
                 opened->reason ? opened->reason : err_text(opened->err));
        return false;
    } else {
        *ret_trouble = mem_strdup(opened->reason ? opened->reason : err_text(opened->err));
    }
    return true;
}

/* Who was told by an earlier process that the log cannot be written is told that it can, once that is written. */
static void tell_restored(struct daemon *daemon)
{
    if (daemon->disk_word.owed || service_kept_degraded())
        turn_submit(daemon->turn, &(struct event){.kind = EVENT_RESTORED, .trouble = {.reason = "", .earlier = true}});
}

static void wake_loop(void *userdata)
{
    loop_wake(((struct daemon *)userdata)->loop);
}

static void on_open_again(void *userdata)
{
    struct daemon *daemon = userdata;
    if (!daemon->opening && !daemon->store)
        daemon->opening = opening_begin(daemon->config->state_directory, wake_loop, daemon);
    if (!daemon->store)
        loop_timer_set(daemon->open_again, loop_boot_usec() + OPENING_AGAIN_USEC);
}

/* The log has come while we page from memory: its open incidents join ours, and our records join it. */
static void join_late_store(struct daemon *daemon)
{
    CLEANUP(opened_free) struct opened *opened = opening_wait(daemon->opening, 0);
    if (!opened)
        return;
    daemon->opening = NULL;
    if (opened->err != ERR_OK)
        return;
    uint64_t until_seq = store_head(opened->store).seq;
    use_store(daemon, opened);
    turn_set_store(daemon->turn, daemon->store);
    replay(daemon, opened);
    api_set_store(daemon->api, daemon->store);
    resume(daemon, until_seq);
    look_at_all(daemon);
}

/* A commit that does not come back is the turn's business. A read may be the first, or the only one, to meet a disk that hangs. */
static void on_reads_time(void *userdata)
{
    struct daemon *daemon = userdata;
    daemon->reads_timed = false;
    if (store_is_read(daemon->store) && store_give_up_reads(daemon->store, READ_PATIENCE_USEC / USEC_PER_MSEC))
        turn_degrade(daemon->turn, "the disk has not answered for 2 s");
}

static void time_reads(struct daemon *daemon)
{
    if (daemon->reads_timed || !daemon->store || !store_is_read(daemon->store))
        return;
    daemon->reads_timed = true;
    loop_timer_set(daemon->reads, loop_boot_usec() + READ_PATIENCE_USEC);
}

/* ---- wiring ---- */

/* Requests are the API's, or with this bit the dispatch's. */
#define DISPATCH_REQUEST (UINT64_C(1) << 63)

static void turn_decided(void *userdata, const struct effect_reply *reply)
{
    if (!(reply->request & DISPATCH_REQUEST))
        api_verdict(((struct daemon *)userdata)->api, reply);
}

static void turn_reply(void *userdata, uint64_t request, bool degraded)
{
    struct daemon *daemon = userdata;
    if (request & DISPATCH_REQUEST)
        dispatch_committed(daemon->dispatch, request & ~DISPATCH_REQUEST, degraded);
    else
        api_release(daemon->api, request, degraded);
}

static void turn_send(void *userdata, const struct effect_send *send)
{
    dispatch_send(((struct daemon *)userdata)->dispatch, send);
}

/* With every close the log's head goes to the journal: another place, where whoever edits the log later would have to edit
 * too. */
static void turn_publish(void *userdata, const struct record *record)
{
    struct daemon *daemon = userdata;
    CLEANUP_BUF struct buf head = {0};
    if (record->kind == RECORD_CLOSED && daemon->store) {
        struct store_head confirmed = store_head(daemon->store);
        buf_add_u64(&head, confirmed.seq);
        buf_add_char(&head, '-');
        text_add_hex(&head, confirmed.link, sizeof(confirmed.link));
    }
    journal_record(daemon->journal, record, head.len ? buf_text(&head) : NULL);
    api_publish(daemon->api, record);
    if (record->kind == RECORD_DEGRADED || record->kind == RECORD_RESTORED)
        service_keep_degraded(record->kind == RECORD_DEGRADED);
    if (gateway_watch_note(daemon->gateway_watch, record))
        look_at_gateways_soon(daemon);
    if (drill_watch_note(daemon->drill_watch, record) && daemon->gateways_watched)
        loop_timer_set(daemon->look_again, 0);
}

static const struct turn_ops turn_ops = {turn_decided, turn_reply, turn_send, turn_publish};

static bool dispatch_message(void *userdata, struct page_ref page, struct message_view *ret)
{
    return engine_message(((struct daemon *)userdata)->engine, page, loop_wall_usec(), ret);
}

static void dispatch_outcome(void *userdata, const struct event_outcome *outcome)
{
    turn_submit(((struct daemon *)userdata)->turn, &(struct event){.kind = EVENT_OUTCOME, .outcome = *outcome});
}

static bool dispatch_submit(void *userdata, const struct event *event)
{
    struct event numbered = *event;
    numbered.request |= DISPATCH_REQUEST;
    return turn_submit(((struct daemon *)userdata)->turn, &numbered);
}

static const struct dispatch_ops dispatch_ops = {dispatch_message, dispatch_outcome, random_u64, dispatch_submit};

static bool op_submit(void *userdata, const struct event *event)
{
    return turn_submit(((struct daemon *)userdata)->turn, event);
}

static void op_after_commit(void *userdata, void (*cb)(void *cb_userdata, bool degraded), void *cb_userdata)
{
    turn_after_commit(((struct daemon *)userdata)->turn, cb, cb_userdata);
}

static void op_status(void *userdata, struct api_status *ret)
{
    struct daemon *daemon = userdata;
    struct turn_status turn = turn_status(daemon->turn);
    *ret = (struct api_status){
        .degraded = turn.degraded,
        .degraded_reason = turn.reason,
        .committed_seq = turn.committed_seq,
        .records_waiting = turn.waiting_records,
        .started_wall_usec = daemon->started_usec,
        .config_loaded_wall_usec = daemon->config->loaded_at_usec,
        .journal_lost = journal_lost(daemon->journal),
    };
}

static struct now op_now(void *userdata)
{
    (void)userdata;
    return (struct now){loop_boot_usec(), loop_wall_usec()};
}

static void op_gateway(void *userdata, const char *name, struct api_gateway *ret)
{
    struct daemon *daemon = userdata;
    struct gateway_watch_state state = gateway_watch_state(daemon->gateway_watch, name);
    *ret = (struct api_gateway){
        .checked_usec = state.checked_usec,
        .check_failed = state.failed,
        .check_reason = state.reason,
        .balance_low = state.balance_low,
    };
    ret->balance = balances_text(daemon->balances, name, &ret->balance_usec);
}

static void op_schedule(void *userdata, const char *name, struct api_schedule *ret)
{
    struct drill_watch_last last = drill_watch_last(((struct daemon *)userdata)->drill_watch, name);
    *ret = (struct api_schedule){last.id, last.ended_usec, last.answered, last.total};
}

static void op_exercise(void *userdata, const struct roster *roster, struct api_exercise *ret)
{
    struct drill_watch_role role = drill_watch_role(((struct daemon *)userdata)->drill_watch, roster, loop_wall_usec());
    *ret = (struct api_exercise){role.succeeded_usec, role.overdue};
}

static const struct api_ops api_ops = {
    op_submit, op_after_commit, op_reload, op_status, op_now, op_gateway, op_schedule, op_exercise,
};

/* The loop's turn: what callbacks noted is acted on here, and only here. */
static void on_turn(void *userdata)
{
    struct daemon *daemon = userdata;
    if (daemon->reload_asked)
        reload(daemon);
    if (daemon->next_config)
        swap_config(daemon);
    if (daemon->opening)
        join_late_store(daemon);
    turn_run(daemon->turn);
    time_reads(daemon);
    journal_flush(daemon->journal);
}

/* ---- life ---- */

static void on_clock_step(void *userdata)
{
    log_notice("The wall clock was set.");
    turn_submit(((struct daemon *)userdata)->turn, &(struct event){.kind = EVENT_CLOCK_STEPPED});
    look(userdata);
}

static bool gateways_quiet(const struct daemon *daemon)
{
    struct dispatch_gateway gateways[CONFIG_MAX_GATEWAYS];
    size_t n = dispatch_gateways(daemon->dispatch, gateways, N_ELEMENTS(gateways));
    for (size_t i = 0; i < n; i++)
        if (gateways[i].in_flight > 0)
            return false;
    return true;
}

static bool is_quiet(void *userdata)
{
    struct daemon *daemon = userdata;
    return turn_idle(daemon->turn) && gateways_quiet(daemon) && http_server_connections(daemon->server) == 0;
}

static void begin_drain(struct daemon *daemon)
{
    if (!drain_begin(daemon->drain))
        return;
    service_stopping();
    listening_end(daemon->listening);
    api_drain(daemon->api);
}

static void on_signal(void *userdata, int signal)
{
    struct daemon *daemon = userdata;
    if (signal == SIGHUP)
        daemon->reload_asked = true;
    else
        begin_drain(daemon);
}

static void make_parts(struct daemon *daemon)
{
    daemon->turn = turn_new(daemon->loop, daemon->engine, &turn_ops, daemon);
    daemon->dispatch = dispatch_new(daemon->loop, daemon->client, &dispatch_ops, daemon);
    dispatch_configure(daemon->dispatch, daemon->config);
    daemon->balances = balances_new(daemon->loop, daemon->client, on_balance, daemon);
    balances_configure(daemon->balances, daemon->config);
    daemon->api = api_new(daemon->engine, daemon->store, daemon->dispatch, &api_ops, daemon);
    api_set_config(daemon->api, daemon->config);
    daemon->reads = loop_timer_new(daemon->loop, on_reads_time, daemon);
    daemon->server = http_server_new(daemon->loop, &http_default_limits, api_handle, daemon->api);
    daemon->listening = listening_new(daemon->loop, daemon->server);
    daemon->drain = drain_new(daemon->loop, is_quiet, daemon);
    loop_set_turn(daemon->loop, on_turn, daemon);
}

static void watch_signals(struct daemon *daemon)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < SIGNALS; i++)
        daemon->signals[i] = loop_signal_new(daemon->loop, numbers[i], on_signal, daemon);
    daemon->clock_watch = loop_clock_watch_new(daemon->loop, on_clock_step, daemon);
}

static void start_timers(struct daemon *daemon)
{
    daemon->watchdog = watchdog_new(daemon->loop, daemon->turn);
    daemon->open_again = loop_timer_new(daemon->loop, on_open_again, daemon);
    daemon->look_again = loop_timer_new(daemon->loop, on_look_again, daemon);
    daemon->look_at_gateways = loop_timer_new(daemon->loop, look_at_gateways, daemon);
    if (!daemon->store)
        loop_timer_set(daemon->open_again, loop_boot_usec() + OPENING_AGAIN_USEC);
}

static bool start(struct daemon *daemon)
{
    CLEANUP_FREE char *trouble = NULL;
    daemon->engine = engine_new(&daemon->config->plan, fill_random, daemon);
    daemon->watch = watch_new();
    daemon->gateway_watch = gateway_watch_new();
    daemon->drill_watch = drill_watch_new();
    if (!open_at_start(daemon, &trouble))
        return false;
    if (http_client_new(daemon->loop, &daemon->client) != ERR_OK)
        return false;
    make_parts(daemon);
    if (!listening_begin(daemon->listening, daemon->config->socket_path))
        return false;
    listening_configure(daemon->listening, daemon->config);
    watch_signals(daemon);
    start_timers(daemon);
    if (daemon->store) {
        turn_set_store(daemon->turn, daemon->store);
        tell_restored(daemon);
    } else {
        turn_degrade(daemon->turn, trouble);
    }
    resume(daemon, UINT64_MAX);
    if (daemon->store)
        look_at_all(daemon);
    else
        loop_timer_set(daemon->look_again, loop_boot_usec() + WATCH_PATIENCE_USEC);
    loop_wake(daemon->loop);      /* deadlines passed while we were away */
    log_notice("Ready: %zu rosters, %zu people, %zu open incidents, %zu call-outs paging.", daemon->config->plan.n_rosters,
               daemon->config->plan.n_persons, engine_open_incidents(daemon->engine), engine_paging_callouts(daemon->engine));
    service_ready();
    return true;
}

static void stop(struct daemon *daemon)
{
    listening_free(daemon->listening);
    drain_free(daemon->drain);
    watchdog_free(daemon->watchdog);
    http_server_free(daemon->server);
    api_free(daemon->api);
    dispatch_free(daemon->dispatch);
    balances_free(daemon->balances);
    http_client_free(daemon->client);
    loop_watch_free(daemon->store_watch);
    store_close(daemon->store);
    opening_free(daemon->opening);
    turn_free(daemon->turn);
    engine_free(daemon->engine);
    for (size_t i = 0; i < SIGNALS; i++)
        loop_signal_free(daemon->signals[i]);
    loop_clock_watch_free(daemon->clock_watch);
    loop_timer_free(daemon->open_again);
    loop_timer_free(daemon->reads);
    loop_timer_free(daemon->look_again);
    loop_timer_free(daemon->look_at_gateways);
    watch_free(daemon->watch);
    gateway_watch_free(daemon->gateway_watch);
    drill_watch_free(daemon->drill_watch);
    loop_free(daemon->loop);
    config_free(daemon->config);
    config_free(daemon->next_config);
    log_set_sink(NULL, NULL);
    journal_free(daemon->journal);
    randomness_done(&daemon->randomness);
}

static bool load_at_start(struct daemon *daemon)
{
    CLEANUP(problems_free) struct problems *problems = problems_new();
    enum err err = configuration_read(daemon->options, READING_TO_START, problems, &daemon->config);
    configuration_log_problems(problems);
    if (err != ERR_OK)
        log_crit("The configuration in %s has errors; nothing was started. Mend them and check with: beredd -c %s -t",
                 daemon->options->config_directory, daemon->options->config_directory);
    return err == ERR_OK;
}

int daemon_run(const struct daemon_options *options)
{
    library_memory_init();
    struct daemon daemon = {.options = options, .started_usec = loop_wall_usec()};
    int status = 1;
    daemon.journal = journal_new();
    log_set_sink(journal_log, daemon.journal);
    if (!journal_present(daemon.journal))
        log_warning("There is no journal here: the log's copy goes to stderr.");
    if (loop_new(&daemon.loop) == ERR_OK && load_at_start(&daemon) && start(&daemon))
        status = loop_run(daemon.loop) == ERR_OK ? 0 : 1;
    stop(&daemon);
    return status;
}
