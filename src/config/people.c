#include "config/value.h"

enum { MAX_PERSONS = 10000, MAX_CONTACTS = 16 };

static const struct doc_key person_keys[] = {
    { "name", DOC_ONCE },   { "sms", DOC_REPEAT },    { "voice", DOC_REPEAT },
    { "email", DOC_REPEAT }, { "language", DOC_ONCE }, { "login", DOC_ONCE },
};
static const struct doc_kind kinds[] = {
    { .name = "person", .named = DOC_NAMED, .keys = person_keys, .n_keys = N_ELEMENTS(person_keys) },
};

static const char *contact_problem(enum channel channel, const char *address)
{
    return channel == CHANNEL_EMAIL ? parse_email_problem(address) : parse_phone_problem(address);
}

/* In the file's order, whatever the channel: sms and voice may alternate. */
static void read_contacts(const struct scope *scope, struct person *person)
{
    struct contact *contacts = arena_alloc(scope->load->arena, MAX_CONTACTS * sizeof *contacts);
    for (const struct doc_entry *entry = scope->section->entries; entry; entry = entry->next) {
        enum channel channel;
        if (!channel_from_name(entry->key, &channel) || entry->value.text[0] == '\0')
            continue;
        const char *problem = contact_problem(channel, entry->value.text);
        if (problem) {
            load_error(scope->load, scope_origin(scope, entry), "%s = '%s' %s", entry->key, entry->value.text, problem);
        } else if (person->n_contacts == MAX_CONTACTS) {
            load_error(scope->load, scope_origin(scope, entry), "'%s' has more than %d contact points", person->id, MAX_CONTACTS);
            return;
        } else {
            contacts[person->n_contacts++] = (struct contact){ .channel = channel, .address = entry->value.text };
        }
    }
    person->contacts = contacts;
}

static void read_person(struct load *load, const struct doc *doc, const struct doc_section *section, struct person *person)
{
    static const char *const languages[] = { "sv", "en" };
    struct scope scope = { .load = load, .doc = doc, .section = section };
    person->id = section->name;
    person->origin = scope_section_origin(&scope);
    person->name = value_text(&scope, "name", person->id);
    person->language = (enum language)value_choice(&scope, "language", languages, N_ELEMENTS(languages),
                                                   load->config->plan.language);
    person->login = value_text(&scope, "login", NULL);
    read_contacts(&scope, person);
}

static int compare_persons(const void *a, const void *b)
{
    return strcmp(((const struct person *)a)->id, ((const struct person *)b)->id);
}

static int compare_logins(const void *a, const void *b)
{
    const struct person *left = *(const struct person *const *)a, *right = *(const struct person *const *)b;
    int order = strcmp(left->login, right->login);
    if (order == 0)
        order = left->origin.line < right->origin.line ? -1 : left->origin.line > right->origin.line;
    return order;
}

/* A Unix user who were two persons would answer as either. */
static void check_logins(struct load *load, const struct person *persons, size_t n)
{
    CLEANUP_FREE const struct person **sorted = NEW_ARRAY(const struct person *, n + 1);
    size_t n_logins = 0;
    for (size_t i = 0; i < n; i++) {
        if (persons[i].login)
            sorted[n_logins++] = &persons[i];
    }
    if (n_logins > 1)
        qsort(sorted, n_logins, sizeof *sorted, compare_logins);
    for (size_t i = 1; i < n_logins; i++) {
        if (strcmp(sorted[i - 1]->login, sorted[i]->login) == 0)
            load_error(load, sorted[i]->origin, "'%s' has the login '%s', which is already that of '%s' on line %d",
                       sorted[i]->id, sorted[i]->login, sorted[i - 1]->id, sorted[i - 1]->origin.line);
    }
}

static bool usable(const struct doc_section *section)
{
    return strcmp(section->kind, "person") == 0 && section->name && !load_bad_id(section->name);
}

/* Of two with the same id the first stays; doc_check() has reported the second. */
static size_t without_duplicates(struct person *persons, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || strcmp(persons[kept - 1].id, persons[i].id) != 0)
            persons[kept++] = persons[i];
    }
    return kept;
}

static void publish(struct load *load, struct person *persons, size_t n)
{
    load->config->plan.persons = persons;
    load->config->plan.n_persons = n;
    load->persons.list = arena_alloc(load->arena, (n + 1) * sizeof *load->persons.list);
    load->persons.n = n;
    for (size_t i = 0; i < n; i++)
        load->persons.list[i] = persons[i].id;
}

void people_load(struct load *load)
{
    const struct doc *doc = load_document(load, "people.ini", true, kinds, N_ELEMENTS(kinds), &load->persons.incomplete);
    size_t n = 0;
    for (const struct doc_section *section = doc ? doc->sections : NULL; section; section = section->next)
        n += usable(section);
    if (n > MAX_PERSONS) {
        load_error(load, doc_origin(doc, 0), "more than %d persons", MAX_PERSONS);
        load->persons.incomplete = true;
        return;
    }
    struct person *persons = arena_alloc(load->arena, (n + 1) * sizeof *persons);
    n = 0;
    for (const struct doc_section *section = doc ? doc->sections : NULL; section; section = section->next) {
        if (usable(section))
            read_person(load, doc, section, &persons[n++]);
    }
    if (n > 1)
        qsort(persons, n, sizeof *persons, compare_persons);
    n = without_duplicates(persons, n);
    check_logins(load, persons, n);
    publish(load, persons, n);
}
