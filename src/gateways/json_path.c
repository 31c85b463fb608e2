#include "gateways/json_path.h"

#include <jansson.h>
#include <string.h>

#include "base/text.h"

static json_t *child(json_t *value, const char *name)
{
    uint64_t index;
    if (json_is_array(value))
        return text_to_u64(name, SIZE_MAX, &index) == ERR_OK ? json_array_get(value, (size_t)index) : NULL;
    return json_object_get(value, name);
}

static json_t *walk(json_t *value, const char *path)
{
    while (value && *path) {
        size_t len = strcspn(path, ".");
        CLEANUP_FREE char *name = mem_strndup(path, len);
        value = child(value, name);
        path += len + (path[len] == '.');
    }
    return value;
}

static bool add_value(struct buf *buf, const json_t *value)
{
    if (json_is_string(value))
        buf_add(buf, json_string_value(value), json_string_length(value));
    else if (json_is_integer(value))
        buf_printf(buf, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        buf_printf(buf, "%.17g", json_real_value(value));
    else if (json_is_boolean(value))
        buf_add_text(buf, json_is_true(value) ? "true" : "false");
    else
        return false;
    return true;
}

bool json_path_text(const char *json, size_t len, const char *path, struct buf *ret)
{
    buf_clear(ret);
    json_t *root = json_loadb(json, len, 0, NULL);
    bool found = root && add_value(ret, walk(root, path));
    json_decref(root);
    return found;
}
