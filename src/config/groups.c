#include "config/value.h"

enum { MAX_GROUPS = 1000 };

static const struct doc_key group_keys[] = { { "title", DOC_ONCE }, { "members", DOC_LONG | DOC_MAY_BE_EMPTY } };
static const struct doc_kind kinds[] = {
    { .name = "group", .named = DOC_NAMED, .keys = group_keys, .n_keys = N_ELEMENTS(group_keys) },
};

static bool is_member(const struct person *const *members, size_t n, const struct person *person)
{
    for (size_t i = 0; i < n; i++) {
        if (members[i] == person)
            return true;
    }
    return false;
}

static void read_members(const struct scope *scope, struct group *group)
{
    const struct doc_entry *entry = doc_entry(scope->section, "members");
    struct load *load = scope->load;
    if (!entry)
        return;
    size_t max = load->config->plan.n_persons;
    const struct person **members = arena_alloc(load->arena, (max + 1) * sizeof *members);
    struct value_list list;
    struct origin where = scope_origin(scope, entry);
    const char *id;
    value_list_begin(&list, entry);
    while ((id = value_list_next(&list, load, &where.line)) != NULL && !problems_full(load->problems)) {
        const struct person *person = load_person(load, where, id);
        if (person && is_member(members, group->n_members, person))
            load_warning(load, where, "'%s' is named twice in '%s'", id, group->id);
        else if (person)
            members[group->n_members++] = person;
    }
    group->members = members;
}

static void read_group(struct load *load, const struct doc *doc, const struct doc_section *section, struct group *group)
{
    struct scope scope = { .load = load, .doc = doc, .section = section };
    group->id = section->name;
    group->origin = scope_section_origin(&scope);
    group->title = value_text(&scope, "title", group->id);
    read_members(&scope, group);
    if (group->n_members == 0 && !load->persons.incomplete)
        load_warning(load, group->origin, "the group '%s' has no members", group->id);
}

static int compare_groups(const void *a, const void *b)
{
    return strcmp(((const struct group *)a)->id, ((const struct group *)b)->id);
}

static bool usable(const struct doc_section *section)
{
    return strcmp(section->kind, "group") == 0 && section->name && !load_bad_id(section->name);
}

static size_t without_duplicates(struct group *groups, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || strcmp(groups[kept - 1].id, groups[i].id) != 0)
            groups[kept++] = groups[i];
    }
    return kept;
}

void groups_load(struct load *load)
{
    const struct doc *doc = load_document(load, "groups.ini", false, kinds, N_ELEMENTS(kinds), &load->groups.incomplete);
    struct group *groups = arena_alloc(load->arena, MAX_GROUPS * sizeof *groups);
    size_t n = 0;
    for (const struct doc_section *section = doc ? doc->sections : NULL; section; section = section->next) {
        if (!usable(section))
            continue;
        if (n == MAX_GROUPS) {
            load_error(load, doc_origin(doc, section->line), "more than %d groups", MAX_GROUPS);
            break;
        }
        read_group(load, doc, section, &groups[n++]);
    }
    if (n > 1)
        qsort(groups, n, sizeof *groups, compare_groups);
    n = without_duplicates(groups, n);
    load->config->plan.groups = groups;
    load->config->plan.n_groups = n;
    load->groups.list = arena_alloc(load->arena, (n + 1) * sizeof *load->groups.list);
    load->groups.n = n;
    for (size_t i = 0; i < n; i++)
        load->groups.list[i] = groups[i].id;
}
