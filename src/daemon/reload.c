#include "daemon/configuration.h"
#include "daemon/daemon_internal.h"
#include "service/service.h"

enum err daemon_read_config(struct daemon *daemon, bool install, struct problems *problems)
{
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
    turn_submit(daemon->pager->turn, &(struct event){.kind = EVENT_RELOAD_REFUSED, .trouble = {.reason = buf_text(&first)}});
    return err;
}

/* Everything changes hands at once, between two turns (P10). */
static void swap_config(struct daemon *daemon)
{
    struct config *old = daemon->config, *new = TAKE(daemon->next_config);
    service_reloading(loop_monotonic_usec());
    configuration_log_what_waits(old, new);
    pager_configure(daemon->pager, new);
    daemon->config = new;
    log_file_configure(daemon->log, new);
    api_set_config(daemon->api, new);
    listening_configure(daemon->listening, new);
    balances_configure(daemon->balances, new);
    config_free(old);
    service_ready();
}

void daemon_reload_if_asked(struct daemon *daemon)
{
    if (daemon->reload_asked) {
        CLEANUP(problems_free) struct problems *problems = problems_new();
        daemon->reload_asked = false;
        (void)daemon_read_config(daemon, true, problems);      /* a refusal has been recorded and logged */
    }
    if (daemon->next_config)
        swap_config(daemon);
}
