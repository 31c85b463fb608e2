#include "engine/reply.h"

#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "engine/ids.h"

enum { WORDS_MAX = 8, WORD_BYTES = REPLY_ROLE_BYTES };

struct words {
    char word[WORDS_MAX][WORD_BYTES];
    size_t n;
    bool too_many;
};

static bool separates(char c)
{
    return c != '\0' && strchr(" \t\r\n.,;:!?\"'()", c) != NULL;
}

static void split(const char *text, struct words *ret)
{
    ret->n = 0;
    ret->too_many = false;
    while (*text) {
        size_t len = 0;
        while (separates(*text))
            text++;
        while (text[len] && !separates(text[len]))
            len++;
        if (len == 0)
            break;
        if (ret->n == WORDS_MAX || len >= WORD_BYTES) {
            ret->too_many = true;
            return;
        }
        memcpy(ret->word[ret->n], text, len);
        ret->word[ret->n++][len] = '\0';
        text += len;
    }
}

static bool one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (text_equal_fold(word, *list))
            return true;
    return false;
}

/* "KAN INTE", "KAN EJ": two words with one meaning. Folded into the first, so that what follows sees single words. */
static void join_cannot(struct words *words)
{
    static const char *const negations[] = {"inte", "ej", NULL};
    for (size_t i = 0; i + 1 < words->n; i++) {
        if (!text_equal_fold(words->word[i], "kan") || !one_of(words->word[i + 1], negations))
            continue;
        memcpy(words->word[i], "NEJ", sizeof("NEJ"));
        memmove(words->word[i + 1], words->word[i + 2], (words->n - i - 2) * WORD_BYTES);
        words->n--;
    }
}

static const char *const yes[] = {"ja", "ok", "yes", NULL};
static const char *const no[] = {"nej", "no", NULL};

/* "JA417302", "417302ja": the space is easily forgotten at night, and six digits behind such a word are nothing else. */
static void part_codes(struct words *words)
{
    for (size_t i = 0; i < words->n && words->n < WORDS_MAX; i++) {
        char *word = words->word[i], front[WORD_BYTES] = "";
        size_t len = strlen(word), digits = strspn(word, "0123456789");
        size_t at = digits == CODE_DIGITS ? CODE_DIGITS : strcspn(word, "0123456789");
        bool ends_in_code = digits == 0 && len - at == CODE_DIGITS && strspn(word + at, "0123456789") == CODE_DIGITS;
        if (at == len || (digits != CODE_DIGITS && !ends_in_code))
            continue;
        memcpy(front, word, at);
        const char *verb = digits == CODE_DIGITS ? word + at : front;
        if (!one_of(verb, yes) && !one_of(verb, no))
            continue;
        memmove(words->word[i + 2], words->word[i + 1], (words->n - i - 1) * WORD_BYTES);
        memcpy(words->word[i + 1], word + at, len - at + 1);
        word[at] = '\0';
        words->n++;
    }
}

/* A number of six digits is a code, a shorter one minutes. False: neither, or the second of its kind. */
static bool take_number(const char *word, struct reply *ret, bool *minutes_said)
{
    uint64_t number;
    bool code = strlen(word) == CODE_DIGITS;
    if (text_to_u64(word, code ? 999999 : 999, &number) != ERR_OK || (code ? number == 0 || ret->code != 0 : *minutes_said))
        return false;
    *(code ? &ret->code : &ret->minutes) = (uint32_t)number;
    *minutes_said = *minutes_said || !code;
    return true;
}

static bool take_word(const char *word, struct reply *ret)
{
    enum reply_verb verb = one_of(word, yes) ? REPLY_YES : one_of(word, no) ? REPLY_NO : REPLY_CALL_IN;
    if (ret->verb != REPLY_UNCLEAR && (ret->verb != verb || verb == REPLY_CALL_IN))
        return false;
    if (verb == REPLY_CALL_IN)
        memcpy(ret->role, word, strlen(word) + 1);
    ret->verb = verb;
    return true;
}

static bool digits_only(const char *word)
{
    return strspn(word, "0123456789") == strlen(word);
}

void reply_parse(const char *text, struct reply *ret)
{
    struct words words;
    bool clear, minutes_said = false;
    *ret = (struct reply){.verb = REPLY_UNCLEAR};
    split(text, &words);
    join_cannot(&words);
    part_codes(&words);
    clear = words.n > 0 && !words.too_many;
    for (size_t i = 0; i < words.n; i++)
        if (digits_only(words.word[i]) ? !take_number(words.word[i], ret, &minutes_said) : !take_word(words.word[i], ret))
            clear = false;
    if (clear && ret->verb == REPLY_UNCLEAR && ret->code != 0)
        ret->verb = REPLY_YES;      /* the code alone */
    if (minutes_said && ret->verb != REPLY_YES)
        clear = false;
    if (!clear)
        ret->verb = REPLY_UNCLEAR;
}
