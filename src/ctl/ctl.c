#include "ctl/ctl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "ctl/print.h"

void ctl_complain(const char *format, ...)
{
    CLEANUP_BUF struct buf text = {0};
    CLEANUP_BUF struct buf clean = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    text_add_clean_line(&clean, buf_text(&text), text.len);
    fflush(stdout);
    fprintf(stderr, "bereddctl: %s\n", buf_text(&clean));
}

int ctl_unreachable(const struct ctl *ctl, enum err err)
{
    switch (err) {
    case ERR_NOT_FOUND:
        ctl_complain("nobody answers on %s. Is the daemon running? See: systemctl status beredd. "
                     "Another socket: --socket PATH", ctl->socket_path);
        break;
    case ERR_DENIED:
        ctl_complain("you may not use %s: be root, or a member of the socket's group (beredd)", ctl->socket_path);
        break;
    case ERR_TIMEOUT:
        ctl_complain("the daemon accepts calls on %s but does not answer. See: systemctl status beredd; journalctl -u beredd -e",
                     ctl->socket_path);
        break;
    default:
        ctl_complain("the conversation with the daemon on %s broke off: %s. What was asked may have been done: look before asking again",
                     ctl->socket_path, err_text(err));
        break;
    }
    return EXIT_UNREACHABLE;
}

static void tell_choices(const json_t *error)
{
    CLEANUP_BUF struct buf text = {0};
    size_t i;
    const json_t *choice, *choices = json_object_get(error, "choices");
    const char *first = json_string_value(json_array_get(choices, 0));
    if (first && strstr(json_text(error, "error"), first))
        return;              /* the reason lists them already */
    json_array_foreach(choices, i, choice)
        buf_printf(&text, "%s%s", i ? ", " : "", json_string_value(choice) ? json_string_value(choice) : "");
    if (text.len)
        ctl_complain("choose one of: %s", buf_text(&text));
}

/* What is not JSON comes from the server's own framing, or from somebody else who listens there. */
static void tell_refusal(const struct ctl *ctl, const struct client_reply *reply)
{
    const char *reason = json_text(reply->json, "error"), *field = json_text(reply->json, "field");
    if (!*reason)
        ctl_complain("%s answered %ld and gave no reason", ctl->socket_path, reply->status);
    else if (*field && !strstr(reason, field))
        ctl_complain("%s: %s", field, reason);
    else
        ctl_complain("%s", reason);
    tell_choices(reply->json);
    if (ctl->json && reply->json)
        print_json(&reply->body);
}

int ctl_call(struct ctl *ctl, const char *method, const char *path, json_t *body, struct client_reply *reply)
{
    enum err err = client_call(ctl->client, method, path, body, reply);
    if (err != ERR_OK)
        return ctl_unreachable(ctl, err);
    if (reply->status / 100 != 2) {
        tell_refusal(ctl, reply);
        return EXIT_REFUSED;
    }
    if (!reply->json) {
        ctl_complain("%s answered with something that is no JSON; is it beredd that listens there?", ctl->socket_path);
        return EXIT_UNREACHABLE;
    }
    return EXIT_DONE;
}

int ctl_get(struct ctl *ctl, const char *path, struct client_reply *reply)
{
    return ctl_call(ctl, "GET", path, NULL, reply);
}

void ctl_use_zone(struct ctl *ctl)
{
    if (ctl->zone_known || getenv("TZ"))
        return;
    CLEANUP_REPLY struct client_reply reply = {0};
    if (client_call(ctl->client, "GET", "/v1/status", NULL, &reply) != ERR_OK)
        return;
    const char *zone = json_text(reply.json, "timezone");
    if (*zone)
        setenv("TZ", zone, 1);
    tzset();
    ctl->zone_known = true;
}
