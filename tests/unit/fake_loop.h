/* A loop whose time the test moves, and a client whose servers are the test: dispatch and the gateways run against it without
 * a socket or a second of waiting. Link it instead of the loop's own. */
#ifndef TESTS_UNIT_FAKE_LOOP_H
#define TESTS_UNIT_FAKE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "loop/http_client.h"
#include "loop/loop.h"

void fake_loop_reset(void);                      /* time 1000 s; fails the test where something is left over */
void fake_loop_run(void);                        /* all timers that are due now; fails the test if they never come to rest */
void fake_loop_advance(int64_t usec);            /* time passes, and timers fire when they are due */
void fake_loop_sleep(int64_t usec);              /* the machine is suspended for so long; when it wakes up, timers fire */
int64_t fake_loop_next_usec(void);               /* until the next timer; INT64_MAX: none */

void fake_loop_listen(int msec);                 /* so long at most, in real time, to the one descriptor that is watched */

/* A transfer that was started and has not ended. */
struct transfer {
    struct transfer *next;
    struct buf method, url, body, headers, username, password, content_type;      /* headers: a line each */
    struct buf mail_from, mail_to, subject, text, html;
    bool is_mail;
    transfer_cb *cb;
    void *userdata;
};
size_t fake_transfers(void);
struct transfer *fake_transfer(size_t index);    /* in the order of their start; fails the test if there is none */
struct transfer *fake_transfer_with(const char *text);      /* whose address or body holds it; NULL: none */
void fake_reply(struct transfer *transfer, long status, const char *body);
void fake_busy(struct transfer *transfer, long status, int64_t retry_after_usec);      /* a refusal with Retry-After */
void fake_fail(struct transfer *transfer, enum transfer_outcome outcome, const char *reason);
void fake_refuse_starts(bool refuse);            /* every start is ERR_SYNTAX */

#endif
