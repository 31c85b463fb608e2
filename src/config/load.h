/* What the parts of a load share. A load builds one configuration in an arena; each part reads one file or section into
 * it and adds what is wrong to the problems. Parts run in an order in which what they refer to is already there:
 *
 *   settings (the zone) -> people -> groups -> gateways -> channels -> rosters -> admins -> schedules -> sources -> reach
 *
 * Only config/ includes this. */
#ifndef CONFIG_LOAD_H
#define CONFIG_LOAD_H

#include "base/tz.h"
#include "config/config.h"
#include "config/document.h"

struct names {               /* for "did you mean": ids in order */
    const char **list;
    size_t n;
    bool incomplete;         /* a file could not be read: what is not in the list may still exist */
};

struct load {
    const struct config_env *env;
    struct problems *problems;
    struct arena *arena;
    struct config *config;
    struct tz *tz;           /* NULL until settings_load() has run */
    unsigned nearest_left;   /* searches for a near name that this load may still make: a hostile file could ask for millions */
    struct names persons, groups, roles, gateways;
    unsigned gateway_can[CONFIG_MAX_GATEWAYS];   /* the channels that each of config->gateways could serve */
    bool *roster_skipped;        /* for each of plan.rosters: a file of it could not be read */
    bool gateway_hooks[CONFIG_MAX_GATEWAYS];     /* it has a hook-secret, be it one that could not be had */
    struct doc *beredd;      /* beredd.ini: several parts read it; without sections where it could not be read */
    bool beredd_missing;     /* that was reported: what it lacks is no news */
};

void problems_sort(struct problems *problems);
void problems_quote(struct problems *problems, const char *directory);       /* sets line_text, once they are sorted */
void problems_set_line_text(struct problems *problems, size_t index, const char *text);
bool problems_full(const struct problems *problems);        /* no more are kept: looking on is idle */

#define load_error(load, where, ...)   problems_add((load)->problems, PROBLEM_ERROR, (where).file, (where).line, __VA_ARGS__)
#define load_warning(load, where, ...) problems_add((load)->problems, PROBLEM_WARNING, (where).file, (where).line, __VA_ARGS__)

static inline struct origin doc_origin(const struct doc *doc, int line)
{
    return (struct origin){ .file = doc->file, .line = line };
}

/* Why a name may not be an id ("has a space in it"), or NULL. Letters, digits, '.', '-' and '_', in any script. */
const char *load_bad_id(const char *name);
/* A path in the arena: `path` itself if absolute, else below the configuration directory. */
const char *load_path(struct load *load, const char *path);
/* Reads and checks a file below the configuration directory. Absent: NULL, and an error if `required`. Not readable: NULL,
 * reported, and *ret_incomplete is true. */
struct doc *load_document(struct load *load, const char *file, bool required, const struct doc_kind *kinds, size_t n_kinds,
                          bool *ret_incomplete);
/* The same for a file anywhere; `file` is what the administrator is told. */
struct doc *load_document_at(struct load *load, const char *path, const char *file, bool required, const struct doc_kind *kinds,
                             size_t n_kinds, bool *ret_incomplete);
/* Something could not be read: "not checked" as a warning if only checking, else an error. */
void load_unreadable(struct load *load, struct origin where, const char *path, enum err err);
/* The names of DIRECTORY/SUBDIRECTORY/ *.ini without the suffix, in the arena. Absent: none. */
void load_names(struct load *load, const char *subdirectory, struct names *ret);
/* "unknown WHAT 'typed'; did you mean 'x'?"; silent where the names are incomplete. */
void load_unknown(struct load *load, struct origin where, const char *what, const char *typed, const struct names *known);

/* NULL, and the problem reported, if there is none of that name. */
const struct person *load_person(struct load *load, struct origin where, const char *id);
/* The person; or, if there is none of that name, which is reported, a stand-in whose origin has no line: so that a mistake in a
 * name is not also a hole. A configuration with a stand-in in it is never handed out to be used. */
const struct person *load_person_or_stand_in(struct load *load, struct origin where, const char *id);
const struct group *load_group(struct load *load, struct origin where, const char *id);
struct roster *load_roster(struct load *load, struct origin where, const char *role);

/* A secret: credential:NAME, file:PATH, or the text itself. NULL, and the problem reported, if it cannot be had.
 * `literal_is_open` warns of a text in a file that others may read. */
const char *secret_resolve(struct load *load, const struct doc *doc, int line, const char *key, const char *text,
                           bool literal_is_open);

/* The parts. */
void settings_load(struct load *load);
void settings_load_admins(struct load *load);
void endpoint_load(struct load *load);
void people_load(struct load *load);
void groups_load(struct load *load);
void gateways_load(struct load *load);
void channels_load(struct load *load);
void rosters_load(struct load *load);
void schedules_load(struct load *load);
void sources_load(struct load *load);
void reach_check(struct load *load);

#endif
