#include "daemon/log_file.h"

#include "base/civil.h"
#include "base/log.h"
#include "base/mem.h"

#define OPEN_PATIENCE_USEC (10 * USEC_PER_SEC)
#define OPEN_AGAIN_USEC    (5 * USEC_PER_SEC)
#define READ_PATIENCE_USEC (2 * USEC_PER_SEC)        /* as a commit's */

struct log_file {
    struct loop *loop;
    struct turn *turn;
    const struct config *config;     /* in force */
    struct store *store;             /* NULL: not open (yet) */
    struct opening *opening;         /* under way; NULL: none */
    struct loop_watch *watch;
    struct loop_timer *again, *reads;
    bool reads_timed;                /* the timer looks after the reads that wait */
};

/* ---- the store at work ---- */

static void on_readable(void *userdata, int fd)
{
    struct log_file *log = userdata;
    (void)fd;
    store_dispatch(log->store);
}

static void on_reads_time(void *userdata)
{
    struct log_file *log = userdata;
    log->reads_timed = false;
    if (store_is_read(log->store) && store_give_up_reads(log->store, READ_PATIENCE_USEC / USEC_PER_MSEC))
        turn_degrade(log->turn, "the disk has not answered for 2 s");
}

void log_file_time_reads(struct log_file *log)
{
    if (log->reads_timed || !log->store || !store_is_read(log->store))
        return;
    log->reads_timed = true;
    loop_timer_set(log->reads, loop_boot_usec() + READ_PATIENCE_USEC);
}

struct store *log_file_store(const struct log_file *log)
{
    return log->store;
}

/* ---- opening it ---- */

static void wake_loop(void *userdata)
{
    loop_wake(((struct log_file *)userdata)->loop);
}

static void on_again(void *userdata)
{
    struct log_file *log = userdata;
    if (log->store)
        return;
    if (!log->opening)
        log->opening = opening_begin(log->config->state_directory, wake_loop, log);
    loop_timer_set(log->again, loop_boot_usec() + OPEN_AGAIN_USEC);
}

static void use_store(struct log_file *log, struct opened *opened)
{
    log->store = TAKE(opened->store);
    log->watch = loop_watch_new(log->loop, store_fd(log->store), on_readable, log);
}

enum err log_file_open(struct log_file *log, struct opened **ret, char **ret_trouble)
{
    log->opening = opening_begin(log->config->state_directory, NULL, NULL);
    CLEANUP(opened_free) struct opened *opened = opening_wait(log->opening, OPEN_PATIENCE_USEC);
    if (!opened || opened->err != ERR_OK)
        loop_timer_set(log->again, loop_boot_usec() + OPEN_AGAIN_USEC);
    if (!opened) {
        *ret_trouble = mem_strdup("the disk has not answered for 10 s");
        return ERR_TIMEOUT;
    }
    log->opening = NULL;
    enum err err = opened->err;
    const char *reason = opened->reason ? opened->reason : err_text(err);
    if (err == ERR_LOCKED || err == ERR_NEWER) {
        log_crit("The log in %s cannot be used: %s.", log->config->state_directory, reason);
    } else if (err != ERR_OK) {
        *ret_trouble = mem_strdup(reason);
    } else {
        use_store(log, opened);
        *ret = TAKE(opened);
    }
    return err;
}

struct opened *log_file_late(struct log_file *log)
{
    CLEANUP(opened_free) struct opened *opened = log->opening ? opening_wait(log->opening, 0) : NULL;
    if (!opened)
        return NULL;
    log->opening = NULL;
    if (opened->err != ERR_OK)
        return NULL;
    use_store(log, opened);
    return TAKE(opened);
}

/* ---- life ---- */

struct log_file *log_file_new(struct loop *loop, struct turn *turn, const struct config *config)
{
    struct log_file *log = NEW(struct log_file);
    log->loop = loop;
    log->turn = turn;
    log->config = config;
    log->again = loop_timer_new(loop, on_again, log);
    log->reads = loop_timer_new(loop, on_reads_time, log);
    return log;
}

void log_file_free(struct log_file *log)
{
    if (!log)
        return;
    loop_watch_free(log->watch);
    store_close(log->store);
    opening_free(log->opening);
    loop_timer_free(log->again);
    loop_timer_free(log->reads);
    free(log);
}

void log_file_configure(struct log_file *log, const struct config *config)
{
    log->config = config;
}
