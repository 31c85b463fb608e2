/* The configuration as it stands on disk, read without the daemon: for what has to work before it runs, and for people who may
 * edit rosters and nothing else. What they may not read for want of rights (secrets, say) is passed over, unless a roster depends
 * on it. */
#ifndef CTL_CONFIG_DIR_H
#define CTL_CONFIG_DIR_H

#include <stdio.h>

#include "config/config.h"
#include "ctl/args.h"

#define CONFIG_DIR_OPTION {"config", 'c', "DIR", "the configuration directory (" SYSCONFDIR ")"}

const char *config_dir_of(const struct args *args);          /* --config, or the usual place */
int64_t config_dir_now(void);                                /* wall time in microseconds */

/* Reads the directory, reporting nothing. ERR_DENIED: what rosters depend on may not be read; it has been told on stderr.
 * ERR_CONFIG: `problems` say why. */
WARN_UNUSED enum err config_dir_read(const char *directory, struct problems *problems, struct config **ret);
/* The same; holes are looked for that many days ahead. */
WARN_UNUSED enum err config_dir_check(const char *directory, int days, struct problems *problems, struct config **ret);
/* The same, and says on stderr what is wrong. EXIT_DONE, or EXIT_REFUSED. */
WARN_UNUSED int config_dir_load(const char *directory, struct config **ret);

/* `file:line: error: message`, those of at least this level. */
void config_dir_print_problems(FILE *stream, const struct problems *problems, enum problem_level least);
void config_dir_print_problem(FILE *stream, const struct problem *problem);

/* A role or a person as people type them: any case, and a person's name too. NULL: told, with what is near. */
const struct roster *config_dir_role(const struct config *config, const char *typed);
const struct person *config_dir_person(const struct config *config, const char *typed);

#endif
