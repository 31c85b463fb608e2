/* Starting, the turn, and stopping: what is made of what, and in which order. Where to look further:
 *
 *     pager/       engine, turn, dispatch and lookout, wired to each other: all that pages
 *     daemon/      log_file      the log on its disk             reload     a new configuration takes the place of the old
 *                  listening     where we can be reached         api_ops    what the API asks of the daemon
 *                  drain         the end                         watchdog, randomness, configuration, library_memory */
#include "daemon.h"

#include <signal.h>

#include "base/log.h"
#include "base/text.h"
#include "daemon/configuration.h"
#include "daemon/daemon_internal.h"
#include "daemon/library_memory.h"
#include "service/service.h"

static void fill_random(void *userdata, void *bytes, size_t len)
{
    randomness_fill(&((struct daemon *)userdata)->randomness, bytes, len);
}

static uint64_t random_u64(void *userdata)
{
    return randomness_u64(&((struct daemon *)userdata)->randomness);
}

/* ---- the log ---- */

/* A damaged incident is left out, and everything else starts. */
static void on_bad_record(void *userdata, const struct store_record *stored)
{
    (void)userdata;
    CLEANUP_BUF struct buf id = {0};
    incident_add_id(&id, stored->incident);
    log_crit("%s cannot be replayed (record %llu): it is set aside, nobody is paged for it any more. See: bereddctl show %s",
             buf_text(&id), (unsigned long long)stored->seq, buf_text(&id));
}

/* At the start. False: another daemon holds it, or a newer one wrote it; both mean that this one must not run. */
static bool open_log(struct daemon *daemon, char **ret_trouble)
{
    CLEANUP(opened_free) struct opened *opened = NULL;
    enum err err = log_file_open(daemon->log, &opened, ret_trouble);
    if (err == ERR_OK)
        (void)pager_take_log(daemon->pager, log_file_store(daemon->log), opened, on_bad_record, daemon);
    return err != ERR_LOCKED && err != ERR_NEWER;
}

/* It has come while we page from memory: its open incidents join ours, and our records join it. */
static void join_late_log(struct daemon *daemon)
{
    CLEANUP(opened_free) struct opened *opened = log_file_late(daemon->log);
    if (!opened)
        return;
    uint64_t until_seq = pager_take_log(daemon->pager, log_file_store(daemon->log), opened, on_bad_record, daemon);
    api_set_store(daemon->api, log_file_store(daemon->log));
    pager_resume(daemon->pager, until_seq);
}

/* ---- what the pager lets out ---- */

static void on_decided(void *userdata, const struct effect_reply *reply)
{
    api_verdict(((struct daemon *)userdata)->api, reply);
}

static void on_reply(void *userdata, uint64_t request, bool degraded)
{
    api_release(((struct daemon *)userdata)->api, request, degraded);
}

/* With every close the log's head goes to the journal: another place, where whoever edits the log later would have to edit
 * too. */
static void add_log_head(const struct daemon *daemon, struct buf *buf)
{
    struct store_head confirmed = store_head(log_file_store(daemon->log));
    buf_add_u64(buf, confirmed.seq);
    buf_add_char(buf, '-');
    text_add_hex(buf, confirmed.link, sizeof(confirmed.link));
}

static void on_publish(void *userdata, const struct record *record)
{
    struct daemon *daemon = userdata;
    CLEANUP_BUF struct buf head = {0};
    if (record->kind == RECORD_CLOSED && log_file_store(daemon->log))
        add_log_head(daemon, &head);
    journal_record(daemon->journal, record, head.len ? buf_text(&head) : NULL);
    api_publish(daemon->api, record);
}

static void on_keep_degraded(void *userdata, bool degraded)
{
    (void)userdata;
    service_keep_degraded(degraded);
}

static const struct pager_ops pager_ops = {fill_random, random_u64, on_decided, on_reply, on_publish, on_keep_degraded};

static void on_balance(void *userdata, const char *gateway, const char *text, bool low)
{
    lookout_note_balance(((struct daemon *)userdata)->pager->lookout, gateway, text, low);
}

/* The loop's turn: what callbacks noted is acted on here, and only here. */
static void on_turn(void *userdata)
{
    struct daemon *daemon = userdata;
    daemon_reload_if_asked(daemon);
    join_late_log(daemon);
    turn_run(daemon->pager->turn);
    log_file_time_reads(daemon->log);
    journal_flush(daemon->journal);
}

/* ---- life ---- */

static void on_clock_step(void *userdata)
{
    log_notice("The wall clock was set.");
    pager_clock_was_set(((struct daemon *)userdata)->pager);
}

static bool is_quiet(void *userdata)
{
    struct daemon *daemon = userdata;
    return pager_is_quiet(daemon->pager) && http_server_connections(daemon->server) == 0;
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

/* The API, and what it is reached by. */
static void serve(struct daemon *daemon)
{
    daemon->api = api_new(daemon->pager->engine, log_file_store(daemon->log), daemon->pager->dispatch, &daemon_api_ops, daemon);
    api_set_config(daemon->api, daemon->config);
    daemon->server = http_server_new(daemon->loop, &http_default_limits, api_handle, daemon->api);
    daemon->listening = listening_new(daemon->loop, daemon->server);
}

static void watch_signals(struct daemon *daemon)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < SIGNALS; i++)
        daemon->signals[i] = loop_signal_new(daemon->loop, numbers[i], on_signal, daemon);
    daemon->clock_watch = loop_clock_watch_new(daemon->loop, on_clock_step, daemon);
}

/* Whoever looks why the service is not up finds a line. */
static bool said_why(const char *what, enum err err)
{
    if (err != ERR_OK)
        log_crit("Cannot %s: %s.", what, err_text(err));
    return err == ERR_OK;
}

static bool start(struct daemon *daemon)
{
    CLEANUP_FREE char *trouble = NULL;
    if (!said_why("make the HTTP client", http_client_new(daemon->loop, &daemon->client)))
        return false;
    daemon->pager = pager_new(daemon->loop, daemon->client, daemon->config, &pager_ops, daemon);
    daemon->log = log_file_new(daemon->loop, daemon->pager->turn, daemon->config);
    if (!open_log(daemon, &trouble))
        return false;
    daemon->balances = balances_new(daemon->loop, daemon->client, on_balance, daemon);
    balances_configure(daemon->balances, daemon->config);
    serve(daemon);
    if (!listening_begin(daemon->listening, daemon->config->socket_path))
        return false;
    listening_configure(daemon->listening, daemon->config);
    watch_signals(daemon);
    daemon->drain = drain_new(daemon->loop, is_quiet, daemon);
    daemon->watchdog = watchdog_new(daemon->loop, daemon->pager->turn);
    loop_set_turn(daemon->loop, on_turn, daemon);
    pager_begin(daemon->pager, trouble, service_kept_degraded());
    loop_wake(daemon->loop);      /* deadlines passed while we were away */
    return true;
}

static void say_ready(const struct daemon *daemon)
{
    const struct engine *engine = daemon->pager->engine;
    log_notice("Ready: %zu rosters, %zu people, %zu open incidents, %zu call-outs paging.", daemon->config->plan.n_rosters,
               daemon->config->plan.n_persons, engine_open_incidents(engine), engine_paging_callouts(engine));
    service_ready();
}

static void stop(struct daemon *daemon)
{
    listening_free(daemon->listening);
    drain_free(daemon->drain);
    watchdog_free(daemon->watchdog);
    http_server_free(daemon->server);
    api_free(daemon->api);
    balances_free(daemon->balances);
    log_file_free(daemon->log);
    pager_free(daemon->pager);
    http_client_free(daemon->client);
    for (size_t i = 0; i < SIGNALS; i++)
        loop_signal_free(daemon->signals[i]);
    loop_clock_watch_free(daemon->clock_watch);
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
    if (said_why("make the event loop", loop_new(&daemon.loop)) && load_at_start(&daemon) && start(&daemon)) {
        say_ready(&daemon);
        status = said_why("run the event loop", loop_run(daemon.loop)) ? 0 : 1;
    }
    stop(&daemon);
    return status;
}
