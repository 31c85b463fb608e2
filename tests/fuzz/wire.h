/* Transfers (loop/http_client.h) whose server is the input: curl, the loop and our client are the real ones, the connection is a local
 * one, so that nothing leaves the process and nothing waits. */
#ifndef TESTS_FUZZ_WIRE_H
#define TESTS_FUZZ_WIRE_H

#include "fuzz.h"
#include "loop/http_client.h"

#define WIRE_PAUSE "~\n"        /* in what the server says, and not said: it goes on when the client has no more to say */

struct wire {                   /* how a transfer went; valid until the next */
    int n_results;
    enum transfer_outcome outcome;
    long status;
    int64_t retry_after_usec;
    struct buf reason, body;
    struct buf said;            /* by the server, as far as it came */
    struct buf heard;           /* from the client */
};

/* The server speaks, and hangs up. The transfer must have ended then. */
const struct wire *wire_http(const struct transfer_http *http, const uint8_t *bytes, size_t len);
/* NULL: refused before anything was sent. */
const struct wire *wire_mail(const struct transfer_mail *mail, const uint8_t *bytes, size_t len);

#endif
