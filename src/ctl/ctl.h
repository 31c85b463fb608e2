/* bereddctl: what its commands share. A command parses nothing itself: main.c has read its options by the time it runs. It
 * returns one of enum exit_code, having said on stderr what went wrong and what to do. */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/err.h"
#include "ctl/args.h"
#include "ctl/client.h"

enum exit_code { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_UNREACHABLE = 3 };

struct ctl {
    const char *socket_path;
    bool json;
    struct client *client;
    bool zone_known;         /* local time is the daemon's: see ctl_use_zone() */
};

typedef int command_run(struct ctl *ctl, const struct args *args);

struct command {
    const char *name;                    /* "show", "gateway test" */
    const char *operands;                /* for people; "" if none */
    const char *summary;                 /* one line */
    const char *details;                 /* more lines, each with its line feed; NULL: none */
    const struct args_option *options;   /* NULL: none of its own */
    size_t min_operands, max_operands;
    command_run *run;
};

command_run command_ack, command_callout, command_check, command_close, command_decline, command_drill_list,
    command_drill_report, command_drill_start, command_drill_stop, command_gateway_list, command_gateway_test,
    command_gateway_vcard, command_list, command_log, command_note, command_oncall, command_reload, command_roster_check,
    command_roster_edit, command_roster_export, command_roster_import, command_roster_shift_add, command_roster_shift_list,
    command_roster_shift_remove, command_roster_show, command_show, command_simulate, command_status, command_token_new,
    command_trigger, command_verify;

extern const struct args_option command_answer_options[], command_drill_report_options[], command_drill_start_options[],
    command_gateway_test_options[], command_gateway_vcard_options[], command_list_options[], command_log_options[],
    command_oncall_options[], command_roster_check_options[], command_roster_edit_options[], command_roster_export_options[],
    command_roster_import_options[], command_roster_shift_add_options[], command_roster_shift_list_options[],
    command_roster_shift_remove_options[], command_roster_show_options[], command_simulate_options[], command_trigger_options[],
    command_verify_options[];

/* On stderr, with the program's name, cleaned of control characters. */
void ctl_complain(const char *format, ...) PRINTF(1, 2);

/* Sends a request and waits for its reply. EXIT_DONE: the daemon said 2xx, and *reply holds it (client_reply_done()). Otherwise
 * the reason has been told, with --json the daemon's own error too, and *reply holds what came. body: borrowed; NULL: none. */
WARN_UNUSED int ctl_call(struct ctl *ctl, const char *method, const char *path, json_t *body, struct client_reply *reply);
WARN_UNUSED int ctl_get(struct ctl *ctl, const char *path, struct client_reply *reply);
int ctl_unreachable(const struct ctl *ctl, enum err err);            /* tells why nobody answered; EXIT_UNREACHABLE */

/* Makes local time that of the municipality, as the daemon tells it, unless TZ is set. Asks once; does nothing where it
 * cannot. */
void ctl_use_zone(struct ctl *ctl);

#endif
