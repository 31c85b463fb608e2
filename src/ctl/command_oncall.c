/* oncall: who holds each role. */
#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/oncall.h"
#include "ctl/print.h"

const struct args_option command_oncall_options[] = {
    {"role", 'r', "ROLE", "only this role"},
    {"at", 0, "TIME", "then, instead of now"},
    {NULL, 0, NULL, NULL},
};

int command_oncall(struct ctl *ctl, const struct args *args)
{
    CLEANUP_BUF struct buf path = {0};
    CLEANUP_REPLY struct client_reply reply = {0};
    buf_add_text(&path, "/v1/oncall");
    client_add_query(&path, "role", args_value(args, "role"));
    client_add_query(&path, "at", args_value(args, "at"));
    int code = ctl_get(ctl, buf_text(&path), &reply);
    if (code != EXIT_DONE)
        return code;
    if (ctl->json) {
        print_json(&reply.body);
        return EXIT_DONE;
    }
    ctl_use_zone(ctl);
    oncall_print(stdout, reply.json);
    return EXIT_DONE;
}
