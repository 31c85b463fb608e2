#include "daemon.h"

#include <arpa/inet.h>
#include <assert.h>
#include <jansson.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/api.h"
#include "base/log.h"
#include "base/text.h"
#include "config/config.h"
#include "engine/engine.h"
#include "gateways/balance.h"
#include "gateways/dispatch.h"
#include "gateways/message_check.h"
#include "journal/journal.h"
#include "loop/http_client.h"
#include "loop/http_server.h"
#include "loop/loop.h"
#include "service/service.h"
#include "store/store.h"
#include "turn/opening.h"
#include "turn/replay.h"
#include "turn/turn.h"
#include "watch/drill_watch.h"
#include "watch/gateway_watch.h"
#include "watch/watch.h"

#define OPENING_PATIENCE_USEC (10 * USEC_PER_SEC)
#define OPENING_AGAIN_USEC    (5 * USEC_PER_SEC)
#define READ_PATIENCE_USEC    (2 * USEC_PER_SEC)     /* as a commit's */
#define LISTEN_AGAIN_USEC     (5 * USEC_PER_SEC)
#define DRAIN_USEC            (3 * USEC_PER_SEC)
#define DRAIN_LOOK_USEC       (20 * USEC_PER_MSEC)
#define WATCH_PATIENCE_USEC (60 * USEC_PER_SEC)       /* the first look waits for the log, so that it tells nothing twice */
#define CHECK_DEADLINE_USEC   (10 * USEC_PER_MIN)     /* of a gateway's check, where no receipt-timeout says it */
#define LATE_USEC             (5 * USEC_PER_SEC)      /* the watchdog's measure of progress */

enum { RANDOM_BYTES = 4096, SIGNALS = 3 };

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
    struct loop_watch *store_watch;
    struct loop_signal *signals[SIGNALS];
    struct loop_clock_watch *clock_watch;
    struct watch *watch;
    struct drill_watch *drill_watch;
    struct gateway_watch *gateway_watch;
    bool gateways_watched;           /* the first look has been: it knows the log, or has waited for it long enough */
    struct balances *balances;
    struct loop_timer *watchdog, *open_again, *drain, *look_again, *look_at_gateways;
    int64_t started_usec, watchdog_usec, drain_until_usec;
    bool reload_asked, draining;
    char taken_listen[SERVICE_SOCKETS_MAX][64];      /* addresses of the sockets that the service manager holds for us */
    size_t n_taken_listen;
    bool unheard[CONFIG_MAX_LISTEN];                 /* which of the configuration's addresses could not be had */
    struct loop_timer *listen_again, *reads;
    bool reads_timed;                /* the timer looks after the reads that wait */
    uint8_t random[RANDOM_BYTES];
    size_t random_left;
};

/* ---- randomness ---- */

static void fill_random(void *userdata, void *bytes, size_t len)
{
    struct daemon *daemon = userdata;
    if (daemon->random_left < len) {
        int filled = RAND_bytes(daemon->random, sizeof(daemon->random));
        assert(filled == 1);      /* a guessable token would let anybody answer */
        daemon->random_left = sizeof(daemon->random);
    }
    daemon->random_left -= len;
    memcpy(bytes, daemon->random + daemon->random_left, len);
    explicit_bzero(daemon->random + daemon->random_left, len);
}

static uint64_t random_u64(void *userdata)
{
    uint64_t number;
    fill_random(userdata, &number, sizeof(number));
    return number;
}

/* ---- configuration ---- */

static enum err load_config(const struct daemon_options *options, bool check_only, struct problems *problems,
                            struct config **ret)
{
    struct config_env env = {
        .directory = options->config_directory,
        .preset_directory = options->preset_directory,
        .credentials_directory = getenv("CREDENTIALS_DIRECTORY"),
        .zoneinfo_directory = "/usr/share/zoneinfo",
        .check_texts = message_check_texts,
        .now_usec = loop_wall_usec(),
        .check_only = check_only,
    };
    return config_load(&env, problems, ret);
}

static void log_problems(const struct problems *problems)
{
    static const enum log_priority priorities[] = {
        [PROBLEM_NOTE] = LOG_PRIO_INFO, [PROBLEM_WARNING] = LOG_PRIO_WARNING, [PROBLEM_ERROR] = LOG_PRIO_ERROR,
    };
    for (size_t i = 0; i < problems_count(problems); i++) {
        CLEANUP_BUF struct buf line = {0};
        const struct problem *problem = problems_get(problems, i);
        problem_add_text(&line, problem);
        log_print(priorities[problem->level], "%s", buf_text(&line));
    }
}

int daemon_check(const struct daemon_options *options)
{
    CLEANUP(problems_free) struct problems *problems = problems_new();
    CLEANUP(config_free) struct config *config = NULL;
    enum err err = load_config(options, true, problems, &config);
    for (size_t i = 0; i < problems_count(problems); i++) {
        CLEANUP_BUF struct buf line = {0};
        problem_add_text(&line, problems_get(problems, i));
        puts(buf_text(&line));
        buf_clear(&line);
        if (problem_add_quote(&line, problems_get(problems, i)))
            puts(buf_text(&line));
    }
    fprintf(stderr, "%s: %zu errors, %zu other remarks\n", options->config_directory, problems_errors(problems),
            problems_count(problems) - problems_errors(problems));
    return err == ERR_OK ? 0 : 1;
}

static enum err op_reload(void *userdata, bool install, struct problems *problems)
{
    struct daemon *daemon = userdata;
    CLEANUP(config_free) struct config *config = NULL;
    enum err err = load_config(daemon->options, false, problems, &config);
    if (!install)
        return err;
    log_problems(problems);
    if (err == ERR_OK) {
        config_free(daemon->next_config);
        daemon->next_config = TAKE(config);
        return ERR_OK;
    }
    CLEANUP_BUF struct buf first = {0};
    for (size_t i = 0; i < problems_count(problems) && first.len == 0; i++)
        if (problems_get(problems, i)->level == PROBLEM_ERROR)
            problem_add_text(&first, problems_get(problems, i));
    turn_submit(daemon->turn, &(struct event){.kind = EVENT_RELOAD_REFUSED, .trouble = {.reason = buf_text(&first)}});
    return err;
}

/* False: not now. It is said the first time, and tried again. */
static bool listen_tcp(struct daemon *daemon, const char *address, bool again)
{
    const struct config *config = daemon->config;
    enum err err = http_server_listen_tcp(daemon->server, address, config->tls_certificate, config->tls_key, NULL);
    if (err != ERR_OK && !again)
        log_error("Cannot listen on %s: %s.", address, err == ERR_EXISTS ? "another program does" : err_text(err));
    else if (again && err == ERR_OK)
        log_notice("Listens on %s at last.", address);
    return err == ERR_OK;
}

/* At those addresses of the configuration that could not be had before; `again` false: at all of them. */
static void listen_at_addresses(struct daemon *daemon, bool again)
{
    bool all = true;
    for (size_t i = 0; i < daemon->config->n_listen; i++) {
        if (!again || daemon->unheard[i])
            daemon->unheard[i] = !listen_tcp(daemon, daemon->config->listen[i], again);
        all = all && !daemon->unheard[i];
    }
    if (all)
        loop_timer_clear(daemon->listen_again);
    else
        loop_timer_set(daemon->listen_again, loop_boot_usec() + LISTEN_AGAIN_USEC);
}

static void on_listen_again(void *userdata)
{
    listen_at_addresses(userdata, true);
}

/* Listens where the configuration says. One address that cannot be had is said, and the others are used. */
static void listen_configured(struct daemon *daemon)
{
    const struct config *config = daemon->config;
    http_server_keep_tcp(daemon->server, config->listen, config->n_listen);
    http_server_trust(daemon->server, config->trusted_proxies, config->n_trusted_proxies);
    for (size_t i = 0; i < daemon->n_taken_listen; i++)
        (void)listen_tcp(daemon, daemon->taken_listen[i], false);      /* it does already: this gives it the certificate */
    listen_at_addresses(daemon, false);
}

static void warn_of_restart(const struct config *old, const struct config *new)
{
    if (strcmp(old->socket_path, new->socket_path) != 0)
        log_warning("beredd.ini: a new socket takes effect at the next start");
    if (strcmp(old->state_directory, new->state_directory) != 0)
        log_warning("beredd.ini: a new state directory takes effect at the next start");
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
    warn_of_restart(old, new);
    daemon->config = new;
    dispatch_configure(daemon->dispatch, new);
    api_set_config(daemon->api, new);
    listen_configured(daemon);
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

static void on_watchdog(void *userdata)
{
    struct daemon *daemon = userdata;
    if (turn_status(daemon->turn).overdue_usec < LATE_USEC)
        service_alive();
    loop_timer_set(daemon->watchdog, loop_boot_usec() + daemon->watchdog_usec / 3);
}

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

/* A drain ends when nothing is under way, or after three seconds. What is under way then is sent again after the start. */
static void on_drain(void *userdata)
{
    struct daemon *daemon = userdata;
    bool quiet = turn_idle(daemon->turn) && gateways_quiet(daemon) && http_server_connections(daemon->server) == 0;
    if (quiet || loop_boot_usec() >= daemon->drain_until_usec)
        loop_stop(daemon->loop);
    else
        loop_timer_set(daemon->drain, loop_boot_usec() + DRAIN_LOOK_USEC);
}

static void begin_drain(struct daemon *daemon)
{
    if (daemon->draining) {
        loop_stop(daemon->loop);      /* told twice: at once */
        return;
    }
    daemon->draining = true;
    daemon->drain_until_usec = loop_boot_usec() + DRAIN_USEC;
    service_stopping();
    http_server_stop_accepting(daemon->server);
    loop_timer_clear(daemon->listen_again);
    api_drain(daemon->api);
    loop_timer_set(daemon->drain, loop_boot_usec());
}

static void on_signal(void *userdata, int signal)
{
    struct daemon *daemon = userdata;
    if (signal == SIGHUP)
        daemon->reload_asked = true;
    else
        begin_drain(daemon);
}

/* The address of a listening socket, as the configuration writes it. */
static void describe_socket(int fd, char *ret, size_t size)
{
    union { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; } address = {0};
    socklen_t len = sizeof(address);
    char host[INET6_ADDRSTRLEN] = "";
    ret[0] = '\0';
    if (getsockname(fd, &address.any, &len) != 0)
        return;
    if (address.any.sa_family == AF_INET && inet_ntop(AF_INET, &address.v4.sin_addr, host, sizeof(host)))
        snprintf(ret, size, "%s:%u", host, ntohs(address.v4.sin_port));
    else if (address.any.sa_family == AF_INET6 && inet_ntop(AF_INET6, &address.v6.sin6_addr, host, sizeof(host)))
        snprintf(ret, size, "[%s]:%u", host, ntohs(address.v6.sin6_port));
}

static bool listen_local(struct daemon *daemon, const struct service_sockets *sockets)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < sockets->n_local && err == ERR_OK; i++)
        err = http_server_listen_fd(daemon->server, sockets->local[i], NULL);
    if (sockets->n_local == 0)
        err = http_server_listen_unix(daemon->server, daemon->config->socket_path);
    if (err == ERR_EXISTS)
        log_crit("Another daemon answers on %s.", daemon->config->socket_path);
    else if (err != ERR_OK)
        log_crit("Cannot listen on %s: %s.", daemon->config->socket_path, err_text(err));
    return err == ERR_OK;
}

static bool listen_all(struct daemon *daemon)
{
    struct service_sockets sockets;
    service_take_sockets(&sockets);
    for (size_t i = 0; i < sockets.n_http; i++) {
        char *address = daemon->taken_listen[daemon->n_taken_listen];
        describe_socket(sockets.http[i], address, sizeof(daemon->taken_listen[0]));
        if (http_server_listen_fd(daemon->server, sockets.http[i], *address ? address : NULL) != ERR_OK)
            log_error("Cannot listen on a socket of the service manager.");
        else if (*address)
            daemon->n_taken_listen++;
    }
    if (!listen_local(daemon, &sockets))
        return false;
    listen_configured(daemon);
    return true;
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
    daemon->listen_again = loop_timer_new(daemon->loop, on_listen_again, daemon);
    daemon->reads = loop_timer_new(daemon->loop, on_reads_time, daemon);
    daemon->server = http_server_new(daemon->loop, &http_default_limits, api_handle, daemon->api);
    loop_set_turn(daemon->loop, on_turn, daemon);
}

static void watch_signals(struct daemon *daemon)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};
    (void)signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < SIGNALS; i++)
        daemon->signals[i] = loop_signal_new(daemon->loop, numbers[i], on_signal, daemon);
    daemon->clock_watch = loop_clock_watch_new(daemon->loop, on_clock_step, daemon);
}

static void start_timers(struct daemon *daemon)
{
    daemon->watchdog = loop_timer_new(daemon->loop, on_watchdog, daemon);
    daemon->open_again = loop_timer_new(daemon->loop, on_open_again, daemon);
    daemon->look_again = loop_timer_new(daemon->loop, on_look_again, daemon);
    daemon->look_at_gateways = loop_timer_new(daemon->loop, look_at_gateways, daemon);
    daemon->drain = loop_timer_new(daemon->loop, on_drain, daemon);
    daemon->watchdog_usec = service_watchdog_usec();
    if (daemon->watchdog_usec)
        loop_timer_set(daemon->watchdog, loop_boot_usec());
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
    if (!listen_all(daemon))
        return false;
    watch_signals(daemon);
    start_timers(daemon);
    if (daemon->store)
        turn_set_store(daemon->turn, daemon->store);
    else
        turn_degrade(daemon->turn, trouble);
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
    loop_timer_free(daemon->watchdog);
    loop_timer_free(daemon->open_again);
    loop_timer_free(daemon->listen_again);
    loop_timer_free(daemon->reads);
    loop_timer_free(daemon->look_again);
    loop_timer_free(daemon->look_at_gateways);
    watch_free(daemon->watch);
    gateway_watch_free(daemon->gateway_watch);
    drill_watch_free(daemon->drill_watch);
    loop_timer_free(daemon->drain);
    loop_free(daemon->loop);
    config_free(daemon->config);
    config_free(daemon->next_config);
    log_set_sink(NULL, NULL);
    journal_free(daemon->journal);
    explicit_bzero(daemon->random, sizeof(daemon->random));
}

static bool load_at_start(struct daemon *daemon)
{
    CLEANUP(problems_free) struct problems *problems = problems_new();
    enum err err = load_config(daemon->options, false, problems, &daemon->config);
    log_problems(problems);
    if (err != ERR_OK)
        log_crit("The configuration in %s has errors; nothing was started. Mend them and check with: beredd -c %s -t",
                 daemon->options->config_directory, daemon->options->config_directory);
    return err == ERR_OK;
}

/* Without memory OpenSSL says of a good token that it is unknown, or runs into a wild pointer, and jansson of a good body that it is bad: they
 * end the program as our own code does. */
static void *crypto_alloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return mem_realloc(NULL, size);
}

static void *crypto_realloc(void *memory, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    if (size > 0)
        return mem_realloc(memory, size);
    free(memory);
    return NULL;
}

static void crypto_free(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    free(memory);
}

int daemon_run(const struct daemon_options *options)
{
    (void)CRYPTO_set_mem_functions(crypto_alloc, crypto_realloc, crypto_free);
    json_set_alloc_funcs(mem_alloc, free);
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
