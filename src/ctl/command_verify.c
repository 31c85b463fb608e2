/* verify: is the log the one that was written? By the daemon that holds it, or on a directory that no daemon holds. */
#include <poll.h>
#include <stdio.h>

#include "base/text.h"
#include "ctl/ctl.h"
#include "ctl/print.h"
#include "store/store.h"

const struct args_option command_verify_options[] = {
    {"state", 0, "DIR", "read the log in this directory, which no daemon holds"},
    {NULL, 0, NULL, NULL},
};

static int print_verdict(bool whole, long long records, long long redacted, long long first_bad, const char *head)
{
    if (whole) {
        printf("The log is whole: %lld records, %lld redacted.\nHead %s\n", records, redacted, head);
        return EXIT_DONE;
    }
    ctl_complain("THE LOG HAS BEEN CHANGED: record %lld does not follow from the one before it. "
                 "Keep the state directory as it is, and compare with a backup and with the heads in the journal", first_bad);
    return EXIT_REFUSED;
}

static int verify_by_daemon(struct ctl *ctl)
{
    CLEANUP_REPLY struct client_reply reply = {0};
    int code = ctl_get(ctl, "/v1/verify", &reply);
    if (code == EXIT_UNREACHABLE)
        ctl_complain("without a daemon: bereddctl verify --state " STATEDIR);
    if (code != EXIT_DONE)
        return code;
    bool whole = json_flag(reply.json, "whole");
    if (ctl->json) {
        print_json(&reply.body);
        return whole ? EXIT_DONE : EXIT_REFUSED;
    }
    return print_verdict(whole, json_number(reply.json, "records"), json_number(reply.json, "redacted"),
                         json_number(reply.json, "first_bad_seq"), json_text(reply.json, "head"));
}

struct result {
    bool done;
    enum err err;
    struct store_verdict verdict;
};

static void take_verdict(void *userdata, enum err err, const struct store_verdict *verdict)
{
    struct result *result = userdata;
    result->done = true;
    result->err = err;
    if (verdict)
        result->verdict = *verdict;
}

static int print_result(const struct ctl *ctl, const struct store_verdict *verdict)
{
    CLEANUP_BUF struct buf head = {0};
    text_add_hex(&head, verdict->link, sizeof verdict->link);
    if (!ctl->json)
        return print_verdict(verdict->whole, (long long)verdict->records, (long long)verdict->redacted,
                             (long long)verdict->first_bad_seq, buf_text(&head));
    json_t *object = json_pack("{sb,sI,sI,sI,ss}", "whole", verdict->whole, "records", (json_int_t)verdict->records, "redacted",
                               (json_int_t)verdict->redacted, "first_bad_seq", (json_int_t)verdict->first_bad_seq, "head",
                               buf_text(&head));
    json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
    return verdict->whole ? EXIT_DONE : EXIT_REFUSED;
}

static int verify_directory(const struct ctl *ctl, const char *directory)
{
    CLEANUP(store_close) struct store *store = NULL;
    CLEANUP_FREE char *reason = NULL;
    struct store_config config = {.directory = directory, .read_only = true};
    enum err err = store_open(&config, &store, &reason);
    if (err != ERR_OK) {
        ctl_complain("cannot read the log in %s: %s%s", directory, reason ? reason : err_text(err),
                     err == ERR_LOCKED ? ". A daemon holds it: bereddctl verify, without --state" : "");
        return EXIT_REFUSED;
    }
    struct result result = {0};
    store_verify(store, take_verdict, &result);
    while (!result.done) {
        struct pollfd ready = {.fd = store_fd(store), .events = POLLIN};
        (void)poll(&ready, 1, -1);
        store_dispatch(store);
    }
    if (result.err == ERR_OK)
        return print_result(ctl, &result.verdict);
    ctl_complain("cannot read the log in %s to its end: %s", directory, err_text(result.err));
    return EXIT_REFUSED;
}

int command_verify(struct ctl *ctl, const struct args *args)
{
    const char *directory = args_value(args, "state");
    return directory ? verify_directory(ctl, directory) : verify_by_daemon(ctl);
}
