/* The grammar of what people text back: interface.md, "Replies by SMS". */
#ifndef ENGINE_REPLY_H
#define ENGINE_REPLY_H

#include <stdbool.h>
#include <stdint.h>

enum reply_verb { REPLY_UNCLEAR, REPLY_YES, REPLY_NO, REPLY_CALL_IN };

enum { REPLY_ROLE_BYTES = 64 };

struct reply {
    enum reply_verb verb;
    uint32_t code;                    /* 0: none; codes never are */
    uint32_t minutes;                 /* 0: not said, or there already; at most 999 */
    char role[REPLY_ROLE_BYTES];      /* of CALL_IN: the one other word, as typed */
};

/* Reads a text. UNCLEAR when a word is not understood, words contradict each other, or a number is no code and no minutes;
 * the code is filled in even then if there is exactly one. A bare word has code 0. */
void reply_parse(const char *text, struct reply *ret);

#endif
