/* The texts that an administrator wrote in place of the built-in ones: [texts] of beredd.ini, by name: "page-sms",
 * "drill-email-body", "source-taken-sms.en". Each is a template: see message_template.h.
 *
 * Whatever is written there, a drill is marked as one, and a page says first how severe it is (P13): where a template does not
 * begin with that word or mark, it is put before it here. */
#ifndef GATEWAYS_MESSAGE_TEXTS_H
#define GATEWAYS_MESSAGE_TEXTS_H

#include <stdbool.h>

#include "config/config.h"
#include "engine/engine.h"

/* What a text is for: a purpose, or one of two that only the words tell from another. */
enum { TEXT_KIND_DRILL = 0, TEXT_KIND_SOURCE_WITHDRAWN = PURPOSE_END, TEXT_KIND_END };
enum text_field { TEXT_SMS, TEXT_SUBJECT, TEXT_BODY, TEXT_VOICE, TEXT_FIELD_COUNT };
enum { TEXT_LANGUAGES = LANGUAGE_EN + 1, TEXT_MAX_BYTES = 2000 };

unsigned message_text_kind(const struct message_view *view);
const char *message_text_kind_name(unsigned kind);           /* "page", "drill", "source-withdrawn"; NULL: there is none of
                                                                that number */
bool message_text_kind_is_page(unsigned kind);

struct text_name {
    unsigned kind;
    enum text_field field;
    enum language language;
};
/* "page-sms" is for `language`, "page-sms.en" for that one. False: there is no such text. */
bool message_text_name_parse(const char *key, enum language language, struct text_name *ret);
void message_text_name_add(struct buf *buf, unsigned kind, enum text_field field);

struct message_texts;
/* Owns copies. Texts that are none, or cannot be rendered, are passed over: message_check.h says what is wrong with them. */
struct message_texts *message_texts_new(const struct config *config);
void message_texts_free(struct message_texts *texts);        /* accepts NULL */
DEFINE_CLEANUP(struct message_texts *, message_texts_free)

/* NULL: the built-in one holds. A drill's page takes the page's where it has none of its own. texts: NULL is none. */
const char *message_texts_find(const struct message_texts *texts, unsigned kind, enum text_field field, enum language language);

/* The template as it is used: clean, lines joined where it is one line, and the mark before it where it lacks one. */
void message_text_add_ready(struct buf *buf, unsigned kind, enum text_field field, const char *text);

#endif
