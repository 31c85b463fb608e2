/* The files of smstools3, as text: what stands in one that is to be sent, and what smsd has written into one that was sent,
 * that failed or that came in. Pure: no file is touched here, and all that is read is hostile.
 *
 * A file is headers ("Name: value"), an empty line, and a body in the alphabet that the headers name. Both are described in
 * fileformat.html of Debian's package smstools; a status in 3GPP TS 23.040, 9.2.3.15. */
#ifndef GATEWAYS_GATEWAY_SPOOL_FILE_H
#define GATEWAYS_GATEWAY_SPOOL_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "engine/ids.h"

enum {
    SPOOL_FILE_MAX = 64 * 1024,      /* longer ones are not read */
    SPOOL_NAME_SIZE = 64,            /* of our own files' names, with the NUL */
    SPOOL_MODEM_SIZE = 32, SPOOL_NUMBER_SIZE = 24,
};

/* Our files are named after their page, so that what becomes of them finds its way home, over a restart too. */
void spool_file_name(struct page_ref page, char ret_name[SPOOL_NAME_SIZE]);
bool spool_file_is_ours(const char *name, struct page_ref *ret_page);

/* `urgent` goes before what else lies in smsd's queue. ERR_SYNTAX: `to` is no E.164 number with its plus. */
WARN_UNUSED enum err spool_file_format(struct buf *buf, const char *to, const char *text, size_t len, bool urgent);

/* A file of ours in sent/ or failed/. What is not said is empty, or -1. */
struct spool_done {
    char to[SPOOL_NUMBER_SIZE];      /* digits, as reports name it */
    char modem[SPOOL_MODEM_SIZE];
    int message_id;                  /* 0..255, of the last part: what its report will name */
    char reason[200];                /* of a failure */
};
void spool_file_parse_done(const char *bytes, size_t len, struct spool_done *ret);

struct spool_incoming {              /* zeroed is empty; spool_incoming_done() */
    struct buf from;                 /* E.164 with "+" */
    struct buf text;                 /* valid UTF-8, at most 1,600 bytes; of a report: empty */
    bool report;
    char to[SPOOL_NUMBER_SIZE];      /* of a report: whose telephone it speaks of, digits; as in spool_done */
    char modem[SPOOL_MODEM_SIZE];
    int message_id;
    int status;                      /* TP-Status */
};
enum spool_verdict { SPOOL_NOT_FINAL, SPOOL_DELIVERED, SPOOL_NEVER };

/* ERR_SYNTAX: no text that somebody sent; *ret_reason (static) says why. */
WARN_UNUSED enum err spool_file_parse_incoming(const char *bytes, size_t len, struct spool_incoming *ret,
                                               const char **ret_reason);
void spool_incoming_done(struct spool_incoming *incoming);
enum spool_verdict spool_status_verdict(int status);

#endif
