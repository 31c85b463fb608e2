/* Gateways in words. The JSON is that of GET /v1/status. */
#ifndef CTL_GATEWAY_H
#define CTL_GATEWAY_H

#include <stdbool.h>

#include <jansson.h>

void gateway_print_list(const json_t *gateways, const char *indent);

#endif
