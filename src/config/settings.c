#include "config/value.h"

#include "base/buf.h"
#include "base/text.h"
#include "config/channels.h"
#include "config/slurp.h"
#include "config/endpoint.h"

enum { MAX_ZONE_BYTES = 256 * 1024, MAX_SOCKET_PATH = 107, MAX_TEXTS = 500 };

static const struct doc_key daemon_keys[] = {
    { "organisation", DOC_ONCE },
    { "timezone", DOC_ONCE },
    { "language", DOC_ONCE },
    { "socket", DOC_ONCE },
    { "state", DOC_ONCE },
    { "admins", DOC_LONG | DOC_MAY_BE_EMPTY },
    { "admin-channels", DOC_LONG },
    { "dedup-window", DOC_ONCE },
    { "reply-without-code", DOC_ONCE },
};
static const struct doc_key drill_keys[] = {
    { "when", DOC_ONCE }, { "role", DOC_REPEAT | DOC_LONG }, { "to", DOC_REPEAT | DOC_LONG }, { "surprise", DOC_ONCE },
    { "hours", DOC_ONCE }, { "scenario", DOC_ONCE }, { "wait-for-all", DOC_ONCE }, { "deadline", DOC_ONCE },
    { "without", DOC_REPEAT | DOC_LONG },
};
static const struct doc_kind kinds[] = {
    { .name = "daemon", .keys = daemon_keys, .n_keys = N_ELEMENTS(daemon_keys) },
    { .name = "http", .keys = endpoint_keys, .n_keys = ENDPOINT_N_KEYS },
    { .name = "channels", .keys = channels_keys, .n_keys = CHANNEL_COUNT },
    { .name = "texts", .free_keys = true, .free_flags = DOC_LONG },
    { .name = "drill", .named = DOC_NAMED, .keys = drill_keys, .n_keys = N_ELEMENTS(drill_keys) },
};

/* ---- the time zone ---- */

static enum err read_zone(struct load *load, const char *name, struct tz **ret)
{
    if (!tz_name_valid(name))
        return ERR_SYNTAX;
    CLEANUP_BUF struct buf path = { 0 }, bytes = { 0 };
    buf_printf(&path, "%s/%s", load->env->zoneinfo_directory, name);
    enum err err = slurp_file(buf_text(&path), MAX_ZONE_BYTES, &bytes, NULL);
    return err ? err : tz_parse(buf_text(&bytes), bytes.len, ret);
}

/* With a zone that is not there the rest is still read, as UTC, so that all problems show at once. */
static void load_zone(const struct scope *scope)
{
    struct load *load = scope->load;
    const struct doc_entry *entry = doc_entry(scope->section, "timezone");
    const char *name = value_text(scope, "timezone", "Europe/Stockholm");
    struct origin where = entry ? scope_origin(scope, entry) : scope_section_origin(scope);
    enum err err = read_zone(load, name, &load->tz);
    if (err == ERR_SYNTAX)
        load_error(load, where, "'%s' is no name of a time zone; write one as Europe/Stockholm", name);
    else if (err == ERR_NOT_FOUND || err == ERR_UNSUPPORTED)
        load_error(load, where, "there is no time zone '%s' in %s", name, load->env->zoneinfo_directory);
    else if (err)
        load_error(load, where, "the time zone '%s' cannot be read: %s", name, err_text(err));
    if (err)
        load->tz = tz_new_utc();
    load->config->plan.tz = load->tz;
    load->config->timezone = name;
}

/* ---- [daemon] ---- */

static void load_paths(const struct scope *scope)
{
    struct config *config = scope->load->config;
    config->socket_path = load_path(scope->load, value_text(scope, "socket", RUNSTATEDIR "/beredd.sock"));
    config->state_directory = load_path(scope->load, value_text(scope, "state", STATEDIR));
    const struct doc_entry *entry = doc_entry(scope->section, "socket");
    if (entry && strlen(config->socket_path) > MAX_SOCKET_PATH)
        load_error(scope->load, scope_origin(scope, entry),
                   "the socket's path is longer than %d bytes, which the system does not take", MAX_SOCKET_PATH);
}

/* ---- [texts] ---- */

static const char *text_of_entry(struct load *load, const struct doc_entry *entry)
{
    CLEANUP_BUF struct buf lines = { 0 }, clean = { 0 };
    for (const struct doc_line *line = &entry->value; line; line = line->next) {
        buf_add_text(&lines, line->text);
        buf_add_char(&lines, '\n');
    }
    text_add_clean_block(&clean, buf_text(&lines), lines.len);
    return arena_strdup(load->arena, buf_text(&clean));
}

static void load_texts(struct load *load)
{
    struct scope scope = { .load = load, .doc = load->beredd, .section = doc_section(load->beredd, "texts", NULL) };
    struct config_text *texts = arena_alloc(load->arena, MAX_TEXTS * sizeof *texts);
    for (const struct doc_entry *entry = scope.section ? scope.section->entries : NULL; entry; entry = entry->next) {
        if (load->config->n_texts == MAX_TEXTS) {
            load_error(load, scope_origin(&scope, entry), "more than %d texts", MAX_TEXTS);
            break;
        }
        texts[load->config->n_texts++] = (struct config_text){
            .key = entry->key, .text = text_of_entry(load, entry), .origin = scope_origin(&scope, entry) };
    }
    load->config->texts = texts;
}

void settings_load(struct load *load)
{
    static const char *const languages[] = { "sv", "en" };
    struct plan *plan = &load->config->plan;
    load->beredd = load_document(load, "beredd.ini", true, kinds, N_ELEMENTS(kinds), NULL);
    load->beredd_missing = !load->beredd;
    if (!load->beredd) {
        load->beredd = arena_alloc(load->arena, sizeof *load->beredd);
        load->beredd->file = "beredd.ini";
    }
    struct scope scope = { .load = load, .doc = load->beredd, .section = doc_section(load->beredd, "daemon", NULL) };
    load_zone(&scope);
    load_paths(&scope);
    plan->organisation = value_text(&scope, "organisation", NULL);
    if (!plan->organisation && !load->beredd_missing)
        load_warning(load, scope_section_origin(&scope), "no 'organisation': texts will not say who calls");
    if (!plan->organisation)
        plan->organisation = "";
    plan->language = (enum language)value_choice(&scope, "language", languages, N_ELEMENTS(languages), LANGUAGE_SV);
    plan->dedup_window_usec = value_duration(&scope, "dedup-window", 4 * USEC_PER_HOUR, 0, 366 * USEC_PER_DAY);
    plan->reply_without_code = value_bool(&scope, "reply-without-code", false);
    plan->admin_channels = value_channels(&scope, "admin-channels", 1u << CHANNEL_EMAIL | 1u << CHANNEL_SMS);
    load_texts(load);
}

/* ---- the administrators: read once people and groups are there ---- */

struct admins {
    const struct person **list;
    size_t n;
};

static void add_admin(struct admins *admins, const struct person *person)
{
    for (size_t i = 0; i < admins->n; i++) {
        if (admins->list[i] == person)
            return;
    }
    admins->list[admins->n++] = person;
}

static void add_admins(struct load *load, struct origin where, const char *item, struct admins *admins)
{
    if (strncmp(item, "group:", 6) == 0) {
        const struct group *group = load_group(load, where, item + 6);
        for (size_t i = 0; group && i < group->n_members; i++)
            add_admin(admins, group->members[i]);
        return;
    }
    const char *id = strncmp(item, "person:", 7) == 0 ? item + 7 : item;
    const struct person *person = load_person(load, where, id);
    if (person)
        add_admin(admins, person);
}

void settings_load_admins(struct load *load)
{
    struct plan *plan = &load->config->plan;
    struct scope scope = { .load = load, .doc = load->beredd, .section = doc_section(load->beredd, "daemon", NULL) };
    const struct doc_entry *entry = doc_entry(scope.section, "admins");
    struct admins admins = { .list = arena_alloc(load->arena, (plan->n_persons + 1) * sizeof *admins.list) };
    bool named = false;
    if (entry) {
        struct origin where = scope_origin(&scope, entry);
        struct value_list list;
        const char *item;
        value_list_begin(&list, entry);
        while ((item = value_list_next(&list, load, &where.line)) != NULL && !problems_full(load->problems)) {
            add_admins(load, where, item, &admins);
            named = true;
        }
    }
    plan->admins = admins.list;
    plan->n_admins = admins.n;
    if (!named && !load->beredd_missing)
        load_warning(load, entry ? scope_origin(&scope, entry) : scope_section_origin(&scope),
                     "no 'admins': nobody is told when paging itself is in trouble");
}
