/* A second, strict look at a request's head, byte by byte as it arrives. evhttp's parser reads forms leniently that another
 * parser in front of it may read differently (a NUL in a value, a folded line, a space before the colon), and what it hands on
 * no longer shows them. This keeps no bytes; it only forms an opinion. */
#ifndef LOOP_HTTP_SCAN_H
#define LOOP_HTTP_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct http_scan {           /* a value: zeroed is "nothing seen yet" */
    unsigned char state;
    bool done;               /* the empty line has been seen */
    bool bad;                /* must be refused */
    bool doubtful;           /* may be served, but nothing that follows on the connection may be believed */
    size_t len;              /* bytes of the head so far */
};

/* Returns how many of the bytes belong to the head; fewer than len only once it is done. */
size_t http_scan_add(struct http_scan *scan, const char *bytes, size_t len);

#endif
