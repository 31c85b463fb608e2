/* ROLE FROM TO PERSON, as people type it: a day and its time may be two words, and there may be a "/" between the times. */
#ifndef CTL_SHIFT_OPERANDS_H
#define CTL_SHIFT_OPERANDS_H

#include "base/buf.h"
#include "ctl/args.h"

struct shift_operands {      /* a value: zeroed is empty; shift_operands_done() */
    const char *role, *person;   /* borrowed from args */
    struct buf from, to;
};

/* false: there are too few or too many of them. */
bool shift_operands_read(struct shift_operands *operands, const struct args *args);
void shift_operands_done(struct shift_operands *operands);

#endif
