/* The command line of one command: its options as a table, from which both parsing and --help come. */
#ifndef CTL_ARGS_H
#define CTL_ARGS_H

#include <stdbool.h>
#include <stddef.h>

enum { ARGS_MAX_OPTIONS = 24, ARGS_MAX_VALUES = 128 };

struct args_option {
    const char *name;        /* without "--"; NULL ends a table */
    char letter;             /* 0: none */
    const char *value;       /* what its value is called in --help; NULL: a flag */
    const char *help;
};

struct args {                /* every string is borrowed from argv */
    struct { const char *option, *value; } given[ARGS_MAX_VALUES];
    size_t n_given;
    char **operands;
    size_t n_operands;
};

enum args_result { ARGS_OK, ARGS_HELP, ARGS_USAGE };

/* Those that every command takes: --socket, --json, --help. */
extern const struct args_option args_common[];

/* Reads argv[1..] against `options` (NULL: none) and args_common. Errors have been told on stderr. stop_at_operand: what follows
 * the first operand is left for somebody else. May be called again after that, on the rest. */
enum args_result args_parse(struct args *args, const struct args_option *options, int argc, char **argv, bool stop_at_operand);

bool args_flag(const struct args *args, const char *option);
const char *args_value(const struct args *args, const char *option);                  /* the last one given; NULL: none */
const char *args_next(const struct args *args, const char *option, size_t *index);    /* each in turn from *index = 0; then
                                                                                         NULL */
const char *args_operand(const struct args *args, size_t index);                      /* NULL: not given */

void args_print_options(const struct args_option *options);                           /* lines for --help, on stdout */

#endif
