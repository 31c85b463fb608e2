/* Who is on call, in words. The JSON is that of GET /v1/oncall. */
#ifndef CTL_ONCALL_H
#define CTL_ONCALL_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

void oncall_print(FILE *stream, const json_t *reply);
/* Those whom a trigger would call. named: it names the roles that are in the reply; otherwise those that are always called. */
void oncall_print_called(FILE *stream, const json_t *reply, bool named);

#endif
