#include "gateways/message_texts.h"

#include "base/gsm7.h"
#include "base/text.h"
#include "gateways/message_template.h"

static const char *const field_names[TEXT_FIELD_COUNT] = {
    [TEXT_SMS] = "sms", [TEXT_SUBJECT] = "email-subject", [TEXT_BODY] = "email-body", [TEXT_VOICE] = "voice",
};

/* ---- names ---- */

unsigned message_text_kind(const struct message_view *view)
{
    bool to_source = view->incident != 0 && !*view->person_id;
    if (view->purpose == PURPOSE_PAGE && view->drill)
        return TEXT_KIND_DRILL;
    return view->purpose == PURPOSE_WITHDRAWN && to_source ? TEXT_KIND_SOURCE_WITHDRAWN : view->purpose;
}

const char *message_text_kind_name(unsigned kind)
{
    if (kind == TEXT_KIND_DRILL)
        return "drill";
    if (kind == TEXT_KIND_SOURCE_WITHDRAWN)
        return "source-withdrawn";
    return purpose_known(kind) ? purpose_name((enum purpose)kind) : NULL;
}

bool message_text_kind_is_page(unsigned kind)
{
    return kind == TEXT_KIND_DRILL || kind == PURPOSE_PAGE;
}

static bool has_field(unsigned kind, enum text_field field)
{
    return message_text_kind_name(kind) && (field != TEXT_VOICE || message_text_kind_is_page(kind));
}

void message_text_name_add(struct buf *buf, unsigned kind, enum text_field field)
{
    buf_add_text(buf, message_text_kind_name(kind));
    buf_add_char(buf, '-');
    buf_add_text(buf, field_names[field]);
}

static bool is_name(const char *key, size_t len, unsigned kind, enum text_field field)
{
    CLEANUP_BUF struct buf name = { 0 };
    if (!has_field(kind, field))
        return false;
    message_text_name_add(&name, kind, field);
    return name.len == len && memcmp(buf_text(&name), key, len) == 0;
}

bool message_text_name_parse(const char *key, enum language language, struct text_name *ret)
{
    const char *dot = strchr(key, '.');
    size_t len = dot ? (size_t)(dot - key) : strlen(key);
    if (dot && strcmp(dot, ".sv") != 0 && strcmp(dot, ".en") != 0)
        return false;
    if (dot)
        language = strcmp(dot, ".en") == 0 ? LANGUAGE_EN : LANGUAGE_SV;
    for (unsigned kind = 0; kind < TEXT_KIND_END; kind++) {
        for (int field = 0; field < TEXT_FIELD_COUNT; field++) {
            *ret = (struct text_name){ kind, (enum text_field)field, language };
            if (is_name(key, len, kind, ret->field))
                return true;
        }
    }
    return false;
}

/* ---- marks ---- */

static bool begins_with_one_of(const char *text, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strncmp(text, list[i], strlen(list[i])) == 0)
            return true;
    return false;
}

/* A drill's mark and the word for the severity are one placeholder: it says the one or the other. */
static const char *missing_mark(unsigned kind, enum text_field field, const char *text)
{
    static const char *const marks[] = { "{severity}", "{mark}", "[{mark}. ]", "[{mark} ]", "[{mark}]" };
    if (message_text_kind_is_page(kind)) {
        bool begins = begins_with_one_of(text, marks, 1);
        return begins ? "" : field == TEXT_VOICE ? "{severity}. " : "{severity} ";
    }
    return begins_with_one_of(text, marks, N_ELEMENTS(marks)) ? "" : "[{mark}. ]";
}

/* Lines of the file are lines of the mail; an empty one, which no indented line can be, is written \n. */
static void add_lines(struct buf *buf, const char *text)
{
    for (const char *end; (end = strstr(text, "\\n")) != NULL; text = end + 2) {
        buf_add(buf, text, (size_t)(end - text));
        buf_add_char(buf, '\n');
    }
    buf_add_text(buf, text);
}

void message_text_add_ready(struct buf *buf, unsigned kind, enum text_field field, const char *text)
{
    CLEANUP_BUF struct buf clean = { 0 };
    if (field == TEXT_BODY)
        text_add_clean_block(&clean, text, strlen(text));
    else
        text_add_clean_line(&clean, text, strlen(text));
    buf_add_text(buf, missing_mark(kind, field, buf_text(&clean)));
    if (field == TEXT_SMS)
        gsm7_add_normalised(buf, buf_text(&clean), clean.len);
    else if (field == TEXT_BODY)
        add_lines(buf, buf_text(&clean));
    else
        buf_add_text(buf, buf_text(&clean));
    if (field != TEXT_BODY)
        return;
    buf_add_char(buf, '\n');
    if (!message_template_uses(buf_text(&clean), VALUE_DRILL))
        buf_add_text(buf, "[\n{drill}\n]");
}

/* ---- what is in force ---- */

struct message_texts {
    char *text[TEXT_LANGUAGES][TEXT_KIND_END][TEXT_FIELD_COUNT];     /* NULL: built in */
};

static void take(struct message_texts *texts, const struct text_name *name, const char *text)
{
    CLEANUP_BUF struct buf ready = { 0 };
    CLEANUP_BUF struct buf problem = { 0 };
    char **place = &texts->text[name->language][name->kind][name->field];
    if (*place || strlen(text) > TEXT_MAX_BYTES || !message_template_check(text, &problem))
        return;
    message_text_add_ready(&ready, name->kind, name->field, text);
    *place = buf_take(&ready);
}

struct message_texts *message_texts_new(const struct config *config)
{
    struct message_texts *texts = NEW(struct message_texts);
    for (size_t i = 0; i < config->n_texts; i++) {
        struct text_name name;
        if (message_text_name_parse(config->texts[i].key, config->plan.language, &name))
            take(texts, &name, config->texts[i].text);
    }
    return texts;
}

void message_texts_free(struct message_texts *texts)
{
    for (size_t i = 0; texts && i < TEXT_LANGUAGES; i++)
        for (size_t j = 0; j < TEXT_KIND_END; j++)
            for (size_t k = 0; k < TEXT_FIELD_COUNT; k++)
                free(texts->text[i][j][k]);
    free(texts);
}

const char *message_texts_find(const struct message_texts *texts, unsigned kind, enum text_field field, enum language language)
{
    if (!texts)
        return NULL;
    const char *own = texts->text[language][kind][field];
    return own || kind != TEXT_KIND_DRILL ? own : texts->text[language][PURPOSE_PAGE][field];
}
