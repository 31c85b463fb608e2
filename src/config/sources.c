#include "config/value.h"

#include "base/buf.h"
#include "base/text.h"

enum { MAX_SOURCES = 1000, MAX_TOKENS = 2000, MAX_LIMIT = 100000, MAX_NOTIFY = 16 };
static const char local_id[] = "local";

static const struct doc_key source_keys[] = {
    { "title", DOC_ONCE },  { "token-sha256", DOC_REPEAT }, { "rights", DOC_LONG },
    { "roles", DOC_LONG },  { "limit", DOC_ONCE },          { "callback", DOC_ONCE },
    { "notify", DOC_REPEAT | DOC_LONG },                    { "sensitive", DOC_ONCE },
};
static const struct doc_kind kinds[] = {
    { .name = "source", .named = DOC_NAMED, .keys = source_keys, .n_keys = N_ELEMENTS(source_keys) },
};

struct tokens {
    struct token *list;
    int *lines;
    size_t n;
};

/* ---- values ---- */

static unsigned load_rights(const struct scope *scope)
{
    static const char *names[] = { "trigger", "drill", "operate", "admin" };
    static const enum right rights[] = { RIGHT_TRIGGER, RIGHT_DRILL, RIGHT_OPERATE, RIGHT_ADMIN };
    const struct doc_entry *entry = doc_entry(scope->section, "rights");
    if (!entry)
        return RIGHT_TRIGGER;
    struct origin where = scope_origin(scope, entry);
    struct value_list list;
    const char *item;
    unsigned found = 0;
    value_list_begin(&list, entry);
    while ((item = value_list_next(&list, scope->load, &where.line)) != NULL) {
        size_t i = 0;
        while (i < N_ELEMENTS(names) && strcmp(names[i], item) != 0)
            i++;
        if (i < N_ELEMENTS(names))
            found |= rights[i];
        else
            load_unknown(scope->load, where, "right", item, &(struct names){ .list = names, .n = N_ELEMENTS(names) });
    }
    return found;
}

static void load_roles(const struct scope *scope, struct source *source)
{
    const struct doc_entry *entry = doc_entry(scope->section, "roles");
    struct load *load = scope->load;
    if (!entry)
        return;
    const struct roster **roles = arena_alloc(load->arena, (load->config->plan.n_rosters + 1) * sizeof *roles);
    struct origin where = scope_origin(scope, entry);
    struct value_list list;
    const char *item;
    value_list_begin(&list, entry);
    while ((item = value_list_next(&list, load, &where.line)) != NULL && !problems_full(load->problems)) {
        const struct roster *roster = load_roster(load, where, item);
        bool twice = false;
        for (size_t i = 0; roster && i < source->n_roles; i++)
            twice = twice || roles[i] == roster;
        if (twice)
            load_warning(load, where, "'%s' is named twice", item);
        else if (roster)
            roles[source->n_roles++] = roster;
    }
    source->roles = roles;
}

/* 60/m: so many new incidents in a second, a minute or an hour. */
static void load_limit(const struct scope *scope, struct source *source)
{
    source->limit = 60;
    source->limit_usec = USEC_PER_MIN;
    (void)value_rate(scope, "limit", "60/m", MAX_LIMIT, &source->limit, &source->limit_usec);
}

/* email:ADDRESS or sms:+NUMBER. False: it is neither, which is reported. */
static bool read_notify(const struct scope *scope, struct origin where, const char *text, struct contact *ret)
{
    const char *problem = "is neither email:ADDRESS nor sms:+NUMBER";
    if (strncmp(text, "email:", 6) == 0) {
        *ret = (struct contact){ .channel = CHANNEL_EMAIL, .address = text + 6 };
        problem = parse_email_problem(ret->address);
    } else if (strncmp(text, "sms:", 4) == 0) {
        *ret = (struct contact){ .channel = CHANNEL_SMS, .address = text + 4 };
        problem = parse_phone_problem(ret->address);
    }
    if (problem)
        load_error(scope->load, where, "notify = '%s' %s", text, problem);
    return !problem;
}

static void add_notify(const struct scope *scope, struct origin where, const struct contact *contact, struct contact *list,
                       struct source *source)
{
    const unsigned served = scope->load->config->plan.channels_served;
    for (size_t i = 0; i < source->n_notify; i++) {
        if (list[i].channel == contact->channel && strcmp(list[i].address, contact->address) == 0) {
            load_warning(scope->load, where, "'%s' is named twice", contact->address);
            return;
        }
    }
    if (source->n_notify == MAX_NOTIFY) {
        load_error(scope->load, where, "more than %d addresses to notify", MAX_NOTIFY);
        return;
    }
    if (!(served & 1u << contact->channel))
        load_warning(scope->load, where, "no gateway serves %s in [channels], so '%s' is told nothing",
                     channel_name(contact->channel), contact->address);
    list[source->n_notify++] = *contact;
}

static void load_notify(const struct scope *scope, struct source *source)
{
    struct contact *list = arena_alloc(scope->load->arena, MAX_NOTIFY * sizeof *list);
    const struct doc_entry *entry = doc_entry(scope->section, "notify");
    for (; entry && !problems_full(scope->load->problems); entry = doc_next_entry(entry, "notify")) {
        struct origin where = scope_origin(scope, entry);
        struct value_list items;
        struct contact contact;
        const char *item;
        value_list_begin(&items, entry);
        while ((item = value_list_next(&items, scope->load, &where.line)) != NULL)
            if (read_notify(scope, where, item, &contact))
                add_notify(scope, where, &contact, list, source);
    }
    source->notify = list;
}

/* ---- tokens ---- */

static void add_token(const struct scope *scope, const struct doc_entry *entry, const struct source *source, unsigned rights,
                      struct tokens *tokens)
{
    struct load *load = scope->load;
    struct origin where = scope_origin(scope, entry);
    struct token token = { .source = source->id, .rights = rights };
    if (text_from_hex(entry->value.text, token.sha256, sizeof token.sha256) != ERR_OK) {
        load_error(load, where, "a token-sha256 is 64 hexadecimal digits; `bereddctl token new %s` prints one", source->id);
        return;
    }
    for (size_t i = 0; i < tokens->n; i++) {
        if (memcmp(tokens->list[i].sha256, token.sha256, sizeof token.sha256) != 0)
            continue;
        if (strcmp(tokens->list[i].source, source->id) == 0)
            load_warning(load, where, "the same token-sha256 stands on line %d", tokens->lines[i]);
        else
            load_error(load, where, "the same token-sha256 is that of '%s' on line %d; each source needs its own",
                       tokens->list[i].source, tokens->lines[i]);
        return;
    }
    if (tokens->n == MAX_TOKENS) {
        load_error(load, where, "more than %d tokens", MAX_TOKENS);
        return;
    }
    tokens->lines[tokens->n] = where.line;
    tokens->list[tokens->n++] = token;
}

static void load_tokens(const struct scope *scope, struct source *source, struct tokens *tokens)
{
    struct load *load = scope->load;
    const struct doc_entry *first = doc_entry(scope->section, "token-sha256");
    unsigned rights = load_rights(scope);
    if (strcmp(source->id, local_id) == 0) {
        const struct doc_entry *entry = first ? first : doc_entry(scope->section, "rights");
        if (entry)
            load_error(load, scope_origin(scope, entry),
                       "'%s' has no effect for 'local': the peers of the local socket have every right, by their group",
                       entry->key);
        return;
    }
    source->real_only = !(rights & RIGHT_DRILL);
    if (!first)
        load_warning(load, source->origin, "'%s' has no token-sha256, so nobody can use it; `bereddctl token new %s` prints one",
                     source->id, source->id);
    for (const struct doc_entry *entry = first; entry; entry = doc_next_entry(entry, "token-sha256")) {
        if (entry->value.text[0])
            add_token(scope, entry, source, rights, tokens);
    }
}

/* ---- sources ---- */

static void read_source(struct load *load, const struct doc *doc, const struct doc_section *section, struct source *source,
                        struct tokens *tokens)
{
    struct scope scope = { .load = load, .doc = doc, .section = section };
    source->id = section->name;
    source->origin = scope_section_origin(&scope);
    source->title = value_text(&scope, "title", strcmp(source->id, local_id) == 0 ? "Lokalt" : source->id);
    source->callback = value_text(&scope, "callback", NULL);
    source->sensitive = value_bool(&scope, "sensitive", false);
    load_roles(&scope, source);
    load_limit(&scope, source);
    load_tokens(&scope, source, tokens);
    load_notify(&scope, source);
}

static int compare_sources(const void *a, const void *b)
{
    return strcmp(((const struct source *)a)->id, ((const struct source *)b)->id);
}

static bool usable(const struct doc_section *section)
{
    return strcmp(section->kind, "source") == 0 && section->name && !load_bad_id(section->name);
}

static bool seen(const struct source *sources, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(sources[i].id, id) == 0)
            return true;
    }
    return false;
}

void sources_load(struct load *load)
{
    const struct doc *doc = load_document(load, "sources.ini", false, kinds, N_ELEMENTS(kinds), NULL);
    struct source *sources = arena_alloc(load->arena, (MAX_SOURCES + 1) * sizeof *sources);
    struct tokens tokens = { .list = arena_alloc(load->arena, MAX_TOKENS * sizeof *tokens.list),
                             .lines = arena_alloc(load->arena, MAX_TOKENS * sizeof *tokens.lines) };
    size_t n = 0;
    for (const struct doc_section *section = doc ? doc->sections : NULL; section; section = section->next) {
        if (!usable(section) || seen(sources, n, section->name))
            continue;
        if (n == MAX_SOURCES) {
            load_error(load, doc_origin(doc, section->line), "more than %d sources", MAX_SOURCES);
            break;
        }
        read_source(load, doc, section, &sources[n++], &tokens);
    }
    if (!seen(sources, n, local_id))
        sources[n++] = (struct source){ .id = local_id, .title = "Lokalt", .limit = 60, .limit_usec = USEC_PER_MIN,
                                        .origin = { .file = "sources.ini" } };
    if (n > 1)
        qsort(sources, n, sizeof *sources, compare_sources);
    load->config->plan.sources = sources;
    load->config->plan.n_sources = n;
    load->config->tokens = tokens.list;
    load->config->n_tokens = tokens.n;
}
