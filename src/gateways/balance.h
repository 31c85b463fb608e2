/* What is left on the accounts of the gateways that can be asked: fetched at once when a configuration comes into force, and then
 * every six hours; after a failure in a quarter of an hour. It decides nothing. */
#ifndef GATEWAYS_BALANCE_H
#define GATEWAYS_BALANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "loop/http_client.h"
#include "loop/loop.h"

struct balances;

/* A balance has come: `text` is "312.50 SEK"; low: it is less than the gateway's balance-warning. Borrowed for the call, which
 * comes on the loop's thread and never from within a call of these functions. */
typedef void balance_told(void *userdata, const char *gateway, const char *text, bool low);

struct balances *balances_new(struct loop *loop, struct http_client *client, balance_told *told, void *userdata);
void balances_free(struct balances *balances);               /* accepts NULL */
void balances_configure(struct balances *balances, const struct config *config);      /* copied as far as needed */

/* The last that is known, "" before there is any. *ret_usec: the wall time of it. */
const char *balances_text(const struct balances *balances, const char *gateway, int64_t *ret_usec);

#endif
