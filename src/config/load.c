#include "config/load.h"

#include "base/buf.h"
#include "base/text.h"
#include "config/slurp.h"

/* ---- names ---- */

const char *load_bad_id(const char *name)
{
    if (strlen(name) > DOC_MAX_NAME)
        return "is longer than 64 bytes";
    if (name[0] == '.' || name[0] == '-')
        return "begins with '.' or '-'";
    for (const char *c = name; *c; c++) {
        unsigned char u = (unsigned char)*c;
        bool plain = (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9') || u == '.' || u == '-' ||
                     u == '_';
        if (!plain && u < 0x80)
            return "may only hold letters, digits, '.', '-' and '_'";
    }
    /* Invisible and direction-changing characters make two names look alike. */
    CLEANUP_BUF struct buf clean = { 0 };
    text_add_clean_line(&clean, name, strlen(name));
    return strcmp(buf_text(&clean), name) == 0 ? NULL : "holds a character that cannot be seen";
}

void load_unknown(struct load *load, struct origin where, const char *what, const char *typed, const struct names *known)
{
    if (known->incomplete)
        return;
    const char *near = NULL;
    if (load->nearest_left >= known->n) {
        load->nearest_left -= (unsigned)known->n;
        near = text_nearest(typed, known->list, known->n);
    }
    if (strchr(typed, ' '))
        load_error(load, where, "unknown %s '%s'; commas stand between names", what, typed);
    else if (near)
        load_error(load, where, "unknown %s '%s'; did you mean '%s'?", what, typed, near);
    else
        load_error(load, where, "unknown %s '%s'", what, typed);
}

const struct person *load_person(struct load *load, struct origin where, const char *id)
{
    const struct person *person = plan_person(&load->config->plan, id);
    if (!person)
        load_unknown(load, where, "person", id, &load->persons);
    return person;
}

const struct person *load_person_or_stand_in(struct load *load, struct origin where, const char *id)
{
    const struct person *person = load_person(load, where, id);
    if (person)
        return person;
    struct person *stand_in = arena_alloc(load->arena, sizeof *stand_in);
    *stand_in = (struct person){ .id = id, .name = id };
    return stand_in;
}

const struct group *load_group(struct load *load, struct origin where, const char *id)
{
    const struct group *group = plan_group(&load->config->plan, id);
    if (!group)
        load_unknown(load, where, "group", id, &load->groups);
    return group;
}

struct roster *load_roster(struct load *load, struct origin where, const char *role)
{
    /* The load made the rosters, so it may write to them. */
    struct roster *roster = (struct roster *)plan_roster(&load->config->plan, role);
    if (!roster)
        load_unknown(load, where, "role", role, &load->roles);
    return roster;
}

/* ---- files ---- */

static const char *joined(struct load *load, const char *directory, const char *path)
{
    CLEANUP_BUF struct buf buf = { 0 };
    buf_add_text(&buf, directory);
    if (buf.len == 0 || buf.data[buf.len - 1] != '/')
        buf_add_char(&buf, '/');
    buf_add_text(&buf, path);
    return arena_strdup(load->arena, buf_text(&buf));
}

const char *load_path(struct load *load, const char *path)
{
    return path[0] == '/' ? path : joined(load, load->env->directory, path);
}

void load_unreadable(struct load *load, struct origin where, const char *path, enum err err)
{
    if (err == ERR_DENIED && load->env->check_only)
        load_warning(load, where, "not checked: %s cannot be read without more rights", path);
    else if (err == ERR_DENIED)
        load_error(load, where, "%s cannot be read: permission denied", path);
    else if (err == ERR_TOO_BIG)
        load_error(load, where, "%s is too large", path);
    else if (err == ERR_UNSUPPORTED)
        load_error(load, where, "%s is not a file", path);
    else
        load_error(load, where, "%s cannot be read: %s", path, err_text(err));
}

struct doc *load_document_at(struct load *load, const char *path, const char *file, bool required, const struct doc_kind *kinds,
                             size_t n_kinds, bool *ret_incomplete)
{
    CLEANUP_BUF struct buf bytes = { 0 };
    bool others_read = false;
    struct origin where = { .file = arena_strdup(load->arena, file) };
    enum err err = slurp_file(path, SLURP_MAX_BYTES, &bytes, &others_read);
    if (err == ERR_NOT_FOUND) {
        if (required)
            load_error(load, where, "the file is missing");
        return NULL;
    }
    if (err) {
        load_unreadable(load, where, "the file", err);
        if (ret_incomplete)
            *ret_incomplete = true;
        return NULL;
    }
    struct doc *doc = doc_parse(load->arena, load->problems, file, buf_text(&bytes), bytes.len, kinds, n_kinds);
    doc->others_read = others_read;
    doc_check(doc, load->problems, kinds, n_kinds);
    return doc;
}

struct doc *load_document(struct load *load, const char *file, bool required, const struct doc_kind *kinds, size_t n_kinds,
                          bool *ret_incomplete)
{
    return load_document_at(load, load_path(load, file), file, required, kinds, n_kinds, ret_incomplete);
}

void load_names(struct load *load, const char *subdirectory, struct names *ret)
{
    char **names = NULL;
    size_t n = 0;
    *ret = (struct names){ 0 };
    enum err err = slurp_names(load_path(load, subdirectory), ".ini", &names, &n);
    if (err && err != ERR_NOT_FOUND) {
        struct origin where = { .file = arena_strdup(load->arena, subdirectory) };
        load_unreadable(load, where, "the directory", err);
        ret->incomplete = true;
    }
    if (err)
        return;
    ret->list = arena_alloc(load->arena, (n + 1) * sizeof *ret->list);
    for (size_t i = 0; i < n; i++) {
        const char *why = text_utf8_valid(names[i], strlen(names[i])) ? load_bad_id(names[i]) : "is not UTF-8";
        if (why) {
            CLEANUP_BUF struct buf file = { 0 };
            buf_printf(&file, "%s/%s.ini", subdirectory, names[i]);
            problems_add(load->problems, PROBLEM_ERROR, buf_text(&file), 0, "the name '%s' %s", names[i], why);
        } else {
            ret->list[ret->n++] = arena_strdup(load->arena, names[i]);
        }
    }
    slurp_names_free(names, n);
}
