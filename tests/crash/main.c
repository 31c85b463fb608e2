/* crash                       some images and every planted break, for `make check`
 * crash --images=N [--seed=S] [--lanes=N] [--sparse]
 *                             the failing of each operation in turn, then lives made up from seeds; each cut off after
 *                             each operation in each way, until N images were looked at (--sparse: a sixteenth of them, of
 *                             more lives)
 * crash --repeat=...          one life, or one image of it, as the line says that a failure prints
 * crash --planted             breaks the store in each of the ways of planted.h, and fails unless each is found */
#include <config.h>      /* _GNU_SOURCE */

#include <assert.h>
#include <getopt.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "disk_vfs.h"
#include "history.h"
#include "planted.h"
#include "random.h"

#ifdef __SANITIZE_ADDRESS__          /* an image takes several times as long there; planted breaks are found without it */
enum { CHECK_IMAGES = 800, CHECK_PLANTED = false };
#else
enum { CHECK_IMAGES = 3000, CHECK_PLANTED = true };
#endif
enum { PLANTED_IMAGES = 30000, SPARSE = 16, LIFE_LIMIT_SEC = 120, PROGRESS_SEC = 10, LANES_MAX = 64, SWEEP_CUTS = 4 };

struct shared {                      /* by the lanes */
    atomic_ulong images, lives, swept;
    atomic_bool failed;              /* the first to fail writes what follows */
    char what[400], repeat[200];
};

struct plan {
    uint64_t seed;
    unsigned long images;
    unsigned lanes;
    bool sparse, sweeps;
};

static struct shared *shared;
static char repeat[200];             /* where this lane is */

/* --- failing --- */

static _Noreturn void leave(const char *what)
{
    if (!atomic_exchange(&shared->failed, true)) {
        snprintf(shared->what, sizeof shared->what, "%s", what);
        snprintf(shared->repeat, sizeof shared->repeat, "%s", repeat);
    }
    _exit(EXIT_FAILURE);
}

static void on_signal(int number)
{
    leave(number == SIGALRM ? "it hangs" : number == SIGABRT ? "an assertion failed (above)" : "a crash of its own");
}

static void watch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGABRT, &action, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
}

/* --- one life --- */

static void begin(const struct history *history)
{
    snprintf(repeat, sizeof repeat, "--repeat=%llu:%llu:%d:%d", (unsigned long long)history->seed, (unsigned long
            long)history->fault.nth,
             (int)history->fault.kind, (int)history->fault.forever);
    alarm(LIFE_LIMIT_SEC);
}

static void look(const struct history *history, const struct run *run, size_t n_ops, unsigned variant)
{
    char life[sizeof repeat / 2];
    begin(history);
    snprintf(life, sizeof life, "%.*s", (int)sizeof life - 1, repeat);
    snprintf(repeat, sizeof repeat, "%s:%zu:%u", life, n_ops, variant);
    history_cut(run, n_ops, variant, random_mix(history->seed, n_ops * DISK_LOSSES + variant));
    atomic_fetch_add(&shared->images, 1);
}

static bool enough(const struct plan *plan)
{
    return atomic_load(&shared->images) >= plan->images || atomic_load(&shared->failed);
}

static void live(const struct plan *plan, uint64_t seed)
{
    struct history history = {.seed = seed};
    uint64_t random = random_mix(seed, 3);
    begin(&history);
    struct run *run = history_run(&history);
    for (size_t n_ops = 0; n_ops <= disk_n_ops(run->disk) && !enough(plan); n_ops++) {
        for (unsigned variant = 0; variant < DISK_LOSSES; variant++) {
            if (!plan->sparse || random_below(&random, SPARSE) == 0)
                look(&history, run, n_ops, variant);
        }
    }
    run_free(run);
    atomic_fetch_add(&shared->lives, 1);
}

/* False: there was no such operation. */
static bool sweep_one(uint64_t seed, const struct disk_fault *fault)
{
    struct history history = {.seed = seed, .fault = *fault};
    uint64_t random = random_mix(seed, fault->nth);
    begin(&history);
    struct run *run = history_run(&history);
    bool met = run->met_fault;
    for (unsigned i = 0; i < SWEEP_CUTS && met; i++)
        look(&history, run, random_below(&random, disk_n_ops(run->disk) + 1), (unsigned)random_below(&random, DISK_LOSSES));
    run_free(run);
    atomic_fetch_add(&shared->swept, met);
    return met;
}

static void sweep(const struct plan *plan, unsigned lane)
{
    for (unsigned kind = 0; kind < DISK_FAILINGS; kind++) {
        for (unsigned forever = 0; forever < 2; forever++) {
            struct disk_fault fault = {.kind = (enum disk_failing)kind, .forever = forever, .nth = 1 + lane};
            while (sweep_one(plan->seed, &fault) && !atomic_load(&shared->failed))
                fault.nth += (uint64_t)plan->lanes * (plan->sparse ? SPARSE : 1);
        }
    }
}

/* --- many --- */

static pid_t start_lane(const struct plan *plan, unsigned lane)
{
    pid_t pid = fork();
    assert(pid >= 0);
    if (pid > 0)
        return pid;
    watch_signals();
    if (plan->sweeps)
        sweep(plan, lane);
    for (uint64_t seed = plan->seed + lane; !enough(plan); seed += plan->lanes)
        live(plan, seed);
    _exit(EXIT_SUCCESS);
}

static double now_sec(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void say_progress(const char *word, double began)
{
    printf("crash: %s%lu images of %lu lives and %lu failing operations, %.0f s\n", word, atomic_load(&shared->images),
           atomic_load(&shared->lives), atomic_load(&shared->swept), now_sec() - began);
    fflush(stdout);
}

/* True: nothing was found. */
static bool run_lanes(const struct plan *plan, bool quiet)
{
    double began = now_sec(), said = began;
    unsigned left = plan->lanes;
    bool died = false;
    *shared = (struct shared){0};
    fflush(stdout);
    for (unsigned lane = 0; lane < plan->lanes; lane++)
        start_lane(plan, lane);
    while (left > 0) {
        int status = 0;
        struct timespec tick = {.tv_nsec = 20000000};
        if (waitpid(-1, &status, WNOHANG) > 0) {
            left--;
            died = died || status != 0;
            continue;
        }
        nanosleep(&tick, NULL);
        if (!quiet && now_sec() - said > PROGRESS_SEC) {
            say_progress("", began);
            said = now_sec();
        }
    }
    if (died && !atomic_load(&shared->failed))
        snprintf(shared->what, sizeof shared->what, "a lane ended without a word");
    if (died && !quiet)
        printf("crash: FAILED: %s\nrepeat it with: tests/crash/crash %s\n", shared->what, shared->repeat);
    else if (!quiet)
        say_progress("nothing found in ", began);
    return !died;
}

static bool find_planted(struct plan plan)
{
    bool all = true;
    plan.images = PLANTED_IMAGES;
    plan.sparse = true;
    plan.sweeps = false;
    for (planted = PLANTED_NONE + 1; planted < PLANTED_COUNT; planted++) {
        bool found = !run_lanes(&plan, true);
        printf("crash: planted %s: %s %lu images%s%s\n", planted_name(planted), found ? "found after" : "NOT FOUND in",
               atomic_load(&shared->images), found ? ": " : "", found ? shared->what : "");
        all = all && found;
    }
    planted = PLANTED_NONE;
    return all;
}

static bool repeat_one(const char *text)
{
    unsigned long long seed, nth;
    int kind, forever;
    size_t n_ops = 0;
    unsigned variant = 0;
    int n = sscanf(text, "%llu:%llu:%d:%d:%zu:%u", &seed, &nth, &kind, &forever, &n_ops, &variant);
    if (n != 4 && n != 6)
        return false;
    struct history history = {.seed = seed, .fault = {.nth = nth, .kind = (enum disk_failing)kind, .forever = forever}};
    begin(&history);
    struct run *run = history_run(&history);
    printf("crash: a life of %zu operations\n", disk_n_ops(run->disk));
    if (n == 6)
        look(&history, run, n_ops, variant);
    run_free(run);
    printf("crash: nothing found\n");
    return true;
}

static _Noreturn void say_and_abort(const char *what)
{
    printf("crash: FAILED: %s\n", what);
    fflush(stdout);
    abort();         /* for a debugger */
}

static unsigned processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > LANES_MAX ? LANES_MAX : (unsigned)n;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"images", required_argument, NULL, 'i'}, {"seed", required_argument, NULL, 's'}, {"lanes", required_argument, NULL, 'l'},
        {"sparse", no_argument, NULL, 'x'}, {"repeat", required_argument, NULL, 'r'}, {"planted", no_argument, NULL, 'p'}, {0},
    };
    struct plan plan = {.seed = 1, .images = CHECK_IMAGES, .lanes = processors(), .sparse = argc == 1, .sweeps = true};
    bool only_planted = false;
    const char *again = NULL;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'i': plan.images = strtoul(optarg, NULL, 10); break;
        case 's': plan.seed = strtoull(optarg, NULL, 10); break;
        case 'l': plan.lanes = (unsigned)strtoul(optarg, NULL, 10); break;
        case 'x': plan.sparse = true; break;
        case 'r': again = optarg; break;
        case 'p': only_planted = true; break;
        default: return 2;
        }
    }
    if (plan.lanes < 1 || plan.lanes > LANES_MAX)
        return 2;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert(shared != MAP_FAILED);
    disk_vfs_install();
    history_on_failure = again ? say_and_abort : leave;
    if (again)
        return repeat_one(again) ? EXIT_SUCCESS : 2;
    bool good = only_planted || run_lanes(&plan, false);
    if (good && (only_planted || (argc == 1 && CHECK_PLANTED)))
        good = find_planted(plan);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
