/* Templates of an HTTP gateway's method, address, headers and body: text with placeholders in braces, each of which is
 * encoded for where it stands. Braces around anything else are text (a JSON body is full of them). */
#ifndef GATEWAYS_GATEWAY_TEMPLATE_H
#define GATEWAYS_GATEWAY_TEMPLATE_H

#include "base/buf.h"
#include "base/err.h"

enum template_place {
    TEMPLATE_ADDRESS,        /* a URL: percent-encoded */
    TEMPLATE_FORM,           /* application/x-www-form-urlencoded: percent-encoded */
    TEMPLATE_JSON,           /* escaped for the inside of a string; the quotes are the template's */
    TEMPLATE_XML,            /* escaped for text and for quoted attributes */
    TEMPLATE_PLAIN,          /* as it is */
    TEMPLATE_HEADER,         /* as it is; a control character is refused */
};

struct template_values {     /* NULL or "": empty */
    const char *to, *from, *text, *subject, *page, *receipt_url, *username, *password;
    const char *prompt, *language, *ask_url, *answer_url, *end_url, *ring_seconds;      /* of a call */
    const char *coding; /* of the text as an SMS: "0" the GSM 7-bit alphabet, "2" UCS-2 (Kannel and SMPP gateways ask for it) */
};

/* The place of a body, told by its content type; NULL: a form. */
enum template_place template_place_of_body(const char *content_type);

/* Adds to `buf`. In an address or a form a parameter whose {receipt-url} is empty is left out whole: an empty address is not the
 * same as none. ERR_SYNTAX: a header would hold a control character. */
WARN_UNUSED enum err template_render(const char *text, enum template_place place, const struct template_values *values,
                                     struct buf *buf);

#endif
