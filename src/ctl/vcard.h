/* One contact for the officers' telephones, with the numbers that pages come from: vCard 3.0 (RFC 2426), which iPhone and
 * Android both read. */
#ifndef CTL_VCARD_H
#define CTL_VCARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct vcard {               /* borrowed */
    const char *organisation;
    bool swedish;
    const char *const *numbers;
    size_t n_numbers;
};

/* A telephone number: digits, perhaps after a plus. Short numbers count, names do not. */
bool vcard_is_number(const char *text);
void vcard_add(struct buf *buf, const struct vcard *vcard);

#endif
