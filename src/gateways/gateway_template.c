#include "gateways/gateway_template.h"

#include <string.h>

#include "base/text.h"
#include "loop/http.h"

/* ---- encodings ---- */

static void add_json(struct buf *buf, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            buf_add_char(buf, '\\');
            buf_add_char(buf, *text);
        } else if (c < 0x20) {
            buf_add_text(buf, "\\u00");
            text_add_hex(buf, &c, 1);
        } else {
            buf_add_char(buf, *text);
        }
    }
}

static void add_xml(struct buf *buf, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&': buf_add_text(buf, "&amp;"); break;
        case '<': buf_add_text(buf, "&lt;"); break;
        case '>': buf_add_text(buf, "&gt;"); break;
        case '"': buf_add_text(buf, "&quot;"); break;
        case '\'': buf_add_text(buf, "&#39;"); break;
        default:
            if ((unsigned char)*text < 0x20 && *text != '\n')
                buf_add_char(buf, ' ');          /* XML has no way to write it */
            else
                buf_add_char(buf, *text);
        }
    }
}

static bool has_control(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    }
    return false;
}

static enum err add_value(struct buf *buf, enum template_place place, const char *value)
{
    switch (place) {
    case TEMPLATE_ADDRESS:
    case TEMPLATE_FORM:
        http_add_form_encoded(buf, value);
        break;
    case TEMPLATE_JSON:
        add_json(buf, value);
        break;
    case TEMPLATE_XML:
        add_xml(buf, value);
        break;
    case TEMPLATE_HEADER:
        if (has_control(value))
            return ERR_SYNTAX;
        buf_add_text(buf, value);
        break;
    case TEMPLATE_PLAIN:
        buf_add_text(buf, value);
        break;
    }
    return ERR_OK;
}

/* ---- placeholders ---- */

static const struct placeholder {
    const char *name;
    size_t at;
} placeholders[] = {
    { "{to}", offsetof(struct template_values, to) },
    { "{from}", offsetof(struct template_values, from) },
    { "{text}", offsetof(struct template_values, text) },
    { "{subject}", offsetof(struct template_values, subject) },
    { "{coding}", offsetof(struct template_values, coding) },
    { "{page}", offsetof(struct template_values, page) },
    { "{receipt-url}", offsetof(struct template_values, receipt_url) },
    { "{prompt}", offsetof(struct template_values, prompt) },
    { "{language}", offsetof(struct template_values, language) },
    { "{ask-url}", offsetof(struct template_values, ask_url) },
    { "{answer-url}", offsetof(struct template_values, answer_url) },
    { "{end-url}", offsetof(struct template_values, end_url) },
    { "{ring-seconds}", offsetof(struct template_values, ring_seconds) },
    { "{username}", offsetof(struct template_values, username) },
    { "{password}", offsetof(struct template_values, password) },
};

static const struct placeholder *placeholder_at(const char *text)
{
    for (size_t i = 0; i < N_ELEMENTS(placeholders); i++) {
        if (strncmp(text, placeholders[i].name, strlen(placeholders[i].name)) == 0)
            return &placeholders[i];
    }
    return NULL;
}

static const char *value_of(const struct placeholder *placeholder, const struct template_values *values)
{
    const char *value;
    memcpy(&value, (const char *)values + placeholder->at, sizeof value);
    return value ? value : "";
}

/* ---- a parameter that is left out ---- */

static bool in_parameters(enum template_place place, const struct buf *buf, size_t template_start)
{
    return place == TEMPLATE_FORM || (place == TEMPLATE_ADDRESS && strchr(buf_text(buf) + template_start, '?'));
}

static size_t parameter_start(const struct buf *buf, size_t template_start)
{
    size_t at = buf->len;
    while (at > template_start && buf->data[at - 1] != '&' && buf->data[at - 1] != '?')
        at--;
    return at;
}

/* Cuts away the parameter that is being written, with the "&" before it, and returns where the template goes on: at the "&"
 * after it, or past that where the next parameter becomes the first. */
static const char *leave_out(const char *rest, struct buf *buf, size_t template_start)
{
    size_t start = parameter_start(buf, template_start);
    bool first = start == template_start || buf->data[start - 1] == '?';
    const char *next = strchr(rest, '&');
    if (!first || !next)
        start -= start > template_start;
    buf_cut(buf, start);
    if (!next)
        return rest + strlen(rest);
    return first ? next + 1 : next;
}

enum template_place template_place_of_body(const char *content_type)
{
    CLEANUP_BUF struct buf type = { 0 };
    if (!content_type)
        return TEMPLATE_FORM;
    text_add_folded(&type, content_type, strlen(content_type));
    if (strstr(buf_text(&type), "application/x-www-form-urlencoded"))
        return TEMPLATE_FORM;
    if (strstr(buf_text(&type), "json"))
        return TEMPLATE_JSON;
    return strstr(buf_text(&type), "xml") ? TEMPLATE_XML : TEMPLATE_PLAIN;
}

enum err template_render(const char *text, enum template_place place, const struct template_values *values, struct buf *buf)
{
    size_t start = buf->len;
    while (*text) {
        const struct placeholder *placeholder = *text == '{' ? placeholder_at(text) : NULL;
        if (!placeholder) {
            buf_add_char(buf, *text++);
            continue;
        }
        const char *value = value_of(placeholder, values);
        text += strlen(placeholder->name);
        if (!*value && placeholder->at == offsetof(struct template_values, receipt_url) && in_parameters(place, buf, start)) {
            text = leave_out(text, buf, start);
            continue;
        }
        enum err err = add_value(buf, place, value);
        if (err)
            return err;
    }
    return ERR_OK;
}
