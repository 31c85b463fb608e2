/* Breaks planted into the store on purpose, to see that they are found. The linker sends the store's calls here first. */
#ifndef TESTS_CRASH_PLANTED_H
#define TESTS_CRASH_PLANTED_H

enum planted {
    PLANTED_NONE,
    PLANTED_SYNC_OFF,        /* PRAGMA synchronous = OFF */
    PLANTED_EARLY,           /* a commit is confirmed before its sync */
    PLANTED_NO_CHAIN,        /* the links do not follow from each other */
    PLANTED_NO_BATCH,        /* each record is a transaction of its own */
    PLANTED_RETRYING,        /* a sync that failed is tried again, and believed */
    PLANTED_UNSETTLED,       /* what the write-ahead log holds at a start is taken as it reads */
    PLANTED_FORGETFUL,       /* the next file does not take over what lives */
    PLANTED_COUNT
};

extern enum planted planted;             /* what is broken in this process */
const char *planted_name(enum planted which);

#endif
