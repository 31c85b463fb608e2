/* Calls that a provider signs. Whoever has seen a hook's address in a log still cannot answer an alarm. */
#ifndef GATEWAYS_HOOK_SIGNATURE_H
#define GATEWAYS_HOOK_SIGNATURE_H

#include <stdbool.h>

#include "config/config.h"
#include "loop/http.h"

/* The header that the signature stands in; NULL: this gateway's provider does not sign. */
const char *hook_signature_header(const struct gateway *gateway);

/* Whether `signature` (NULL: there was none) is the provider's for this request to the gateway's `hook`: "reply", "receipt" or
 * "voice". Compared in constant time. Always true where the provider does not sign; false where the gateway lacks the key or the
 * public address that the signature is over, and for a body that it does not cover. */
bool hook_signature_holds(const struct gateway *gateway, const char *hook, const struct http_request *request,
                          const char *signature);

#endif
