#include "gateways/message_template.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

static const char *const names[VALUE_COUNT] = {
    [VALUE_ALARM] = "severity",
    [VALUE_MARK] = "mark",
    [VALUE_ROLE] = "role",
    [VALUE_TITLE] = "title",
    [VALUE_ORGANISATION] = "organisation",
    [VALUE_AT] = "time",
    [VALUE_ACKNOWLEDGED] = "acknowledged",
    [VALUE_UPDATED] = "updated",
    [VALUE_CLOSED] = "closed",
    [VALUE_CLOCK] = "clock",
    [VALUE_WHAT] = "what",
    [VALUE_SUMMARY] = "summary",
    [VALUE_LOCATION] = "location",
    [VALUE_PERSON] = "person",
    [VALUE_CALLBACK] = "callback",
    [VALUE_CODE] = "code",
    [VALUE_LINK] = "link",
    [VALUE_USE_LINK] = "use-link",
    [VALUE_ID] = "id",
    [VALUE_BY] = "by",
    [VALUE_NUMBER] = "number",
    [VALUE_SINCE] = "since",
    [VALUE_COUNT_UPDATES] = "count",
    [VALUE_GATEWAY] = "gateway",
    [VALUE_REASON] = "reason",
    [VALUE_FROM] = "from",
    [VALUE_UNTIL] = "until",
    [VALUE_OTHER] = "other",
    [VALUE_ANSWERED] = "answered",
    [VALUE_MISSING] = "missing",
    [VALUE_DRILL] = "drill",
};

void message_values_done(struct message_values *values)
{
    for (size_t i = 0; i < VALUE_COUNT; i++)
        buf_done(&values->value[i]);
}

/* VALUE_COUNT: there is none of that name. */
static enum message_value value_named(const char *name, size_t len)
{
    size_t i = 0;
    while (i < VALUE_COUNT && (strlen(names[i]) != len || memcmp(names[i], name, len) != 0))
        i++;
    return (enum message_value)i;
}

/* ---- checking ---- */

struct group {
    bool open;
    uint64_t values;         /* 1 << enum message_value */
};

static void add_unknown(struct buf *problem, const char *name, size_t len)
{
    CLEANUP_BUF struct buf typed = { 0 };
    buf_add(&typed, name, len);
    const char *near = text_nearest(buf_text(&typed), names, VALUE_COUNT);
    buf_add_text(problem, "unknown placeholder {");
    buf_add_text(problem, buf_text(&typed));
    buf_add_text(problem, near ? "}; did you mean {" : "}; there are");
    if (near)
        buf_add_text(problem, near);
    for (size_t i = 0; !near && i < VALUE_COUNT; i++) {
        buf_add_text(problem, i > 0 ? "} {" : " {");
        buf_add_text(problem, names[i]);
    }
    buf_add_text(problem, near ? "}?" : "}");
}

/* What must reach a person stands in brackets with nothing else whose absence could take it away. */
static bool check_group(const struct group *group, struct buf *problem)
{
    static const enum message_value kept[] = { VALUE_CODE, VALUE_LINK, VALUE_CALLBACK };
    if (group->values == 0) {
        buf_add_text(problem, "brackets hold what is left out where a placeholder in them is empty; these hold no placeholder");
        return false;
    }
    for (size_t i = 0; i < N_ELEMENTS(kept); i++) {
        uint64_t others = group->values & ~(UINT64_C(1) << kept[i]);
        if (others == group->values || others == 0)
            continue;
        buf_add_text(problem, "{");
        buf_add_text(problem, names[kept[i]]);
        buf_add_text(problem, "} shares its brackets with another placeholder, and would be left out where that one is empty");
        return false;
    }
    return true;
}

static bool check_placeholder(const char **at, struct group *group, struct buf *problem)
{
    const char *name = *at + 1;
    size_t len = strcspn(name, "}{[]");
    enum message_value value = value_named(name, len);
    if (name[len] != '}') {
        buf_add_text(problem, "a '{' without its '}'");
        return false;
    }
    if (value == VALUE_COUNT) {
        add_unknown(problem, name, len);
        return false;
    }
    group->values |= UINT64_C(1) << value;
    *at = name + len;
    return true;
}

static bool check_bracket(char bracket, struct group *group, struct buf *problem)
{
    if (bracket == '[' && group->open)
        buf_add_text(problem, "brackets do not stand within brackets");
    else if (bracket == ']' && !group->open)
        buf_add_text(problem, "a ']' without its '['");
    else if (bracket == '[' || check_group(group, problem))
        *group = (struct group){ .open = bracket == '[' };
    return problem->len == 0;
}

bool message_template_check(const char *template, struct buf *ret_problem)
{
    _Static_assert(VALUE_COUNT <= 64, "a bit for each");
    struct group group = { 0 };
    buf_clear(ret_problem);
    for (const char *at = template; *at; at++) {
        if (*at == '{' && !check_placeholder(&at, &group, ret_problem))
            return false;
        if ((*at == '[' || *at == ']') && !check_bracket(*at, &group, ret_problem))
            return false;
    }
    if (group.open)
        buf_add_text(ret_problem, "a '[' without its ']'");
    return ret_problem->len == 0;
}

bool message_template_uses(const char *template, enum message_value value)
{
    for (const char *at = strchr(template, '{'); at; at = strchr(at + 1, '{'))
        if (value_named(at + 1, strcspn(at + 1, "}")) == value)
            return true;
    return false;
}

/* ---- rendering ---- */

static bool ends_a_sentence(const struct buf *buf)
{
    return buf->len > 0 && strchr(".!?", buf->data[buf->len - 1]);
}

void message_template_add(struct buf *buf, const char *template, const struct message_values *values)
{
    size_t group_start = 0;
    bool group_empty = false;
    for (const char *at = template; *at; at++) {
        if (*at == '[') {
            group_start = buf->len;
            group_empty = false;
        } else if (*at == ']') {
            if (group_empty)
                buf_cut(buf, group_start);
        } else if (*at == '{') {
            size_t len = strcspn(at + 1, "}");
            enum message_value which = value_named(at + 1, len);
            assert(which != VALUE_COUNT);
            const struct buf *value = &values->value[which];
            group_empty = group_empty || value->len == 0;
            buf_add(buf, buf_text(value), value->len);
            at += len + 1;
        } else if (*at != '.') {
            size_t len = strcspn(at, "[]{.");
            buf_add(buf, at, len);
            at += len - 1;
        } else if (!ends_a_sentence(buf)) {
            buf_add_char(buf, '.');
        }
    }
}
