/* gateway list and gateway test: the ways out. */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/gateway.h"
#include "ctl/print.h"

const struct args_option command_gateway_test_options[] = {
    {"channel", 0, "CHANNEL", "sms, voice or email, where the gateway serves several"},
    {NULL, 0, NULL, NULL},
};

int command_gateway_list(struct ctl *ctl, const struct args *args)
{
    (void)args;
    CLEANUP_REPLY struct client_reply reply = {0};
    int code = ctl_get(ctl, "/v1/gateways", &reply);
    if (code != EXIT_DONE)
        return code;
    if (ctl->json) {
        print_json(&reply.body);
        return EXIT_DONE;
    }
    ctl_use_zone(ctl);
    gateway_print_list(json_object_get(reply.json, "gateways"), "");
    return EXIT_DONE;
}

int command_gateway_test(struct ctl *ctl, const struct args *args)
{
    CLEANUP_BUF struct buf path = {0};
    CLEANUP_REPLY struct client_reply reply = {0};
    buf_add_text(&path, "/v1/gateways/");
    client_add_path(&path, args_operand(args, 0));
    buf_add_text(&path, "/test");
    json_t *body = json_pack("{ss,ss*}", "person", args_operand(args, 1), "channel", args_value(args, "channel"));
    int code = ctl_call(ctl, "POST", buf_text(&path), body, &reply);
    json_decref(body);
    if (code != EXIT_DONE)
        return code;
    if (ctl->json) {
        print_json(&reply.body);
        return EXIT_DONE;
    }
    CLEANUP_BUF struct buf text = {0};
    buf_printf(&text, "%s took the test message to %s. Did it arrive?", args_operand(args, 0), args_operand(args, 1));
    print_line(stdout, buf_text(&text));
    return EXIT_DONE;
}
