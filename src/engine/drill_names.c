#include "engine/drill.h"

#include <string.h>

bool drill_next_name(const char **list, struct drill_name *ret)
{
    const char *at = *list;
    size_t len = at ? strcspn(at, ",") : 0;
    if (len == 0)
        return false;
    const char *colon = memchr(at, ':', len);
    *ret = (struct drill_name){.kind = at, .kind_len = len, .name = at + len};
    if (colon) {
        ret->kind_len = (size_t)(colon - at);
        ret->name = colon + 1;
        ret->name_len = len - ret->kind_len - 1;
    }
    *list = at + len + (at[len] == ',');
    return true;
}

bool drill_was_aborted(const char *reason)
{
    return reason && strncmp(reason, DRILL_ENDED_ABORTED, strlen(DRILL_ENDED_ABORTED)) == 0;
}

bool drill_has_kind(const struct drill_name *name, const char *kind)
{
    return strlen(kind) == name->kind_len && memcmp(kind, name->kind, name->kind_len) == 0;
}

bool drill_lists(const char *list, const char *kind, const char *name)
{
    struct drill_name at;
    while (drill_next_name(&list, &at))
        if (drill_has_kind(&at, kind) && strlen(name) == at.name_len && memcmp(name, at.name, at.name_len) == 0)
            return true;
    return false;
}

void drill_add_name(struct buf *list, const char *kind, const char *name)
{
    if (list->len > 0 && drill_lists(buf_text(list), kind, name))
        return;
    if (list->len > 0)
        buf_add_char(list, ',');
    buf_add_text(list, kind);
    if (*name)
        buf_add_char(list, ':');
    buf_add_text(list, name);
}

const char *drill_default_scenario(enum language language)
{
    return language == LANGUAGE_EN ? "Exercise of the alarm chain" : "Övning av larmkedjan";
}
