/* A value picked out of a JSON text by its path: names and list indices with dots between them, as "messages.0.id". */
#ifndef GATEWAYS_JSON_PATH_H
#define GATEWAYS_JSON_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Strings, numbers and booleans, as text into `ret` (emptied first). False: the text is no JSON, or has no such value there. */
bool json_path_text(const char *json, size_t len, const char *path, struct buf *ret);

#endif
