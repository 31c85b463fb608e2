/* The configuration: a directory of INI files out of one input.
 *
 *  - config_load() gives a configuration, or at least one error, never both; each problem is clean text about a file.
 *  - What it accepts holds what plan.h promises (plan_check.c).
 *  - On what it accepts the engine pages: a trigger of each source starts a call-out for each role that it names, each call-out that pages
 *    waits for something (P2), and an hour of deadlines comes to rest (P7).
 *
 * The input is files, each behind a line "@@ NAME"; they take the place of those of plan/, or come beside them. "@@ -NAME" takes one away. */
#include <config.h>      /* _GNU_SOURCE, for memmem() */

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/civil.h"
#include "config/slurp.h"
#include "engine/roster.h"
#include "fuzz.h"
#include "plan_check.h"

enum { FILES_MAX = 32, TICKS_MAX = 3000 };

static const char *const base_files[] = {
    "beredd.ini", "people.ini", "groups.ini", "sources.ini", "rosters/TIB.ini", "rosters/KIB.ini", "rosters/VAKT.ini", "rosters/TIB.d/jul.ini",
    "gateways/try.ini", "gateways/mail.ini", "gateways/elks.ini", "gateways/twilio.ini", "gateways/kannel.ini", "gateways/form.ini",
    "gateways/json.ini", "credentials/word", "credentials/hook",
};
static const char *const base_directories[] = {"", "rosters", "rosters/TIB.d", "rosters/KIB.d", "gateways", "credentials"};

/* Two directories stay from run to run: the whole plan, and one without providers. Reading their presets is most of what a load takes, so
 * an input that does not speak of gateways goes without them. */
static char whole[64], light[64];
static const char *directory;        /* this run's */
static struct buf base_bytes[N_ELEMENTS(base_files)];

static void write_file(const char *name, const void *bytes, size_t len)
{
    CLEANUP_BUF struct buf path = {0};
    buf_printf(&path, "%s/%s", directory, name);
    int fd = open(buf_text(&path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)      /* a name that goes nowhere */
        return;
    HOLDS(write(fd, bytes, len) == (ssize_t)len);
    close(fd);
}

static void remove_file(const char *name)
{
    CLEANUP_BUF struct buf path = {0};
    buf_printf(&path, "%s/%s", directory, name);
    unlink(buf_text(&path));
}

static bool is_provider(const char *name)
{
    return strncmp(name, "gateways/", 9) == 0 && strcmp(name, "gateways/try.ini") != 0 && strcmp(name, "gateways/mail.ini") != 0;
}

/* Without [channels], which names providers, each channel takes the gateways that there are. */
static void write_base(size_t i)
{
    const char *channels = directory == light ? strstr(buf_text(&base_bytes[i]), "[channels]") : NULL;
    if (directory == whole || !is_provider(base_files[i]))
        write_file(base_files[i], buf_text(&base_bytes[i]), channels ? (size_t)(channels - base_bytes[i].data) : base_bytes[i].len);
}

static void clear_directory(const char *which)
{
    directory = which;
    for (size_t i = 0; i < N_ELEMENTS(base_files); i++)
        remove_file(base_files[i]);
    for (size_t i = N_ELEMENTS(base_directories); i-- > 0;) {
        CLEANUP_BUF struct buf path = {0};
        buf_printf(&path, "%s/%s", directory, base_directories[i]);
        rmdir(buf_text(&path));
    }
}

static void clear(void)
{
    clear_directory(whole);
    clear_directory(light);
}

/* In memory where there is such a place. */
static void make_directory(char ret[64])
{
    snprintf(ret, 64, "%s/fuzz-config.XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    HOLDS(mkdtemp(ret));
    directory = ret;
    for (size_t i = 1; i < N_ELEMENTS(base_directories); i++) {
        CLEANUP_BUF struct buf path = {0};
        buf_printf(&path, "%s/%s", directory, base_directories[i]);
        HOLDS(mkdir(buf_text(&path), 0700) == 0);
    }
    for (size_t i = 0; i < N_ELEMENTS(base_files); i++)
        write_base(i);
}

static void prepare(void)
{
    if (directory)
        return;
    for (size_t i = 0; i < N_ELEMENTS(base_files); i++) {
        CLEANUP_BUF struct buf path = {0};
        bool others_read;
        buf_printf(&path, FUZZ_DIR "/plan/%s", base_files[i]);
        HOLDS(slurp_file(buf_text(&path), SLURP_MAX_BYTES, &base_bytes[i], &others_read) == ERR_OK);
    }
    make_directory(whole);
    make_directory(light);
    (void)atexit(clear);
}

static bool speaks_of_gateways(const uint8_t *bytes, size_t len)
{
    return memmem(bytes, len, "gateway", 7) || memmem(bytes, len, "channel", 7) || memmem(bytes, len, "beredd.ini", 10);
}

/* ---- the input's files ---- */

struct names {
    char list[FILES_MAX][64];
    size_t n;
};

static bool name_is_good(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/");
    return len > 0 && len < 64 && name[len] == '\0' && name[0] != '/' && !strstr(name, "..");
}

static void begin_file(struct names *names, const char *name, struct buf *ret_name)
{
    bool away = name[0] == '-';
    buf_clear(ret_name);
    name += away;
    if (!name_is_good(name) || names->n == FILES_MAX)
        return;
    snprintf(names->list[names->n++], sizeof names->list[0], "%s", name);
    if (away)
        remove_file(name);
    else
        buf_add_text(ret_name, name);
}

static void write_files(struct fuzz_input *input, struct names *names)
{
    CLEANUP_BUF struct buf line = {0}, name = {0}, content = {0};
    while (fuzz_left(input) > 0) {
        fuzz_line(input, &line);
        if (strncmp(buf_text(&line), "@@ ", 3) != 0) {
            buf_add(&content, buf_text(&line), line.len);
            if (fuzz_left(input) > 0 || input->end[-1] == '\n')
                buf_add_char(&content, '\n');
            continue;
        }
        if (name.len)
            write_file(buf_text(&name), buf_text(&content), content.len);
        buf_clear(&content);
        begin_file(names, buf_text(&line) + 3, &name);
    }
    if (name.len)
        write_file(buf_text(&name), buf_text(&content), content.len);
}

static void put_back(const struct names *names)
{
    for (size_t i = 0; i < names->n; i++)
        remove_file(names->list[i]);
    for (size_t k = 0; k < N_ELEMENTS(base_files); k++)
        for (size_t i = 0; i < names->n; i++)
            if (strcmp(names->list[i], base_files[k]) == 0)
                write_base(k);
}

/* ---- what is done with it ---- */

static void check_problems(const struct problems *problems)
{
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_get(problems, i);
        CLEANUP_BUF struct buf text = {0};
        HOLDS(problem->file && problem->line >= 0 && problem->message[0]);
        HOLDS(fuzz_is_clean(problem->message, strlen(problem->message), false), "%s", problem->message);
        HOLDS(!problem->line_text || fuzz_is_clean(problem->line_text, strlen(problem->line_text), false), "%s", problem->line_text);
        problem_add_text(&text, problem);
        problem_add_quote(&text, problem);
    }
}

static void check_duties(const struct config *config)
{
    static const int64_t days[] = {0, 1, 35, 39, 127, 400, 4000};
    for (size_t i = 0; i < config->plan.n_rosters; i++) {
        for (size_t k = 0; k < N_ELEMENTS(days); k++) {
            int64_t at_usec = FUZZ_NOW_USEC + days[k] * USEC_PER_DAY, from_usec, until_usec;
            struct on_call now, around;
            const struct person *next;
            roster_on_call(&config->plan.rosters[i], config->plan.tz, at_usec, &now);
            roster_stretch(&config->plan.rosters[i], config->plan.tz, at_usec, &around, &from_usec, &until_usec, &next);
            HOLDS(on_call_same(&now, &around) && from_usec <= at_usec && at_usec < until_usec);
            HOLDS(roster_change_after(&config->plan.rosters[i], config->plan.tz, at_usec) > at_usec);
        }
    }
}

static size_t roles_of(const struct plan *plan, const struct source *source)
{
    size_t n = 0;
    if (source->n_roles)
        return source->n_roles;
    for (size_t i = 0; i < plan->n_rosters; i++)
        n += !plan->rosters[i].on_request;
    return n;
}

static void trigger(struct engine *engine, const struct source *source, struct now now)
{
    struct event event = {.kind = EVENT_TRIGGER, .now = now, .trigger = {.source = source->id, .summary = source->id, .severity = -1}};
    size_t before = engine_paging_callouts(engine);
    engine_step(engine, &event);
    HOLDS(engine_paging_callouts(engine) - before == roles_of(engine_plan(engine), source));
}

static void page_all(const struct config *config)
{
    uint64_t seed = 1;
    struct now now = {.boot_usec = 1000 * USEC_PER_SEC, .wall_usec = FUZZ_NOW_USEC};
    const struct incident *incident;
    CLEANUP(engine_free) struct engine *engine = engine_new(&config->plan, fuzz_random, &seed);
    for (size_t i = 0; i < config->plan.n_sources && i < 8; i++)
        trigger(engine, &config->plan.sources[i], now);
    for (int ticks = 0; engine_deadline(engine) <= 1000 * USEC_PER_SEC + USEC_PER_HOUR && ticks < TICKS_MAX; ticks++) {
        int64_t due_usec = engine_deadline(engine);
        if (due_usec > now.boot_usec) {
            now.wall_usec += due_usec - now.boot_usec;
            now.boot_usec = due_usec;
        }
        engine_step(engine, &(struct event){.kind = EVENT_TICK, .now = now});
        HOLDS(ticks < TICKS_MAX - 1 || now.boot_usec > 1000 * USEC_PER_SEC + USEC_PER_MIN, "P7: it spins");
    }
    for (size_t cursor = 0; (incident = engine_next_incident(engine, &cursor));)
        for (const struct callout *callout = incident->callouts; callout; callout = callout->next)
            HOLDS(callout->state != CALLOUT_PAGING || heap_armed(&callout->timer), "P2");
}

static void load(void)
{
    struct config_env env = {
        .directory = directory, .preset_directory = FUZZ_PRESETS, .zoneinfo_directory = "/usr/share/zoneinfo", .now_usec = FUZZ_NOW_USEC,
    };
    CLEANUP(problems_free) struct problems *problems = problems_new();
    CLEANUP(config_free) struct config *config = NULL;
    enum err err = config_load(&env, problems, &config);
    check_problems(problems);
    HOLDS(err == ERR_OK || err == ERR_CONFIG);
    HOLDS((err == ERR_OK) == (problems_errors(problems) == 0) && (err == ERR_OK) == (config != NULL));
    if (!config)
        return;
    plan_check(config);
    check_duties(config);
    page_all(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = {bytes, bytes + len};
    struct names names = {.n = 0};
    prepare();
    directory = speaks_of_gateways(bytes, len) ? whole : light;
    write_files(&input, &names);
    load();
    put_back(&names);
    return 0;
}
