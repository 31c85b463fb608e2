#include "config/value.h"

#include "base/buf.h"
#include "base/text.h"

struct origin scope_origin(const struct scope *scope, const struct doc_entry *entry)
{
    return doc_origin(scope->doc, entry->value.line);
}

struct origin scope_section_origin(const struct scope *scope)
{
    return doc_origin(scope->doc, scope->section ? scope->section->line : 0);
}

/* The entry if it is there and has a value; an empty one was already reported. */
static const struct doc_entry *given(const struct scope *scope, const char *key)
{
    const struct doc_entry *entry = doc_entry(scope->section, key);
    return entry && entry->value.text[0] ? entry : NULL;
}

const char *value_text(const struct scope *scope, const char *key, const char *fallback)
{
    const struct doc_entry *entry = given(scope, key);
    if (!entry)
        return fallback;
    CLEANUP_BUF struct buf clean = { 0 };
    text_add_clean_line(&clean, entry->value.text, strlen(entry->value.text));
    if (clean.len == 0) {
        load_error(scope->load, scope_origin(scope, entry), "'%s' has no value that can be seen", key);
        return fallback;
    }
    return arena_strdup(scope->load->arena, buf_text(&clean));
}

const char *value_raw(const struct scope *scope, const char *key)
{
    const struct doc_entry *entry = doc_entry(scope->section, key);
    if (!entry)
        return NULL;
    CLEANUP_BUF struct buf joined = { 0 };
    for (const struct doc_line *line = &entry->value; line; line = line->next)
        buf_add_text(&joined, line->text);
    return joined.len > 0 ? arena_strdup(scope->load->arena, buf_text(&joined)) : NULL;
}

bool value_bool(const struct scope *scope, const char *key, bool fallback)
{
    static const char *const yes[] = { "yes", "ja", "true", "on", "1" };
    static const char *const no[] = { "no", "nej", "false", "off", "0" };
    const struct doc_entry *entry = given(scope, key);
    for (size_t i = 0; entry && i < N_ELEMENTS(yes); i++) {
        if (text_equal_fold(entry->value.text, yes[i]))
            return true;
        if (text_equal_fold(entry->value.text, no[i]))
            return false;
    }
    if (entry)
        load_error(scope->load, scope_origin(scope, entry), "'%s' is yes or no, not '%s'", key, entry->value.text);
    return fallback;
}

int64_t value_duration(const struct scope *scope, const char *key, int64_t fallback_usec, int64_t min_usec, int64_t max_usec)
{
    const struct doc_entry *entry = given(scope, key);
    if (!entry)
        return fallback_usec;
    int64_t usec;
    if (text_to_duration(entry->value.text, &usec) != ERR_OK) {
        load_error(scope->load, scope_origin(scope, entry), "'%s' is no duration; write it as 90s, 5m, 2h or 14d",
                   entry->value.text);
        return fallback_usec;
    }
    if (usec >= min_usec && usec <= max_usec)
        return usec;
    CLEANUP_BUF struct buf range = { 0 };
    text_add_duration(&range, min_usec);
    buf_add_text(&range, " to ");
    text_add_duration(&range, max_usec);
    load_error(scope->load, scope_origin(scope, entry), "'%s' is %s, outside %s", key, entry->value.text, buf_text(&range));
    return fallback_usec;
}

unsigned value_number(const struct scope *scope, const char *key, unsigned fallback, unsigned min, unsigned max)
{
    const struct doc_entry *entry = given(scope, key);
    if (!entry)
        return fallback;
    uint64_t number;
    if (text_to_u64(entry->value.text, max, &number) == ERR_OK && number >= min)
        return (unsigned)number;
    load_error(scope->load, scope_origin(scope, entry), "'%s' is a number from %u to %u, not '%s'", key, min, max,
               entry->value.text);
    return fallback;
}

bool value_rate(const struct scope *scope, const char *key, const char *example, unsigned max, unsigned *ret, int64_t *ret_usec)
{
    const struct doc_entry *entry = given(scope, key);
    if (!entry)
        return false;
    const char *text = entry->value.text, *slash = strchr(text, '/');
    const char *digits = slash ? arena_strndup(scope->load->arena, text, (size_t)(slash - text)) : "";
    uint64_t number = 0;
    int64_t usec = 0;
    if (slash && slash[1] && !slash[2])
        usec = slash[1] == 's' ? USEC_PER_SEC : slash[1] == 'm' ? USEC_PER_MIN : slash[1] == 'h' ? USEC_PER_HOUR : 0;
    if (usec == 0 || text_to_u64(digits, max, &number) != ERR_OK || number == 0) {
        load_error(scope->load, scope_origin(scope, entry),
                   "%s = '%s' is not as %s; /s, /m and /h are the units, and 1 to %u the number", key, text, example, max);
        return false;
    }
    *ret = (unsigned)number;
    *ret_usec = usec;
    return true;
}

size_t value_choice(const struct scope *scope, const char *key, const char *const *choices, size_t n, size_t fallback)
{
    const struct doc_entry *entry = given(scope, key);
    if (!entry)
        return fallback;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(entry->value.text, choices[i]) == 0)
            return i;
    }
    CLEANUP_BUF struct buf list = { 0 };
    for (size_t i = 0; i < n; i++) {
        buf_add_text(&list, i == 0 ? "" : i + 1 == n ? " or " : ", ");
        buf_add_text(&list, choices[i]);
    }
    load_error(scope->load, scope_origin(scope, entry), "'%s' is %s, not '%s'", key, buf_text(&list), entry->value.text);
    return fallback;
}

unsigned value_channels(const struct scope *scope, const char *key, unsigned fallback)
{
    const struct doc_entry *entry = given(scope, key);
    if (!entry)
        return fallback;
    struct value_list list;
    unsigned channels;
    value_list_begin(&list, entry);
    return parse_channel_list(scope->load, scope_origin(scope, entry), &list, &channels) ? channels : fallback;
}

/* ---- lists ---- */

void value_list_begin_at(struct value_list *list, const struct doc_line *line, const char *at)
{
    list->line = line;
    list->at = at;
}

void value_list_begin(struct value_list *list, const struct doc_entry *entry)
{
    value_list_begin_at(list, &entry->value, entry->value.text);
}

const char *value_list_next(struct value_list *list, struct load *load, int *ret_line)
{
    while (list->line) {
        const char *item = list->at + strspn(list->at, " \t,");
        if (!*item) {
            list->line = list->line->next;
            list->at = list->line ? list->line->text : NULL;
            continue;
        }
        size_t len = strcspn(item, ",");
        list->at = item + len;
        while (len > 0 && (item[len - 1] == ' ' || item[len - 1] == '\t'))
            len--;
        *ret_line = list->line->line;
        return arena_strndup(load->arena, item, len);
    }
    return NULL;
}
