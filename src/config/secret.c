#include "config/load.h"

#include "base/buf.h"
#include "base/text.h"
#include "config/slurp.h"

enum { MAX_SECRET = 4096 };

/* A secret goes into headers, addresses and forms: one line of visible text. */
static const char *clean_secret(struct load *load, struct origin where, const char *path, struct buf *bytes)
{
    while (bytes->len > 0 && (bytes->data[bytes->len - 1] == '\n' || bytes->data[bytes->len - 1] == '\r'))
        buf_cut(bytes, bytes->len - 1);
    bool good = bytes->len > 0 && text_utf8_valid(bytes->data, bytes->len);
    for (size_t i = 0; good && i < bytes->len; i++)
        good = (unsigned char)bytes->data[i] >= 0x20 && bytes->data[i] != 0x7f;
    if (good)
        return arena_strdup(load->arena, buf_text(bytes));
    load_error(load, where, bytes->len == 0 ? "%s is empty" : "%s is not one line of text", path);
    return NULL;
}

static enum err read_secret(const char *path, struct buf *bytes)
{
    buf_clear(bytes);
    return slurp_file(path, MAX_SECRET, bytes, NULL);
}

static const char *in_directory(struct load *load, const char *directory, const char *prefix, const char *name)
{
    CLEANUP_BUF struct buf path = { 0 };
    buf_add_text(&path, directory);
    buf_add_char(&path, '/');
    buf_add_text(&path, prefix);
    buf_add_text(&path, name);
    return arena_strdup(load->arena, buf_text(&path));
}

/* systemd's LoadCredential=credentials:DIRECTORY gives each of its files the name credentials_NAME. */
static const char *from_credential(struct load *load, struct origin where, const char *name)
{
    CLEANUP_BUF struct buf bytes = { 0 };
    const char *why = load_bad_id(name);
    if (*name == '\0' || why) {
        load_error(load, where, "the credential's name '%s' %s", name, why ? why : "is missing");
        return NULL;
    }
    const char *given = load->env->credentials_directory;
    static const char *const prefixes[] = { "", "credentials_" };
    for (size_t i = 0; given && i < N_ELEMENTS(prefixes); i++) {
        const char *path = in_directory(load, given, prefixes[i], name);
        if (read_secret(path, &bytes) == ERR_OK)
            return clean_secret(load, where, path, &bytes);
    }
    const char *path = load_path(load, in_directory(load, "credentials", "", name));
    enum err err = read_secret(path, &bytes);
    if (err == ERR_OK)
        return clean_secret(load, where, path, &bytes);
    if (err == ERR_NOT_FOUND)
        load_error(load, where, "there is no credential '%s': put the secret into the file credentials/%s", name, name);
    else if (err == ERR_DENIED && given)
        load_error(load, where, "the credential '%s' is not among those that were loaded at the start; restart the service",
                   name);
    else
        load_unreadable(load, where, path, err);
    return NULL;
}

static const char *from_file(struct load *load, struct origin where, const char *name)
{
    CLEANUP_BUF struct buf bytes = { 0 };
    if (*name == '\0') {
        load_error(load, where, "file: lacks the path");
        return NULL;
    }
    const char *path = load_path(load, name);
    enum err err = read_secret(path, &bytes);
    if (err == ERR_OK)
        return clean_secret(load, where, path, &bytes);
    if (err == ERR_NOT_FOUND)
        load_error(load, where, "there is no file %s", path);
    else
        load_unreadable(load, where, path, err);
    return NULL;
}

const char *secret_resolve(struct load *load, const struct doc *doc, int line, const char *key, const char *text,
                           bool literal_is_open)
{
    struct origin where = doc_origin(doc, line);
    if (strncmp(text, "credential:", 11) == 0)
        return from_credential(load, where, text + 11);
    if (strncmp(text, "file:", 5) == 0)
        return from_file(load, where, text + 5);
    if (literal_is_open && doc->others_read)
        load_warning(load, where, "'%s' stands here in a file that every user of the machine can read; write credential:NAME, or chmod o-r the file", key);
    return text;
}
