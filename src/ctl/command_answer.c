/* ack, decline, note, close, callout: what people do with an incident. Each is one POST; the daemon decides. */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/incident.h"
#include "ctl/print.h"

const struct args_option command_answer_options[] = {
    {"role", 'r', "ROLE", "which call-out, if several are under way"},
    {"as", 'a', "PERSON", "who answers, if not the person whose login is yours"},
    {NULL, 0, NULL, NULL},
};

static void print_outcome(const json_t *incident, const char *done)
{
    CLEANUP_BUF struct buf text = {0};
    buf_printf(&text, "%s %s", json_text(incident, "id"), done);
    if (json_array_size(json_object_get(incident, "callouts")) > 0)
        buf_add_text(&text, ": ");
    incident_add_callouts(&text, incident);
    print_line(stdout, buf_text(&text));
}

/* body: taken over. */
static int post(struct ctl *ctl, const char *id, const char *action, json_t *body, const char *done)
{
    CLEANUP_BUF struct buf path = {0};
    CLEANUP_REPLY struct client_reply reply = {0};
    buf_add_text(&path, "/v1/incidents/");
    client_add_path(&path, id);
    buf_printf(&path, "/%s", action);
    int code = ctl_call(ctl, "POST", buf_text(&path), body, &reply);
    json_decref(body);
    if (code != EXIT_DONE)
        return code;
    if (ctl->json)
        print_json(&reply.body);
    else
        print_outcome(reply.json, done);
    return EXIT_DONE;
}

static json_t *answer_body(const struct args *args)
{
    return json_pack("{s:s*,s:s*}", "role", args_value(args, "role"), "person", args_value(args, "as"));
}

int command_ack(struct ctl *ctl, const struct args *args)
{
    return post(ctl, args_operand(args, 0), "acknowledge", answer_body(args), "taken");
}

int command_decline(struct ctl *ctl, const struct args *args)
{
    return post(ctl, args_operand(args, 0), "decline", answer_body(args), "declined");
}

int command_note(struct ctl *ctl, const struct args *args)
{
    return post(ctl, args_operand(args, 0), "note", json_pack("{ss}", "text", args_operand(args, 1)), "noted");
}

int command_close(struct ctl *ctl, const struct args *args)
{
    return post(ctl, args_operand(args, 0), "close", json_pack("{ss*}", "reason", args_operand(args, 1)), "closed");
}

int command_callout(struct ctl *ctl, const struct args *args)
{
    return post(ctl, args_operand(args, 0), "callouts", json_pack("{ss}", "role", args_operand(args, 1)), "called out");
}
