/* gateway vcard: the contact that the officers' telephones are to let through. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "ctl/ctl.h"
#include "ctl/print.h"
#include "ctl/vcard.h"

const struct args_option command_gateway_vcard_options[] = {
    {"out", 'o', "FILE", "write it there, and not to standard output"},
    {NULL, 0, NULL, NULL},
};

static bool sends_to_telephones(const json_t *gateway)
{
    size_t i;
    const json_t *channel;
    json_array_foreach(json_object_get(gateway, "channels"), i, channel) {
        const char *name = json_string_value(channel);
        if (name && (strcmp(name, "sms") == 0 || strcmp(name, "voice") == 0))
            return true;
    }
    return false;
}

static bool is_among(const struct vcard *vcard, const char *number)
{
    for (size_t i = 0; i < vcard->n_numbers; i++)
        if (strcmp(vcard->numbers[i], number) == 0)
            return true;
    return false;
}

/* What no contact can hold is said, so that nobody thinks that it is there. */
static void collect(const json_t *gateways, const char **numbers, struct vcard *ret)
{
    size_t i;
    const json_t *gateway;
    ret->numbers = numbers;
    json_array_foreach(gateways, i, gateway) {
        const char *name = json_text(gateway, "name"), *from = json_text(gateway, "from");
        if (!sends_to_telephones(gateway) || strcmp(json_text(gateway, "type"), "outbox") == 0)
            continue;
        if (*from == '\0')
            ctl_complain("not in the contact: the gateway %s has no 'from', so its number is not known here", name);
        else if (!vcard_is_number(from))
            ctl_complain("not in the contact: the gateway %s sends as '%s', which is no number", name, from);
        else if (!is_among(ret, from) && ret->n_numbers < CONFIG_MAX_GATEWAYS)
            numbers[ret->n_numbers++] = from;
    }
}

static int write_out(const char *path, const struct buf *text)
{
    FILE *file = path ? fopen(path, "we") : stdout;
    bool good = file && fwrite(buf_text(text), 1, text->len, file) == text->len && fflush(file) == 0;
    int why = errno;
    if (path && file && fclose(file) != 0 && good) {
        good = false;
        why = errno;
    }
    if (!good)
        ctl_complain("%s: %s", path ? path : "standard output", strerror(why));
    return good ? EXIT_DONE : EXIT_REFUSED;
}

int command_gateway_vcard(struct ctl *ctl, const struct args *args)
{
    CLEANUP_REPLY struct client_reply reply = {0};
    const char *numbers[CONFIG_MAX_GATEWAYS];
    struct vcard vcard = {0};
    int code = ctl_get(ctl, "/v1/gateways", &reply);
    if (code != EXIT_DONE)
        return code;
    if (ctl->json) {
        print_json(&reply.body);
        return EXIT_DONE;
    }
    vcard.organisation = json_text(reply.json, "organisation");
    vcard.swedish = strcmp(json_text(reply.json, "language"), "sv") == 0;
    collect(json_object_get(reply.json, "gateways"), numbers, &vcard);
    if (vcard.n_numbers == 0) {
        ctl_complain("no gateway of [channels] sends from a number: there is nothing to put into a contact");
        return EXIT_REFUSED;
    }
    CLEANUP_BUF struct buf text = {0};
    vcard_add(&text, &vcard);
    return write_out(args_value(args, "out"), &text);
}
