#include "ctl/args.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_LONG = 256 };   /* values of long options: beyond every letter */

const struct args_option args_common[] = {
    {"socket", 's', "PATH", "where the daemon listens ($BEREDD_SOCKET, or its usual place)"},
    {"json", 0, NULL, "print what the daemon answered, as JSON"},
    {"help", 'h', NULL, "explain this command"},
    {NULL, 0, NULL, NULL},
};

struct table {               /* both tables, as getopt_long wants them */
    const struct args_option *options[ARGS_MAX_OPTIONS];
    struct option longs[ARGS_MAX_OPTIONS + 1];
    char letters[2 * ARGS_MAX_OPTIONS + 3];
    size_t n;
};

static void table_add(struct table *table, const struct args_option *options)
{
    char *letters = table->letters + strlen(table->letters);
    for (const struct args_option *option = options; option && option->name; option++) {
        assert(table->n < ARGS_MAX_OPTIONS);
        table->longs[table->n] = (struct option){
            .name = option->name, .has_arg = option->value ? required_argument : no_argument, .val = FIRST_LONG + (int)table->n};
        table->options[table->n++] = option;
        if (!option->letter)
            continue;
        assert(!strchr(table->letters, option->letter));     /* one meaning each */
        *letters++ = option->letter;
        if (option->value)
            *letters++ = ':';
    }
}

static const struct args_option *table_find(const struct table *table, int val)
{
    if (val >= FIRST_LONG)
        return table->options[val - FIRST_LONG];
    for (size_t i = 0; i < table->n; i++)
        if (table->options[i]->letter == val)
            return table->options[i];
    return NULL;             /* '?': getopt_long has said what is wrong */
}

enum args_result args_parse(struct args *args, const struct args_option *options, int argc, char **argv, bool stop_at_operand)
{
    struct table table = {.letters = ""};
    if (stop_at_operand)
        table.letters[0] = '+';
    table_add(&table, options);
    table_add(&table, args_common);
    optind = 0;              /* glibc: start over */
    for (int val; (val = getopt_long(argc, argv, table.letters, table.longs, NULL)) != -1;) {
        const struct args_option *option = table_find(&table, val);
        if (!option)
            return ARGS_USAGE;
        if (strcmp(option->name, "help") == 0)
            return ARGS_HELP;
        if (args->n_given == ARGS_MAX_VALUES) {
            fprintf(stderr, "%s: too many options\n", argv[0]);
            return ARGS_USAGE;
        }
        args->given[args->n_given].option = option->name;
        args->given[args->n_given++].value = optarg;
    }
    args->operands = argv + optind;
    args->n_operands = (size_t)(argc - optind);
    return ARGS_OK;
}

const char *args_next(const struct args *args, const char *option, size_t *index)
{
    while (*index < args->n_given) {
        size_t i = (*index)++;
        if (strcmp(args->given[i].option, option) == 0)
            return args->given[i].value;
    }
    return NULL;
}

const char *args_value(const struct args *args, const char *option)
{
    const char *last = NULL;
    size_t index = 0;
    for (const char *value; (value = args_next(args, option, &index));)
        last = value;
    return last;
}

bool args_flag(const struct args *args, const char *option)
{
    for (size_t i = 0; i < args->n_given; i++)
        if (strcmp(args->given[i].option, option) == 0)
            return true;
    return false;
}

const char *args_operand(const struct args *args, size_t index)
{
    return index < args->n_operands ? args->operands[index] : NULL;
}

void args_print_options(const struct args_option *options)
{
    for (const struct args_option *option = options; option && option->name; option++) {
        char name[64];
        snprintf(name, sizeof name, "--%s%s%s", option->name, option->value ? " " : "", option->value ? option->value : "");
        if (option->letter)
            printf("  -%c, %-22s %s\n", option->letter, name, option->help);
        else
            printf("      %-22s %s\n", name, option->help);
    }
}
