/* What the daemon owns, for the files that wire it. The modules beside them know nothing of it. */
#ifndef DAEMON_DAEMON_INTERNAL_H
#define DAEMON_DAEMON_INTERNAL_H

#include "api/api.h"
#include "daemon.h"
#include "daemon/drain.h"
#include "daemon/listening.h"
#include "daemon/log_file.h"
#include "daemon/randomness.h"
#include "daemon/watchdog.h"
#include "gateways/balance.h"
#include "journal/journal.h"
#include "loop/http_client.h"
#include "loop/http_server.h"
#include "pager/pager.h"

enum { SIGNALS = 3 };

struct daemon {
    const struct daemon_options *options;
    struct config *config;           /* in force */
    struct config *next_config;      /* loaded, and swapped in by the next turn; NULL: none */
    struct journal *journal;
    struct loop *loop;
    struct http_client *client;
    struct pager *pager;             /* engine, turn, dispatch, lookout */
    struct log_file *log;
    struct balances *balances;
    struct api *api;
    struct http_server *server;
    struct listening *listening;
    struct drain *drain;
    struct watchdog *watchdog;
    struct loop_signal *signals[SIGNALS];
    struct loop_clock_watch *clock_watch;
    struct randomness randomness;
    int64_t started_usec;            /* wall */
    bool reload_asked;
};

/* reload.c */
/* Reads the configuration. install: the next turn takes it; one with errors is refused, which is logged and recorded. */
enum err daemon_read_config(struct daemon *daemon, bool install, struct problems *problems);
/* Between two turns: what SIGHUP or the API asked for. */
void daemon_reload_if_asked(struct daemon *daemon);

/* api_ops.c: what the API asks of the daemon; their userdata is the daemon. */
extern const struct api_ops daemon_api_ops;

#endif
