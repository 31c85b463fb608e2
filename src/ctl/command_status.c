/* status: is the line in order, from trigger to officer? What is wrong comes last, where the eye is. */
#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/gateway.h"
#include "ctl/print.h"

int command_status(struct ctl *ctl, const struct args *args) {
    (void)args;
    CLEANUP_REPLY struct client_reply reply = {0};
    int code = ctl_get(ctl, "/v1/status", &reply);
    if (code != EXIT_DONE)
        return code;
    return EXIT_DONE;
}
