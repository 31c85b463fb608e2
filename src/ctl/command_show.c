/* show: an incident and its timeline, to be read at three in the morning. */
#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/incident.h"

int command_show(struct ctl *ctl, const struct args *args)
{
    CLEANUP_BUF struct buf path = {0};
    CLEANUP_REPLY struct client_reply reply = {0};
    buf_add_text(&path, "/v1/incidents/");
    client_add_path(&path, args_operand(args, 0));
    int code = ctl_get(ctl, buf_text(&path), &reply);
    if (code != EXIT_DONE)
        return code;
    if (ctl->json) {
        print_json(&reply.body);
        return EXIT_DONE;
    }
    ctl_use_zone(ctl);
    incident_print(reply.json);
    puts("");
    incident_print_timeline(json_object_get(reply.json, "timeline"));
    return EXIT_DONE;
}
