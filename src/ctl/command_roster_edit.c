/* roster edit: the administrator's editor on a copy, which is checked whole, told in words, and only then put in the place of the
 * roster. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "config/slurp.h"
#include "ctl/config_dir.h"
#include "ctl/ctl.h"
#include "ctl/print.h"
#include "ctl/roster_change.h"
#include "ctl/roster_files.h"
#include "ctl/roster_lock.h"

const struct args_option command_roster_edit_options[] = {
    {"yes", 'y', NULL, "do not ask before it is written"},
    CONFIG_DIR_OPTION,
    {NULL, 0, NULL, NULL},
};

struct edit {
    struct ctl *ctl;
    const struct args *args;
    struct buf role, name, file;     /* "TIB", "TIB.ini", "rosters/TIB.ini" */
    struct buf original, edited;
    struct roster_change change;
};

static void edit_done(struct edit *edit)
{
    roster_change_done(&edit->change);
    buf_done(&edit->role);
    buf_done(&edit->name);
    buf_done(&edit->file);
    buf_done(&edit->original);
    buf_done(&edit->edited);
}

/* ---- the editor ---- */

static const char *editor_of(void)
{
    static const char *const variables[] = {"VISUAL", "EDITOR"};
    for (size_t i = 0; i < N_ELEMENTS(variables); i++) {
        const char *editor = getenv(variables[i]);
        if (editor && *editor)
            return editor;
    }
    return NULL;
}

/* The variable is a command line, as everywhere: EDITOR="emacs -nw". Without one: Debian's choice, or vi. */
static void exec_editor(const char *path)
{
    const char *editor = editor_of();
    CLEANUP_BUF struct buf command = {0};
    if (editor) {
        buf_printf(&command, "%s \"$@\"", editor);
        execl("/bin/sh", "sh", "-c", buf_text(&command), editor, path, (char *)NULL);
    } else {
        execlp("editor", "editor", path, (char *)NULL);
        execlp("vi", "vi", path, (char *)NULL);
    }
    _exit(127);
}

/* Ctrl-C in an editor is the editor's. */
static bool run_editor(const char *path)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, interrupt, quit;
    int status = -1;
    fflush(NULL);
    sigaction(SIGINT, &ignore, &interrupt);
    sigaction(SIGQUIT, &ignore, &quit);
    pid_t pid = fork();
    if (pid == 0) {
        sigaction(SIGINT, &interrupt, NULL);
        sigaction(SIGQUIT, &quit, NULL);
        exec_editor(path);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    sigaction(SIGINT, &interrupt, NULL);
    sigaction(SIGQUIT, &quit, NULL);
    if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (pid < 0)
        ctl_complain("cannot start an editor: %s", strerror(errno));
    else if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        ctl_complain("there is no editor %s; say which in EDITOR. Nothing was changed",
                     editor_of() ? editor_of() : "on this machine");
    else
        ctl_complain("the editor failed; nothing was changed");
    return false;
}

/* ---- what came of it ---- */

static bool read_edited(struct edit *edit)
{
    buf_clear(&edit->edited);
    enum err err = slurp_file(staging_path(edit->change.staging, buf_text(&edit->file)), SLURP_MAX_BYTES, &edit->edited, NULL);
    if (err)
        ctl_complain("what the editor left cannot be read: %s; nothing was changed", err_text(err));
    return err == ERR_OK;
}

static bool same_bytes(const struct buf *a, const struct buf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* A problem in the file with the line that it is about. */
static void print_line_of(const struct edit *edit, int wanted)
{
    const char *text = buf_text(&edit->edited), *end = text + edit->edited.len;
    for (int line = 1; text < end; line++) {
        const char *feed = memchr(text, '\n', (size_t)(end - text));
        size_t len = (size_t)((feed ? feed : end) - text);
        if (line == wanted) {
            CLEANUP_BUF struct buf clean = {0};
            text_add_clean_line(&clean, text, len);
            fprintf(stderr, "%6d | %s\n", line, buf_text(&clean));
        }
        text += len + 1;
    }
}

static void show_errors(const struct edit *edit)
{
    const struct problems *problems = edit->change.problems;
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_get(problems, i);
        if (problem->level != PROBLEM_ERROR)
            continue;
        config_dir_print_problem(stderr, problem);
        if (problem->line > 0 && strcmp(problem->file, buf_text(&edit->file)) == 0)
            print_line_of(edit, problem->line);
    }
}

/* Errors of other files were there before. */
static bool is_own_error(const struct edit *edit)
{
    for (size_t i = 0; i < problems_count(edit->change.problems); i++) {
        const struct problem *problem = problems_get(edit->change.problems, i);
        if (problem->level == PROBLEM_ERROR && strcmp(problem->file, buf_text(&edit->file)) == 0)
            return true;
    }
    return false;
}

enum verdict { EDIT_AGAIN, EDIT_DISCARD, EDIT_INSTALL };

/* Two files with errors in them can only be mended one after the other, so a good one may be written beside a bad one. */
static enum verdict ask_about_errors(const struct edit *edit)
{
    bool own = is_own_error(edit);
    for (;;) {
        show_errors(edit);
        if (!roster_change_can_ask())
            return EDIT_DISCARD;
        if (!own)
            ctl_complain("%s itself has no errors", buf_text(&edit->file));
        const char *question = own ? "[e]dit again, [d]iscard, [s]how the errors again?"
                                   : "[e]dit again, [d]iscard, [s]how the errors again, or [w]rite it all the same?";
        char letter = roster_change_ask(question, own ? "eds" : "edsw");
        if (letter != 's')
            return letter == 'e' ? EDIT_AGAIN : letter == 'w' ? EDIT_INSTALL : EDIT_DISCARD;
    }
}

static enum verdict ask_about_change(const struct edit *edit)
{
    roster_change_print_warnings(&edit->change, stderr);
    if (!edit->ctl->json)
        roster_change_print_words(&edit->change, stdout);
    if (args_flag(edit->args, "yes") || !roster_change_can_ask())
        return EDIT_INSTALL;
    char letter = roster_change_ask("Write this? [j]a, [n]o, [e]dit again:", "jyne");
    return letter == 'e' ? EDIT_AGAIN : letter == 'j' || letter == 'y' ? EDIT_INSTALL : EDIT_DISCARD;
}

/* ---- in its place ---- */

/* What somebody wrote is not thrown away because it could not be put in its place. */
static int keep(struct edit *edit)
{
    staging_keep(edit->change.staging);
    ctl_complain("what you wrote is in %s", staging_path(edit->change.staging, buf_text(&edit->file)));
    return EXIT_REFUSED;
}

static int install(struct edit *edit)
{
    CLEANUP(roster_files_close) struct roster_files *files = roster_files_open(edit->change.directory);
    CLEANUP_BUF struct buf now = {0};
    struct stat status;
    if (!files || !roster_files_lock(files) || !roster_files_read(files, buf_text(&edit->name), &now, &status))
        return keep(edit);
    if (!same_bytes(&now, &edit->original)) {
        ctl_complain("%s was changed by somebody else meanwhile; nothing was written", buf_text(&edit->file));
        return keep(edit);
    }
    return roster_files_replace(files, buf_text(&edit->name), &edit->edited, &status) ? EXIT_DONE : keep(edit);
}

static int finish(struct edit *edit)
{
    const struct config *config = edit->change.after ? edit->change.after : edit->change.before;
    bool in_force = false;
    int code = install(edit);
    if (code != EXIT_DONE)
        return code;
    code = roster_change_settle(edit->ctl, edit->args, config, &in_force);
    if (edit->ctl->json)
        roster_change_print_json(&edit->change, NULL, true, in_force);
    else
        printf("%s: %s\n", in_force ? "In force" : "Written", buf_text(&edit->file));
    return code;
}

static int discard(const struct edit *edit, bool by_choice)
{
    if (edit->ctl->json)
        roster_change_print_json(&edit->change, NULL, false, false);
    ctl_complain("nothing was changed");
    return by_choice ? EXIT_DONE : EXIT_REFUSED;
}

static int edit_until_good(struct edit *edit)
{
    for (;;) {
        if (!run_editor(staging_path(edit->change.staging, buf_text(&edit->file))) || !read_edited(edit))
            return EXIT_REFUSED;
        if (same_bytes(&edit->original, &edit->edited)) {
            puts("No change.");
            return EXIT_DONE;
        }
        int code = roster_change_compare(&edit->change, INT64_MAX);
        if (code != EXIT_DONE)
            return code;
        bool good = edit->change.after != NULL;
        enum verdict verdict = good ? ask_about_change(edit) : ask_about_errors(edit);
        if (verdict == EDIT_INSTALL)
            return finish(edit);
        if (verdict == EDIT_DISCARD)
            return discard(edit, good);
    }
}

static bool begin(struct edit *edit, const char *typed)
{
    if (!roster_change_find_role(edit->change.directory, typed, &edit->role))
        return false;
    edit->change.role = buf_text(&edit->role);
    buf_printf(&edit->name, "%s.ini", edit->change.role);
    buf_printf(&edit->file, "rosters/%s", buf_text(&edit->name));
    CLEANUP(roster_files_close) struct roster_files *files = roster_files_open(edit->change.directory);
    return files && roster_files_may_write(files);
}

/* Under the lock: whoever held it before may just have written. */
static bool copy_out(struct edit *edit)
{
    CLEANUP(roster_files_close) struct roster_files *files = roster_files_open(edit->change.directory);
    struct stat status;
    return files && roster_files_read(files, buf_text(&edit->name), &edit->original, &status) &&
           roster_change_stage(&edit->change) &&
           staging_write(edit->change.staging, buf_text(&edit->file), buf_text(&edit->original), edit->original.len);
}

int command_roster_edit(struct ctl *ctl, const struct args *args)
{
    struct edit edit = {.ctl = ctl, .args = args, .change = {.directory = config_dir_of(args)}};
    CLEANUP(roster_lock_free) struct roster_lock *lock = NULL;
    int code = EXIT_REFUSED;
    if (begin(&edit, args->operands[0]))
        lock = roster_lock_take(edit.change.directory, edit.change.role, roster_change_login());
    if (lock && copy_out(&edit))
        code = edit_until_good(&edit);
    edit_done(&edit);
    return code;
}
