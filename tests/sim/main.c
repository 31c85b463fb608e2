/* Many histories, each in a process of its own. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shrink.h"

enum { JOBS_MAX = 64, HANGS_SEC = 120, BLOCKED_SEC = 2400, FAILURES_MAX = 200, SEEDS_DEFAULT = 250 };

struct options {
    uint64_t first, last;
    unsigned jobs;
    const char *keep, *seeds_file;
    bool verbose, one, until_failure, no_shrink, progress;
};

static struct shared {               /* between the workers */
    struct outcome_of_history outcome[JOBS_MAX];
    uint64_t done[JOBS_MAX], failed[JOBS_MAX], notes[JOBS_MAX], simulated_sec[JOBS_MAX];
    uint64_t first_failure;          /* with --until-failure: the least seed that failed; 0: none */
} *shared;
static unsigned worker;

static void *share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        abort();
    return memory;
}

void run_in_child(uint64_t seed, const struct script *script, bool verbose, struct outcome_of_history *ret)
{
    struct outcome_of_history *outcome = &shared->outcome[worker];
    int status = 0;
    memset(outcome, 0, sizeof(*outcome));
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        setrlimit(RLIMIT_CPU, &(struct rlimit){HANGS_SEC, HANGS_SEC + 5});
        alarm(BLOCKED_SEC);      /* without using the processor; a busy machine takes long, too */
        history_run(seed, script, verbose, outcome);
        fflush(stdout);
        _exit(0);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        abort();
    *ret = *outcome;
    if (WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) != 0 && !ret->failed)) {
        ret->failed = true;
        snprintf(ret->promise, sizeof(ret->promise), "ended");
        snprintf(ret->text, sizeof(ret->text), "by signal %d, status %d", WIFSIGNALED(status) ? WTERMSIG(status) : 0,
                 WIFEXITED(status) ? WEXITSTATUS(status) : 0);
    }
}

/* ---- which actions: "3,17,29-31" ---- */

static void keep_only(struct script *script, const char *list)
{
    memset(script->dropped, 1, script->n);
    while (*list) {
        char *end;
        size_t from = strtoul(list, &end, 10), to = from;
        if (*end == '-')
            to = strtoul(end + 1, &end, 10);
        for (size_t i = from; i <= to && i < script->n; i++)
            script->dropped[i] = false;
        list = *end == ',' ? end + 1 : end + strlen(end);
    }
}

static void add_kept(struct buf *buf, const struct script *script)
{
    for (size_t i = 0; i < script->n; i++) {
        size_t to = i;
        if (script->dropped[i])
            continue;
        while (to + 1 < script->n && !script->dropped[to + 1])
            to++;
        buf_printf(buf, to > i ? "%s%zu-%zu" : "%s%zu", buf->len ? "," : "", i, to);
        i = to;
    }
}

static void report(uint64_t seed, struct script *script, const struct outcome_of_history *outcome, const struct options *options)
{
    CLEANUP_BUF struct buf kept = {0};
    struct outcome_of_history last = *outcome;
    if (!options->no_shrink && !options->keep) {
        printf("seed %" PRIu64 " failed: %s: %s. Looking for a shorter history that fails so\n", seed, outcome->promise,
               outcome->text);
        fflush(stdout);
        shrink(&(struct history_id){seed}, script, outcome->promise);
        run_in_child(seed, script, false, &last);
    }
    add_kept(&kept, script);
    printf("tests/sim/sim --seed %" PRIu64 " --keep %s   # %s: %s\n", seed, buf_text(&kept), last.promise, last.text);
    fflush(stdout);
}

static void print_script(const struct script *script)
{
    for (size_t i = 0; i < script->n; i++)
        if (!script->dropped[i])
            printf("%3zu %12.3f %s %u %u %u\n", i, (double)script->actions[i].at_usec / 1e6, act_name(script->actions[i].act),
                   script->actions[i].a, script->actions[i].b, script->actions[i].c);
}

static bool run_seed(uint64_t seed, const char *keep, const struct options *options)
{
    struct script script;
    struct outcome_of_history outcome;
    script_make(seed, &script);
    if (keep)
        keep_only(&script, keep);
    if (options->verbose)
        print_script(&script);
    run_in_child(seed, &script, options->verbose, &outcome);
    shared->done[worker]++;
    shared->notes[worker] += outcome.steps;
    shared->simulated_sec[worker] += (uint64_t)(outcome.simulated_usec / USEC_PER_SEC);
    if (options->one && !outcome.failed)
        printf("seed %" PRIu64 ": hash %016" PRIx64 ", %" PRIu64 " lines, %" PRId64 " h\n", seed, outcome.hash, outcome.steps,
               outcome.simulated_usec / USEC_PER_HOUR);
    if (outcome.failed && ++shared->failed[worker] <= FAILURES_MAX && !options->until_failure)
        report(seed, &script, &outcome, options);
    if (outcome.failed && options->until_failure) {
        printf("%s after %" PRIu64 " seeds: %s\n", outcome.promise, seed - options->first + 1, outcome.text);
        fflush(stdout);
    }
    script_free(&script);
    return !outcome.failed;
}

/* ---- many ---- */

static void work(const struct options *options)
{
    for (uint64_t seed = options->first + worker; seed <= options->last; seed += options->jobs)
        if (!run_seed(seed, options->keep, options) && options->until_failure)
            return;
}

static void show_progress(const struct options *options)
{
    uint64_t done = 0, failed = 0;
    for (unsigned i = 0; i < options->jobs; i++) {
        done += shared->done[i];
        failed += shared->failed[i];
    }
    fprintf(stderr, "%" PRIu64 " of %" PRIu64 " histories, %" PRIu64 " failed\n", done, options->last - options->first + 1,
            failed);
}

static void run_all(const struct options *options)
{
    unsigned left = 0;
    fflush(stdout);
    for (worker = 0; worker < options->jobs; worker++) {
        if (options->jobs == 1 && !options->progress) {
            work(options);
            return;
        }
        left++;
        if (fork() == 0) {
            work(options);
            _exit(0);
        }
    }
    worker = 0;
    for (time_t told = time(NULL); left > 0;) {
        if (waitpid(-1, NULL, WNOHANG) > 0)
            left--;
        else
            usleep(50000);
        if (options->progress && time(NULL) - told >= 10) {
            show_progress(options);
            told = time(NULL);
        }
    }
}

static uint64_t sum(const uint64_t *numbers)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < JOBS_MAX; i++)
        sum += numbers[i];
    return sum;
}

/* Seeds that have failed once, first. A line: SEED [KEEP|-] what it found. */
static void replay_file(const struct options *options)
{
    FILE *file = options->seeds_file ? fopen(options->seeds_file, "r") : NULL;
    char line[600], keep[400];
    uint64_t seed;
    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "%" SCNu64 " %399s", &seed, keep) == 2)
            run_seed(seed, strcmp(keep, "-") == 0 ? NULL : keep, options);
    if (file)
        fclose(file);
}

/* The same seed gives the same history, byte for byte. */
static bool check_repeats(uint64_t seed)
{
    struct outcome_of_history a, b;
    struct script script;
    script_make(seed, &script);
    run_in_child(seed, &script, false, &a);
    run_in_child(seed, &script, false, &b);
    script_free(&script);
    if (a.hash != b.hash || a.steps != b.steps)
        printf("seed %" PRIu64 " gives two histories: %016" PRIx64 " and %016" PRIx64 "\n", seed, a.hash, b.hash);
    return a.hash == b.hash && a.steps == b.steps;
}

static int usage(void)
{
    fputs("sim [--seeds FIRST LAST] [--jobs N] [--known FILE] [--progress] [--until-failure] [--no-shrink]\n"
          "sim --seed SEED [--keep ACTIONS] [--verbose] [--no-shrink]\n", stderr);
    return 2;
}

static uint64_t number(const char *text) { return text ? strtoull(text, NULL, 10) : 0; }

static bool parse(int argc, char **argv, struct options *ret)
{
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i], *value = argv[i + 1];
        if (strcmp(word, "--verbose") == 0) {
            ret->verbose = true;
        } else if (strcmp(word, "--progress") == 0) {
            ret->progress = true;
        } else if (strcmp(word, "--until-failure") == 0) {
            ret->until_failure = true;
        } else if (strcmp(word, "--no-shrink") == 0) {
            ret->no_shrink = true;
        } else if (strcmp(word, "--seed") == 0 && value) {
            ret->first = ret->last = number(argv[++i]);
            ret->one = true;
        } else if (strcmp(word, "--keep") == 0 && value) {
            ret->keep = argv[++i];
        } else if (strcmp(word, "--jobs") == 0 && value) {
            ret->jobs = (unsigned)number(argv[++i]);
        } else if (strcmp(word, "--known") == 0 && value) {
            ret->seeds_file = argv[++i];
        } else if (strcmp(word, "--seeds") == 0 && value && argv[i + 2]) {
            ret->first = number(argv[++i]);
            ret->last = number(argv[++i]);
        } else {
            return false;
        }
    }
    return ret->jobs >= 1 && ret->jobs <= JOBS_MAX;
}

int main(int argc, char **argv)
{
    const char *given = getenv("SIM_SEEDS"), *srcdir = getenv("srcdir");
    CLEANUP_BUF struct buf known = {0};
    buf_printf(&known, "%s/tests/sim/seeds.txt", srcdir ? srcdir : ".");
    struct options options = {
        .first = 1, .last = given ? number(given) : SEEDS_DEFAULT, .jobs = 1, .seeds_file = buf_text(&known)};
    if (!parse(argc, argv, &options))
        return usage();
    setvbuf(stdout, NULL, _IOLBF, 0);       /* a long run says what failed when it fails */
    shared = share(sizeof(*shared));
    if (!options.one && !options.until_failure)
        replay_file(&options);
    run_all(&options);
    bool repeats = options.one || options.until_failure || check_repeats(options.first);
    if (!options.one)
        printf("%" PRIu64 " histories of %" PRIu64 " years in all, %" PRIu64 " lines, %" PRIu64 " failed\n", sum(shared->done),
               sum(shared->simulated_sec) / (365 * 86400), sum(shared->notes), sum(shared->failed));
    return sum(shared->failed) == 0 && repeats ? EXIT_SUCCESS : EXIT_FAILURE;
}
