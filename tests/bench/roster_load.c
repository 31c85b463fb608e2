/* How long it takes to read and check the rosters of a large town: 1,000 people, 20 roles, ten years of shifts that change hands every
 * day. Prints figures and fails nothing. Makes a configuration below $TMPDIR and removes it. */
#include <fts.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "config/config.h"

enum { PEOPLE = 1000, ROLES = 20, YEARS = 10, ROUNDS = 15, FIRST_YEAR = 2022 };

static void put(const char *directory, const char *name, const struct buf *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(buf_text(text), 1, text->len, file) != text->len || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static void put_text(const char *directory, const char *name, const char *text)
{
    CLEANUP_BUF struct buf buf = { 0 };
    buf_add_text(&buf, text);
    put(directory, name, &buf);
}

static void add_day(struct buf *buf, int64_t day)
{
    int year, month, day_of_month;
    civil_from_day(day, &year, &month, &day_of_month);
    buf_printf(buf, "%04d-%02d-%02d 08:00", year, month, day_of_month);
}

static size_t put_roster(const char *directory, int role)
{
    CLEANUP_BUF struct buf text = { 0 };
    char name[64];
    int64_t first = civil_day(FIRST_YEAR, 1, 1), last = civil_day(FIRST_YEAR + YEARS, 1, 1);
    buf_printf(&text, "[roster]\nrole = ROLE-%d\n[shifts]\n", role);
    for (int64_t day = first; day < last; day++) {
        int person = (int)((day - first + role * 50) % PEOPLE);
        buf_add_text(&text, "shift = ");
        add_day(&text, day);
        buf_add_text(&text, " / ");
        add_day(&text, day + 1);
        buf_printf(&text, "  person.%03d, person.%03d\n", person, (person + 1) % PEOPLE);
    }
    buf_add_text(&text, "[ladder]\nstep = 0m primary sms, voice\nstep = 5m secondary sms\nstep = 10m group:alla sms\nrepeat = 10m\n");
    snprintf(name, sizeof name, "rosters/ROLE-%d.ini", role);
    put(directory, name, &text);
    return (size_t)(last - first);
}

static void make_directory(const char *directory, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    if (mkdir(path, 0700) != 0)
        perror(path);
}

static size_t write_configuration(const char *directory)
{
    CLEANUP_BUF struct buf people = { 0 };
    size_t shifts = 0;
    make_directory(directory, "rosters");
    make_directory(directory, "gateways");
    put_text(directory, "beredd.ini", "[daemon]\norganisation = Exempelby\nadmins = person.000\n[http]\npublic-url = https://larm.example.se\n"
                                      "[channels]\nsms = try\nvoice = try\nemail = try\n");
    put_text(directory, "gateways/try.ini", "[gateway try]\ntype = outbox\nfile = outbox.jsonl\n");
    put_text(directory, "groups.ini", "[group alla]\nmembers = person.001, person.002\n");
    for (int i = 0; i < PEOPLE; i++)
        buf_printf(&people, "[person person.%03d]\nname = Person %d\nsms = +467017406%02d\nvoice = +467017406%02d\nemail = p%d@example.se\n", i, i,
                   5 + i % 95, 5 + i % 95, i);
    put(directory, "people.ini", &people);
    for (int role = 0; role < ROLES; role++)
        shifts += put_roster(directory, role);
    return shifts;
}

static double now_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static size_t load_once(const char *directory)
{
    CLEANUP(problems_free) struct problems *problems = problems_new();
    CLEANUP(config_free) struct config *config = NULL;
    const struct config_env env = {
        .directory = directory, .preset_directory = "/nonexistent", .zoneinfo_directory = "/usr/share/zoneinfo",
        .now_usec = civil_day(FIRST_YEAR + YEARS / 2, 1, 1) * USEC_PER_DAY,
    };
    if (config_load(&env, problems, &config) != ERR_OK)
        fprintf(stderr, "the configuration was refused: %s\n", problems_get(problems, 0)->message);
    return problems_count(problems);
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

static void remove_all(char *directory)
{
    char *paths[] = { directory, NULL };
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    const FTSENT *entry;
    while (walk && (entry = fts_read(walk)) != NULL)
        if (entry->fts_info != FTS_D)
            (void)remove(entry->fts_path);
    fts_close(walk);
}

int main(void)
{
    const char *tmp = getenv("TMPDIR");
    char directory[128];
    snprintf(directory, sizeof directory, "%s/beredd-rosters-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(directory)) {
        perror(directory);
        return 1;
    }
    double wall[ROUNDS], cpu[ROUNDS];
    size_t shifts = write_configuration(directory), problems = 0;
    for (int i = 0; i < ROUNDS; i++) {
        double wall_begin = now_ms(CLOCK_MONOTONIC), cpu_begin = now_ms(CLOCK_PROCESS_CPUTIME_ID);
        problems = load_once(directory);
        wall[i] = now_ms(CLOCK_MONOTONIC) - wall_begin;
        cpu[i] = now_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu_begin;
    }
    remove_all(directory);
    qsort(wall, ROUNDS, sizeof *wall, compare);
    qsort(cpu, ROUNDS, sizeof *cpu, compare);
    printf("rosters: %d people, %d roles, %zu shifts read and checked (%zu remarks): median %.1f ms, best %.1f ms; CPU %.1f ms. "
           "To reach: 100 ms\n", PEOPLE, ROLES, shifts, problems, wall[ROUNDS / 2], wall[0], cpu[ROUNDS / 2]);
    return 0;
}
