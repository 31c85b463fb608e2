#include "import.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/civil.h"
#include "fuzz.h"

void import_begin(struct roster_import *import)
{
    const struct plan *plan = &fuzz_config()->plan;
    *import = (struct roster_import){.plan = plan, .roster = plan_roster(plan, "TIB"), .now_usec = FUZZ_NOW_USEC};
}

static void check_shift(const struct plan *plan, const struct import_shift *shift)
{
    HOLDS(shift->from_usec < shift->to_usec);
    HOLDS(!shift->primary || (shift->primary >= plan->persons && shift->primary < plan->persons + plan->n_persons));
    HOLDS(shift->n_backups <= ROSTER_MAX_BACKUPS);
    for (size_t i = 0; i < shift->n_backups; i++)
        HOLDS(shift->backups[i] >= plan->persons && shift->backups[i] < plan->persons + plan->n_persons);
}

static void check_problems(const struct roster_import *import)
{
    size_t errors = 0;
    HOLDS(import->n_problems <= IMPORT_MAX_PROBLEMS);
    for (size_t i = 0; i < import->n_problems; i++) {
        const char *text = import->problems[i].text;
        HOLDS(*text && fuzz_is_clean(text, strlen(text), false), "%s", text);
        errors += import->problems[i].error;
    }
    HOLDS(errors <= import->n_errors && (errors > 0) == (import->n_errors > 0));
}

/* ---- reading back ---- */

static char directory[64];

static void add_path(struct buf *buf, const char *name)
{
    buf_printf(buf, "%s/%s", directory, name);
}

static void write_file(const char *name, const void *bytes, size_t len)
{
    CLEANUP_BUF struct buf path = {0};
    add_path(&path, name);
    int fd = open(buf_text(&path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    HOLDS(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
    close(fd);
}

static const char *const names[] = {
    "rosters/TIB.d/import.ini", "rosters/TIB.d", "rosters/TIB.ini", "rosters", "gateways/try.ini", "gateways", "people.ini", "beredd.ini", "",
};

static void clear(void)
{
    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        CLEANUP_BUF struct buf path = {0};
        add_path(&path, names[i]);
        (void)!remove(buf_text(&path));
    }
}

static void make_directory(const char *name)
{
    CLEANUP_BUF struct buf path = {0};
    add_path(&path, name);
    HOLDS(mkdir(buf_text(&path), 0700) == 0);
}

/* The plan's people and zone; a roster of shifts alone. */
static void prepare(const struct plan *plan)
{
    static const char beredd[] = "[daemon]\norganisation = Exempelby\ntimezone = Europe/Stockholm\n[channels]\nsms = try\n";
    static const char roster[] = "[roster]\nrole = TIB\n[rotation]\nstart = 2026-W01\norder = bo.ek\n[ladder]\nstep = 0m primary sms\nrepeat = 5m\n";
    static const char gateway[] = "[gateway try]\ntype = outbox\nfile = /dev/null\n";
    CLEANUP_BUF struct buf people = {0};
    if (directory[0])
        return;
    snprintf(directory, sizeof directory, "%s/fuzz-import.XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    HOLDS(mkdtemp(directory));
    (void)atexit(clear);
    make_directory("gateways");
    make_directory("rosters");
    make_directory("rosters/TIB.d");
    for (size_t i = 0; i < plan->n_persons; i++)
        buf_printf(&people, "[person %s]\nname = %s\nsms = +46701740605\n", plan->persons[i].id, plan->persons[i].name);
    write_file("people.ini", buf_text(&people), people.len);
    write_file("gateways/try.ini", gateway, sizeof gateway - 1);
    write_file("beredd.ini", beredd, sizeof beredd - 1);
    write_file("rosters/TIB.ini", roster, sizeof roster - 1);
}

static const char *id_of(const struct person *person)
{
    return person ? person->id : "*";
}

/* Written to the minute: never shorter than it was, and by no more than a minute longer; or the local hour that comes twice. */
static bool same(const struct import_shift *is, const struct duty_shift *was)
{
    int64_t before = is->from_usec - was->from_usec, after = was->to_usec - is->to_usec;
    return before >= 0 && after >= 0 && before <= USEC_PER_HOUR + USEC_PER_MIN && after <= USEC_PER_HOUR + USEC_PER_MIN
        && strcmp(id_of(is->primary), id_of(was->duty.primary)) == 0;
}

static void read_back(const struct roster_import *import)
{
    struct config_env env = {
        .directory = directory, .preset_directory = FUZZ_PRESETS, .zoneinfo_directory = "/usr/share/zoneinfo", .now_usec = FUZZ_NOW_USEC,
    };
    CLEANUP(problems_free) struct problems *problems = problems_new();
    CLEANUP(config_free) struct config *config = NULL;
    enum err err = config_load(&env, problems, &config);
    for (size_t i = 0; err != ERR_OK && i < problems_count(problems); i++)
        if (problems_get(problems, i)->level == PROBLEM_ERROR)
            fprintf(stderr, "%s:%d: %s\n", problems_get(problems, i)->file, problems_get(problems, i)->line, problems_get(problems, i)->message);
    HOLDS(err == ERR_OK, "what was imported is refused");
    const struct roster *roster = plan_roster(&config->plan, "TIB");
    HOLDS(roster->n_shifts == import->n_shifts);
    for (size_t i = 0; i < import->n_shifts; i++) {
        bool found = false;
        for (size_t k = 0; k < roster->n_shifts; k++)
            found |= same(&import->shifts[i], &roster->shifts[k]);
        HOLDS(found, "shift %zu of %zu is another one", i, import->n_shifts);
    }
}

void import_check(struct roster_import *import)
{
    check_problems(import);
    for (size_t i = 0; i < import->n_shifts; i++)
        check_shift(import->plan, &import->shifts[i]);
    if (import->n_errors > 0 || import->n_shifts == 0 || import->n_shifts > 50)
        return;
    CLEANUP_BUF struct buf text = {0};
    prepare(import->plan);
    roster_import_add_text(import, &text);
    write_file("rosters/TIB.d/import.ini", buf_text(&text), text.len);
    read_back(import);
}
