#include "config/ladder.h"

#include "base/text.h"

enum { MAX_STEPS = 100 };
static const int64_t DEFAULT_REPEAT_USEC = 10 * USEC_PER_MIN;
static const unsigned ALL_CHANNELS = (1u << CHANNEL_COUNT) - 1;

/* ---- targets ---- */

bool ladder_parse_target(struct load *load, struct origin where, const char *text, struct target *ret)
{
    static const char *words[] = { "primary", "secondary", "backups", "everyone", "person:ID", "group:ID", "role:ROLE" };
    static const enum target_kind kinds[] = { TARGET_PRIMARY, TARGET_SECONDARY, TARGET_BACKUPS, TARGET_EVERYONE };
    for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
        if (strcmp(text, words[i]) == 0) {
            *ret = (struct target){ .kind = kinds[i] };
            return true;
        }
    }
    if (strncmp(text, "person:", 7) == 0) {
        *ret = (struct target){ .kind = TARGET_PERSON, .person = load_person(load, where, text + 7) };
        return ret->person != NULL;
    }
    if (strncmp(text, "group:", 6) == 0) {
        *ret = (struct target){ .kind = TARGET_GROUP, .group = load_group(load, where, text + 6) };
        return ret->group != NULL;
    }
    if (strncmp(text, "role:", 5) == 0) {
        *ret = (struct target){ .kind = TARGET_ROLE, .roster = load_roster(load, where, text + 5) };
        return ret->roster != NULL;
    }
    load_unknown(load, where, "target", text, &(struct names){ .list = words, .n = N_ELEMENTS(words) });
    return false;
}

/* ---- steps: TIME TARGET CHANNELS ---- */

static const char *next_word(struct load *load, const char **at)
{
    const char *word = parse_skip_blanks(*at);
    size_t len = strcspn(word, " \t");
    *at = word + len;
    return arena_strndup(load->arena, word, len);
}

static bool read_step(const struct scope *scope, const struct doc_entry *entry, struct ladder_step *ret)
{
    struct load *load = scope->load;
    struct origin where = scope_origin(scope, entry);
    const char *at = entry->value.text;
    const char *time = next_word(load, &at), *target = next_word(load, &at);
    ret->origin = where;
    if (!*target || !*parse_skip_blanks(at)) {
        load_error(load, where, "a step is TIME TARGET CHANNELS, as '5m secondary sms, voice', not '%s'", entry->value.text);
        return false;
    }
    bool good = true;
    if (text_to_duration(time, &ret->after_usec) != ERR_OK) {
        load_error(load, where, "'%s' is no time since the call-out began; write it as 0m, 90s or 5m", time);
        good = false;
    }
    if (!ladder_parse_target(load, where, target, &ret->target))
        good = false;
    struct value_list list;
    value_list_begin_at(&list, &entry->value, at);
    return parse_channel_list(load, where, &list, &ret->channels) && good;
}

static size_t read_steps(const struct scope *scope, struct ladder_step *steps)
{
    size_t n = 0;
    int64_t before = 0;
    for (const struct doc_entry *entry = doc_entry(scope->section, "step"); entry; entry = doc_next_entry(entry, "step")) {
        if (!entry->value.text[0])
            continue;
        if (n == MAX_STEPS) {
            load_error(scope->load, scope_origin(scope, entry), "more than %d steps", MAX_STEPS);
            break;
        }
        if (!read_step(scope, entry, &steps[n]))
            continue;
        if (steps[n].after_usec < before)
            load_error(scope->load, steps[n].origin,
                       "the step's time is before that of the step above; times count from the beginning of the call-out");
        before = steps[n].after_usec;
        n++;
    }
    return n;
}

static void read_ladder(struct load *load, const struct doc *doc, const struct doc_section *section, struct ladder *ladder)
{
    struct scope scope = { .load = load, .doc = doc, .section = section };
    struct ladder_step *steps = arena_alloc(load->arena, MAX_STEPS * sizeof *steps);
    ladder->steps = steps;
    ladder->n_steps = read_steps(&scope, steps);
    ladder->repeat_usec = value_duration(&scope, "repeat", DEFAULT_REPEAT_USEC, USEC_PER_SEC, 7 * USEC_PER_DAY);
    if (!doc_entry(section, "step"))
        load_error(load, scope_section_origin(&scope), "[%s] has no 'step'", section->header);
    if (!doc_entry(section, "repeat"))
        load_warning(load, scope_section_origin(&scope), "[%s] has no 'repeat': paging begins again every 10m", section->header);
}

/* ---- a roster's ladders ---- */

static void set_default_ladder(struct load *load, struct roster *roster)
{
    struct ladder_step *steps = arena_alloc(load->arena, 3 * sizeof *steps);
    steps[0] = (struct ladder_step){ .after_usec = 0, .target.kind = TARGET_PRIMARY, .channels = ALL_CHANNELS,
                                     .origin = roster->origin };
    steps[1] = (struct ladder_step){ .after_usec = 5 * USEC_PER_MIN, .target.kind = TARGET_SECONDARY, .channels = ALL_CHANNELS,
                                     .origin = roster->origin };
    steps[2] = (struct ladder_step){ .after_usec = 10 * USEC_PER_MIN, .target.kind = TARGET_EVERYONE, .channels = ALL_CHANNELS,
                                     .origin = roster->origin };
    roster->ladder = (struct ladder){ .steps = steps, .n_steps = 3, .repeat_usec = DEFAULT_REPEAT_USEC };
}

static void read_severity_ladder(struct load *load, const struct doc *doc, const struct doc_section *section,
                                 struct roster *roster)
{
    enum severity severity;
    if (!severity_from_name(section->name, &severity)) {
        const char *known[SEVERITY_COUNT];
        for (enum severity i = 0; i < SEVERITY_COUNT; i++)
            known[i] = severity_name(i);
        load_unknown(load, doc_origin(doc, section->line), "severity", section->name,
                     &(struct names){ .list = known, .n = SEVERITY_COUNT });
        return;
    }
    if (roster->severity_ladder[severity])
        return;     /* doc_check() has reported the second */
    struct ladder *ladder = arena_alloc(load->arena, sizeof *ladder);
    read_ladder(load, doc, section, ladder);
    roster->severity_ladder[severity] = ladder;
}

void ladder_load(struct load *load, const struct doc *doc, struct roster *roster)
{
    bool found = false;
    for (const struct doc_section *section = doc->sections; section; section = section->next) {
        if (strcmp(section->kind, "ladder") != 0)
            continue;
        if (section->name) {
            read_severity_ladder(load, doc, section, roster);
        } else if (!found) {
            read_ladder(load, doc, section, &roster->ladder);
            found = true;
        }
    }
    if (!found) {
        set_default_ladder(load, roster);
        load_warning(load, roster->origin,
                     "no [ladder]: the primary is paged at once, the backups after 5m, everyone again every 10m");
    }
}
