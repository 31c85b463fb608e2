/* bench: starts the built daemon with a configuration of its own, drives it, and prints how fast it was, beside the goal
 * and beside the least that could do the same work. See tests/README.md. */
#include <config.h>      /* _GNU_SOURCE */

#include <errno.h>
#include <ftw.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "bench.h"
#include "report.h"

enum { RUN_SECONDS_MAX = 175 };

static struct bench bench;           /* for bench_die(), which may come from anywhere */

static const struct part {
    const char *name;
    void (*run)(struct bench *bench);
} parts[] = {
    {"idle", part_idle},     {"latency", part_latency}, {"triggers", part_triggers},
    {"fanout", part_fanout}, {"memory", part_memory},   {"restart", part_restart},
};

int64_t bench_nsec(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

void bench_sleep(int64_t nsec)
{
    struct timespec span = {.tv_sec = nsec / NSEC_PER_SEC, .tv_nsec = nsec % NSEC_PER_SEC};
    nanosleep(&span, NULL);
}

static int remove_one(const char *path, const struct stat *found, int type, struct FTW *walk)
{
    (void)found;
    (void)type;
    (void)walk;
    return remove(path);
}

void bench_remove(const char *path)
{
    if (access(path, F_OK) == 0 && nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
        fprintf(stderr, "bench: %s is left behind: %s\n", path, strerror(errno));
}

char *bench_path(const struct bench *where, const char *name)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", where->directory, name);
    return buf_take(&path);
}

static void print_all(void)
{
    struct utsname system;
    uname(&system);
    printf("\n%s %s, %d processors; log on %s; journal %s; loopback only, load generator and sink on the same machine\n\n",
           system.sysname, system.release, get_nprocs(), bench.filesystem,
           access("/run/systemd/journal/socket", F_OK) == 0 ? "on" : "off (none here; its copy went to /dev/null)");
    report_print(bench.report);
    fflush(stdout);
}

void bench_die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    if (getpid() != bench.pid)
        _exit(1);        /* a process that we forked: the first one tells and clears up */
    print_all();
    bench_remove(bench.directory);
    exit(1);             /* what was started dies with us */
}

void bench_check_time(void)
{
    if (bench_nsec() > bench.deadline_nsec)
        bench_die("the run has taken %d s: what is left is left out", RUN_SECONDS_MAX);
}

static void name_filesystem(const char *path, char *ret, size_t size)
{
    static const struct { unsigned long magic; const char *name; } known[] = {
        {0xef53, "ext4"}, {0x58465342, "xfs"}, {0x9123683e, "btrfs"}, {0x2fc12fc1, "zfs"}, {0x794c7630, "overlayfs"},
        {0x01021994, "tmpfs (no disk at all: commits cost nothing)"},
    };
    struct statfs found;
    snprintf(ret, size, "an unknown file system");
    for (size_t i = 0; statfs(path, &found) == 0 && i < N_ELEMENTS(known); i++)
        if ((unsigned long)found.f_type == known[i].magic)
            snprintf(ret, size, "%s", known[i].name);
}

static void make_directory(const char *parent)
{
    CLEANUP_BUF struct buf path = {0};
    CLEANUP_FREE char *whole = realpath(parent, NULL);
    buf_printf(&path, "%s/bench-XXXXXX", whole ? whole : parent);
    bench.directory = buf_take(&path);
    if (!mkdtemp(bench.directory)) {
        fprintf(stderr, "bench: cannot make a directory in %s: %s\n", parent, strerror(errno));
        exit(1);
    }
    name_filesystem(bench.directory, bench.filesystem, sizeof(bench.filesystem));
}

static int usage(void)
{
    fputs("Usage: bench [--daemon PATH] [--presets DIRECTORY] [--directory DIRECTORY] [PART]...\nParts:", stderr);
    for (size_t i = 0; i < N_ELEMENTS(parts); i++)
        fprintf(stderr, " %s", parts[i].name);
    fputs("; all of them by default. The directory must be on a disk.\n", stderr);
    return 2;
}

static const struct part *find_part(const char *name)
{
    for (size_t i = 0; i < N_ELEMENTS(parts); i++)
        if (strcmp(parts[i].name, name) == 0)
            return &parts[i];
    return NULL;
}

static void run_part(const struct part *part)
{
    fprintf(stderr, "%s\n", part->name);
    part->run(&bench);
}

static void on_signal(int number)
{
    (void)number;
    bench.deadline_nsec = 0;         /* the next look at the clock ends the run, and clears up */
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"daemon", required_argument, NULL, 'd'}, {"presets", required_argument, NULL, 'p'}, {"directory", required_argument, NULL, 'D'}, {0},
    };
    const char *directory = ".";
    bench.daemon = "./beredd";
    bench.presets = "conf/presets";
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'd')
            bench.daemon = optarg;
        else if (option == 'p')
            bench.presets = optarg;
        else if (option == 'D')
            directory = optarg;
        else
            return usage();
    }
    for (int i = optind; i < argc; i++)
        if (!find_part(argv[i]))
            return usage();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    bench.pid = getpid();
    make_directory(directory);
    bench.report = report_new();
    bench.deadline_nsec = bench_nsec() + RUN_SECONDS_MAX * NSEC_PER_SEC;
    for (size_t i = 0; i < N_ELEMENTS(parts) && optind == argc; i++)
        run_part(&parts[i]);
    for (int i = optind; i < argc; i++)
        run_part(find_part(argv[i]));
    print_all();
    bench_remove(bench.directory);
    report_free(bench.report);
    free(bench.directory);
    return 0;
}
