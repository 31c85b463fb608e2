#include "api/body.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static bool refuse(struct body_problem *problem, int status, const char *field, const char *format, ...) PRINTF(4, 5);

static bool refuse(struct body_problem *problem, int status, const char *field, const char *format, ...)
{
    problem->status = status;
    text_add_clean_line(&problem->field, field, strlen(field));
    va_list args;
    va_start(args, format);
    buf_vprintf(&problem->message, format, args);
    va_end(args);
    return false;
}

/* ---- the text as JSON ---- */

/* jansson names the key that stands twice in quotes at the end of what it says. */
static bool refuse_duplicate(struct body_problem *problem, const char *said)
{
    const char *begin = strchr(said, '"');
    const char *end = begin ? strchr(begin + 1, '"') : NULL;
    CLEANUP_BUF struct buf field = { 0 };
    if (end)
        buf_add(&field, begin + 1, (size_t)(end - begin - 1));
    return refuse(problem, 400, buf_text(&field), "%s stands twice", field.len > 0 ? buf_text(&field) : "a field");
}

static bool refuse_syntax(struct body_problem *problem, const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_duplicate_key: return refuse_duplicate(problem, error->text);
    case json_error_invalid_utf8: return refuse(problem, 400, "", "the body is not valid UTF-8");
    case json_error_null_byte_in_key: return refuse(problem, 400, "", "a field's name holds a NUL character");
    case json_error_stack_overflow: return refuse(problem, 400, "", "the body is nested too deeply");
    case json_error_premature_end_of_input: return refuse(problem, 400, "", "the JSON ends too early");
    default: break;
    }
    CLEANUP_BUF struct buf said = { 0 };
    text_add_clean_line(&said, error->text, strlen(error->text));
    return refuse(problem, 400, "", "this is not JSON, at line %d, column %d: %s", error->line, error->column, buf_text(&said));
}

static json_t *parse(const char *bytes, size_t len, struct body_problem *problem)
{
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        len -= 3;
    }
    if (!text_utf8_valid(bytes, len)) {
        refuse(problem, 400, "", "the body is not valid UTF-8");
        return NULL;
    }
    json_error_t error;
    json_t *root = json_loadb(bytes, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
    if (!root)
        refuse_syntax(problem, &error);
    return root;
}

/* ---- its fields ---- */

static const char *kind_name(enum body_kind kind)
{
    switch (kind) {
    case FIELD_FLAG: return "true or false";
    case FIELD_LINES: return "a list of texts";
    case FIELD_NUMBER: return "a whole number";
    default: return "a text";
    }
}

static bool read_text(const struct body_field *field, const json_t *json, struct buf *ret, struct body_problem *problem)
{
    if (!json_is_string(json))
        return refuse(problem, 400, field->name, "%s must be %s", field->name, kind_name(field->kind));
    const char *text = json_string_value(json);
    size_t len = json_string_length(json);
    if (memchr(text, '\0', len))
        return refuse(problem, 400, field->name, "%s holds a NUL character", field->name);
    size_t chars = text_utf8_count(text, len);
    if (chars > field->max_chars)
        return refuse(problem, 422, field->name, "%s is too long: %zu characters, at most %zu", field->name, chars,
                      field->max_chars);
    buf_reserve(ret, len);
    if (field->kind == FIELD_BLOCK)
        text_add_clean_block(ret, text, len);
    else
        text_add_clean_line(ret, text, len);
    return true;
}

static bool read_list(const struct body_field *field, const json_t *json, struct body_value *ret, struct body_problem *problem)
{
    if (!json_is_array(json))
        return refuse(problem, 400, field->name, "%s must be %s", field->name, kind_name(field->kind));
    size_t n = json_array_size(json);
    if (n > BODY_LIST_MAX)
        return refuse(problem, 422, field->name, "%s has too many entries: %zu, at most %d", field->name, n, BODY_LIST_MAX);
    ret->list = mem_alloc((n + 1) * sizeof *ret->list);
    for (ret->n_list = 0; ret->n_list < n; ret->n_list++) {
        struct buf *text = &ret->list[ret->n_list];
        if (!read_text(field, json_array_get(json, ret->n_list), text, problem)) {
            buf_done(text);
            return false;
        }
    }
    ret->given = n > 0;
    return true;
}

static bool read_number(const struct body_field *field, const json_t *json, struct body_value *ret, struct body_problem *problem)
{
    json_int_t number = json_integer_value(json);
    if (!json_is_integer(json))
        return refuse(problem, 400, field->name, "%s must be %s", field->name, kind_name(field->kind));
    if (number < 1 || (uint64_t)number > field->max_chars)
        return refuse(problem, 422, field->name, "%s must be from 1 to %zu", field->name, field->max_chars);
    ret->given = true;
    ret->number = number;
    return true;
}

static bool read_field(const struct body_field *field, const json_t *json, struct body_value *ret, struct body_problem *problem)
{
    if (json_is_null(json))
        return true;
    switch (field->kind) {
    case FIELD_FLAG:
        if (!json_is_boolean(json))
            return refuse(problem, 400, field->name, "%s must be %s", field->name, kind_name(field->kind));
        ret->given = true;
        ret->flag = json_is_true(json);
        return true;
    case FIELD_NUMBER:
        return read_number(field, json, ret, problem);
    case FIELD_LINES:
        return read_list(field, json, ret, problem);
    default:
        if (!read_text(field, json, &ret->text, problem))
            return false;
        ret->given = ret->text.len > 0;
        return true;
    }
}

static size_t find_field(const struct body_field *fields, size_t n_fields, const char *name)
{
    size_t i = 0;
    while (i < n_fields && strcmp(fields[i].name, name) != 0)
        i++;
    return i;
}

static bool refuse_unknown(const struct body_field *fields, size_t n_fields, const char *name, struct body_problem *problem)
{
    const char *names[BODY_FIELDS_MAX];
    for (size_t i = 0; i < n_fields; i++)
        names[i] = fields[i].name;
    CLEANUP_BUF struct buf shown = { 0 };
    text_add_clean_line(&shown, name, text_utf8_cut(name, strlen(name), 64));
    const char *near = text_nearest(buf_text(&shown), names, n_fields);
    if (near)
        return refuse(problem, 422, buf_text(&shown), "unknown field %s; did you mean %s?", buf_text(&shown), near);
    return refuse(problem, 422, buf_text(&shown), "unknown field %s", buf_text(&shown));
}

static bool read_object(json_t *root, const struct body_field *fields, size_t n_fields, struct body *ret,
                        struct body_problem *problem)
{
    const char *name;
    json_t *json;
    json_object_foreach(root, name, json) {
        size_t index = find_field(fields, n_fields, name);
        if (index == n_fields)
            return refuse_unknown(fields, n_fields, name, problem);
        if (!read_field(&fields[index], json, &ret->values[index], problem))
            return false;
    }
    for (size_t i = 0; i < n_fields; i++) {
        if (!fields[i].required || ret->values[i].given)
            continue;
        const char *what = json_object_get(root, fields[i].name) ? "is empty" : "is missing";
        return refuse(problem, 422, fields[i].name, "%s %s", fields[i].name, what);
    }
    return true;
}

/* No body is as good as {}, unless something has to be in it: then it is no JSON. */
static bool may_be_empty(const struct body_field *fields, size_t n_fields, struct body_problem *problem)
{
    for (size_t i = 0; i < n_fields; i++) {
        if (fields[i].required)
            return refuse(problem, 400, fields[i].name, "the body is empty; it must be a JSON object with %s", fields[i].name);
    }
    return true;
}

bool body_read(const char *bytes, size_t len, const struct body_field *fields, size_t n_fields,
                    struct body *ret, struct body_problem *ret_problem)
{
    assert(n_fields <= BODY_FIELDS_MAX);
    if (len == 0 && !may_be_empty(fields, n_fields, ret_problem))
        return false;
    json_t *root = len == 0 ? json_object() : parse(bytes, len, ret_problem);
    if (!root)
        return false;
    bool ok = json_is_object(root) ? read_object(root, fields, n_fields, ret, ret_problem)
                                   : refuse(ret_problem, 400, "", "the body must be a JSON object, {...}");
    json_decref(root);
    return ok;
}

void body_done(struct body *body)
{
    for (size_t i = 0; i < BODY_FIELDS_MAX; i++) {
        struct body_value *value = &body->values[i];
        buf_done(&value->text);
        for (size_t k = 0; k < value->n_list; k++)
            buf_done(&value->list[k]);
        free(value->list);
    }
    memset(body, 0, sizeof *body);
}

void body_problem_done(struct body_problem *problem)
{
    buf_done(&problem->field);
    buf_done(&problem->message);
}

const char *body_text(const struct body *body, size_t index)
{
    return body->values[index].given ? buf_text(&body->values[index].text) : NULL;
}
