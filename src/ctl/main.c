/* bereddctl: everything that is not the daemon. Finds the command, reads its options, runs it. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/text.h"
#include "config.h"
#include "ctl/ctl.h"

static const struct command commands[] = {
    {"trigger", "SUMMARY", "raise an alarm: the duty officers are called until somebody answers",
     "On a terminal it lists who will be called and asks for the word LARMA. Quote the summary: it is one argument.\n",
     command_trigger_options, 1, 1, command_trigger},
    {"list", "", "list open incidents", NULL, command_list_options, 0, 0, command_list},
    {"show", "ID", "show an incident and its timeline", NULL, NULL, 1, 1, command_show},
    {"log", "[ID]", "print what happened, of one incident or of all", NULL, command_log_options, 0, 1, command_log},
    {"ack", "ID", "take a call-out: nobody more is called for it", NULL, command_answer_options, 1, 1, command_ack},
    {"decline", "ID", "say that a person cannot come, or can no longer: the next one is called", NULL, command_answer_options, 1, 1,
     command_decline},
    {"note", "ID TEXT", "write a note in the timeline", NULL, NULL, 2, 2, command_note},
    {"close", "ID [REASON]", "close an incident; whoever is being called is told that it is withdrawn", NULL, NULL, 1, 2, command_close},
    {"callout", "ID ROLE", "call a role in for an open incident, too", NULL, NULL, 2, 2, command_callout},
    {"oncall", "", "who holds each role, until when, and who is next",
     "TIME is local, \"2026-12-24 08:00\", or RFC 3339.\n", command_oncall_options, 0, 0, command_oncall},
    {"gateway list", "", "how each gateway is doing", NULL, NULL, 0, 0, command_gateway_list},
    {"gateway test", "GATEWAY PERSON", "send a test message through one gateway", NULL, command_gateway_test_options, 2, 2,
     command_gateway_test},
    {"gateway vcard", "", "a contact with every number that pages come from, for the officers' telephones",
     "A vCard for iPhone and Android. A telephone in do-not-disturb lets a contact through if its owner has said so: the note says how.\n",
     command_gateway_vcard_options, 0, 0, command_gateway_vcard},
    {"status", "", "how the daemon is doing", "Exits 1 when it is degraded, no gateway works, or nobody holds a role.\n", NULL, 0, 0,
     command_status},
    {"check", "", "check the configuration on disk, changing nothing", NULL, NULL, 0, 0, command_check},
    {"reload", "", "check the configuration on disk, and take it into use if it has no errors", NULL, NULL, 0, 0, command_reload},
    {"token new", "SOURCE", "make a token for a source, and its line for sources.ini",
     "Needs no daemon. The token is shown this once: hand it to the source and keep no copy.\n", NULL, 1, 1, command_token_new},
    {"verify", "", "verify that the log has not been edited",
     "Asks the daemon; with --state it reads a log that no daemon holds.\n", command_verify_options, 0, 0, command_verify},
    {"roster show", "[ROLE]...", "a calendar of who holds each role, and the duties in words",
     "This month, or the days from --from to --to. Reads the configuration directory: needs no daemon.\n",
     command_roster_show_options, 0, 64, command_roster_show},
    {"roster check", "[ROLE]", "what is wrong with the rosters on disk, and the holes ahead",
     "Reads the configuration directory: needs no daemon. Exits 1 if there are errors; warnings alone are 0.\n",
     command_roster_check_options, 0, 1, command_roster_check},
    {"roster export", "ROLE", "a roster as iCalendar, for a calendar program",
     "Telephones may subscribe to /v1/rosters/ROLE.ics?token=TOKEN instead. Reads the configuration directory: needs no daemon.\n",
     command_roster_export_options, 1, 1, command_roster_export},
    {"roster import", "ROLE FILE", "take over shifts from a spreadsheet (CSV) or a calendar (.ics), as a file of their own",
     "A spreadsheet has headings, vecka;namn;ersättare or från;till;namn;ersättare. Importing a file of the same name again takes the place\n"
     "of what it brought before.\n", command_roster_import_options, 2, 2, command_roster_import},
    {"roster edit", "ROLE", "edit a roster: it is checked, and told in words, before it is written",
     "Opens $VISUAL or $EDITOR on a copy. Errors are shown and can be mended at once.\n", command_roster_edit_options, 1, 1,
     command_roster_edit},
    {"roster shift add", "ROLE FROM TO PERSON", "let somebody take over a role for a while",
     "FROM and TO: now, \"2026-12-24 08:00\", 2026-12-24, mån, Mon, \"mån 08:00\", 08:00, imorgon, tomorrow; +2h, +7d. A day without a time\n"
     "means the handover. Until Monday, from now: bereddctl roster shift add TIB now mån anna.berg\n",
     command_roster_shift_add_options, 0, 8, command_roster_shift_add},
    {"roster shift list", "[ROLE]", "list the shifts to come: swaps, takeovers, and those in the roster itself", NULL,
     command_roster_shift_list_options, 0, 1, command_roster_shift_list},
    {"roster shift remove", "ROLE ID", "take back a shift that was added", NULL, command_roster_shift_remove_options, 2, 2,
     command_roster_shift_remove},
    {"simulate", "", "whom an alarm would page, when and by what, if it came now or at another time",
     "Nothing is sent. It follows the ladder to its first repeat, or until somebody answers yes, as --answer says.\n"
     "Gateways are taken to accept everything. Reads the configuration directory: needs no daemon.\n",
     command_simulate_options, 0, 0, command_simulate},
    {"drill start", "", "exercise the alarm chain: page as for a real alarm, marked as an exercise",
     "Say whom: --role, --all-roles or --to. On a terminal it lists who will be called and asks for the word ÖVA. A drill ends by itself, is\n"
     "stopped by a real alarm to the same people, and tells everybody whom it paged that it is over.\n",
     command_drill_start_options, 0, 0, command_drill_start},
    {"drill list", "", "drills that are planned, open, or have ended within a day", NULL, NULL, 0, 0, command_drill_list},
    {"drill stop", "[ID]", "stop a drill, or every one, and those that are planned", NULL, NULL, 0, 1, command_drill_stop},
    {"drill report", "[ID]", "what a drill came to: who was paged, who answered, how fast, by which gateways",
     "Without an id the latest. With --since all of them, in a table and totals; dry runs count for none. html is one file, to be printed or\n"
     "sent; csv has a row for each message.\n", command_drill_report_options, 0, 1, command_drill_report},
};

static bool is_of_group(const struct command *command, const char *group)
{
    size_t len = strlen(group);
    return strncmp(command->name, group, len) == 0 && command->name[len] == ' ';
}

static bool is_group(const char *words)
{
    for (size_t i = 0; i < N_ELEMENTS(commands); i++)
        if (is_of_group(&commands[i], words))
            return true;
    return false;
}

static int call_text(const struct command *command, char *ret, size_t size)
{
    return snprintf(ret, size, "%s %s", command->name, command->operands);
}

/* group: only "drill ..."; NULL: all. */
static void print_commands(FILE *stream, const char *group)
{
    char call[64];
    int width = 0;
    for (size_t i = 0; i < N_ELEMENTS(commands); i++) {
        int len = call_text(&commands[i], call, sizeof call);
        width = (!group || is_of_group(&commands[i], group)) && len > width ? len : width;
    }
    for (size_t i = 0; i < N_ELEMENTS(commands); i++) {
        if (group && !is_of_group(&commands[i], group))
            continue;
        call_text(&commands[i], call, sizeof call);
        fprintf(stream, "  %-*s  %s\n", width, call, commands[i].summary);
    }
}

static void print_usage(FILE *stream)
{
    fputs("Usage: bereddctl [--socket PATH] [--json] COMMAND ...\n\n", stream);
    print_commands(stream, NULL);
    fputs("\n`bereddctl COMMAND --help` explains one. Exit status: 0 done, 1 refused, 2 usage, 3 daemon not reachable.\n",
          stream);
}

static void print_help(const struct command *command)
{
    printf("Usage: bereddctl %s [OPTION]...%s%s\n\n%c%s.\n%s\n", command->name, *command->operands ? " " : "", command->operands,
           command->summary[0] - 'a' + 'A', command->summary + 1, command->details ? command->details : "");
    args_print_options(command->options);
    args_print_options(args_common);
}

/* How many words a command's name has, if argv begins with them; 0: it does not. */
static int match_name(const char *name, int argc, char **argv)
{
    int words = 0;
    for (const char *word = name, *next; *word; word = next) {
        size_t len = strcspn(word, " ");
        next = word + len + (word[len] == ' ');
        if (words == argc || strlen(argv[words]) != len || strncmp(argv[words], word, len) != 0)
            return 0;
        words++;
    }
    return words;
}

/* A command's name is up to three words; *ret_words says how many were used. */
static const struct command *find_command(int argc, char **argv, int *ret_words)
{
    for (size_t i = 0; i < N_ELEMENTS(commands); i++) {
        *ret_words = match_name(commands[i].name, argc, argv);
        if (*ret_words > 0)
            return &commands[i];
    }
    return NULL;
}

/* The words at the beginning that several commands share, as "roster shift"; ret is empty if there are none. Returns how many. */
static size_t find_group(size_t argc, char *const *argv, struct buf *ret)
{
    CLEANUP_BUF struct buf words = {0};
    for (size_t n = 0; n < argc; n++) {
        buf_printf(&words, "%s%s", n ? " " : "", argv[n]);
        if (!is_group(buf_text(&words)))
            return n;
        buf_clear(ret);
        buf_add_text(ret, buf_text(&words));
    }
    return argc;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int print_group(const char *group)
{
    printf("Usage: bereddctl %s COMMAND ...\n\n", group);
    print_commands(stdout, group);
    printf("\n`bereddctl %s COMMAND --help` explains one.\n", group);
    return EXIT_DONE;
}

static int ask_which(const char *group)
{
    CLEANUP_BUF struct buf names = {0};
    for (size_t i = 0; i < N_ELEMENTS(commands); i++)
        if (is_of_group(&commands[i], group))
            buf_printf(&names, "%s%s", names.len ? ", " : "", commands[i].name);
    ctl_complain("which one? %s", buf_text(&names));
    return EXIT_USAGE;
}

static int no_command(size_t argc, char *const *argv)
{
    const char *names[N_ELEMENTS(commands)];
    CLEANUP_BUF struct buf group = {0};
    size_t words = find_group(argc, argv, &group);
    if (words > 0)
        return words < argc && is_help(argv[words]) ? print_group(buf_text(&group)) : ask_which(buf_text(&group));
    for (size_t i = 0; i < N_ELEMENTS(commands); i++)
        names[i] = commands[i].name;
    const char *nearest = text_nearest(argv[0], names, N_ELEMENTS(commands));
    if (nearest)
        ctl_complain("there is no command '%s'; did you mean '%s'?", argv[0], nearest);
    else
        ctl_complain("there is no command '%s'; see bereddctl --help", argv[0]);
    return EXIT_USAGE;
}

static int bad_operands(const struct command *command, const struct args *args)
{
    if (command->run == command_trigger && args->n_operands > 1)
        ctl_complain("one summary, please: put it in quotes, as in bereddctl trigger \"Brand i skola, Tumba\"");
    else
        ctl_complain("%s arguments: bereddctl %s %s", args->n_operands > command->max_operands ? "too many" : "too few",
                     command->name, command->operands);
    return EXIT_USAGE;
}

/* What is no UTF-8 would not survive JSON. */
static bool is_text(const struct args *args)
{
    bool valid = true;
    for (size_t i = 0; i < args->n_operands; i++)
        valid = valid && text_utf8_valid(args->operands[i], strlen(args->operands[i]));
    for (size_t i = 0; i < args->n_given; i++)
        valid = valid && (!args->given[i].value || text_utf8_valid(args->given[i].value, strlen(args->given[i].value)));
    if (!valid)
        ctl_complain("what was given is no UTF-8 text; is the terminal set to another encoding?");
    return valid;
}

static const char *socket_path(const struct args *args)
{
    const char *given = args_value(args, "socket"), *environment = getenv("BEREDD_SOCKET");
    return given ? given : environment && *environment ? environment : RUNSTATEDIR "/beredd.sock";
}

static int run_command(const struct command *command, struct args *args, int argc, char **argv)
{
    enum args_result result = args_parse(args, command->options, argc, argv, false);
    if (result == ARGS_HELP) {
        print_help(command);
        return EXIT_DONE;
    }
    if (result != ARGS_OK)
        return EXIT_USAGE;
    if (args->n_operands < command->min_operands || args->n_operands > command->max_operands)
        return bad_operands(command, args);
    if (!is_text(args))
        return EXIT_USAGE;
    struct ctl ctl = {.socket_path = socket_path(args), .json = args_flag(args, "json")};
    if (strlen(ctl.socket_path) > 107) {
        ctl_complain("the socket's path is too long: at most 107 bytes");
        return EXIT_USAGE;
    }
    ctl.client = client_new(ctl.socket_path);
    int code = command->run(&ctl, args);
    client_free(ctl.client);
    return code;
}

static int find_and_run(struct args *args, int argc, char **argv)
{
    static const struct args_option options[] = {{"version", 'V', NULL, ""}, {NULL, 0, NULL, NULL}};
    enum args_result result = args_parse(args, options, argc, argv, true);
    if (result == ARGS_USAGE)
        return EXIT_USAGE;
    if (result == ARGS_HELP) {
        print_usage(stdout);
        return EXIT_DONE;
    }
    if (args_flag(args, "version")) {
        puts("bereddctl " PACKAGE_VERSION);
        return EXIT_DONE;
    }
    if (args->n_operands == 0) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    int words, rest = (int)args->n_operands;
    const struct command *command = find_command(rest, args->operands, &words);
    if (!command)
        return no_command(args->n_operands, args->operands);
    char **begin = args->operands + words - 1;
    begin[0] = argv[0];      /* what getopt_long calls itself in its messages */
    return run_command(command, args, rest - words + 1, begin);
}

int main(int argc, char **argv)
{
    /* Widths of characters, whatever the environment says: what is printed is UTF-8. */
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        (void)setlocale(LC_CTYPE, "");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct args args = {0};
    int code = find_and_run(&args, argc, argv);
    curl_global_cleanup();
    if (fflush(stdout) != 0 || ferror(stdout)) {
        ctl_complain("cannot write the answer out");
        return code == EXIT_DONE ? EXIT_REFUSED : code;
    }
    return code;
}
