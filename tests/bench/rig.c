#include <config.h>      /* _GNU_SOURCE */

#include "rig.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/sha.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"

#define STOP_NSEC (10 * NSEC_PER_SEC)

/* ---- the configuration ---- */

static void write_file(const char *directory, const char *name, const struct buf *text)
{
    CLEANUP_BUF struct buf path = {0};
    buf_printf(&path, "%s/%s", directory, name);
    int fd = open(buf_text(&path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, buf_text(text), text->len) != (ssize_t)text->len)
        bench_die("cannot write %s: %s", buf_text(&path), strerror(errno));
    close(fd);
}

static void make_directory(const char *parent, const char *name)
{
    CLEANUP_BUF struct buf path = {0};
    buf_printf(&path, "%s/%s", parent, name);
    if (mkdir(buf_text(&path), 0700) != 0 && errno != EEXIST)
        bench_die("cannot make %s: %s", buf_text(&path), strerror(errno));
}

static void write_people(const char *etc)
{
    CLEANUP_BUF struct buf people = {0}, groups = {0};
    buf_add_text(&groups, "[group alla]\ntitle = Alla\nmembers = ");
    for (int i = 0; i < RIG_GROUP; i++) {
        /* 08-465 004 00 to 99 belong to nobody. */
        buf_printf(&people, "[person p%02d]\nname = Person %d\nsms = +468465004%02d\n", i, i, i);
        buf_printf(&groups, "%sp%02d", i == 0 ? "" : i % 10 ? ", " : ",\n  ", i);
    }
    buf_add_text(&groups, "\n");
    write_file(etc, "people.ini", &people);
    write_file(etc, "groups.ini", &groups);
}

static void write_sources(const char *etc)
{
    static const char *const tokens[] = {RIG_TOKEN, RIG_TOKEN_PLAIN};
    CLEANUP_BUF struct buf sources = {0};
    for (size_t i = 0; i < N_ELEMENTS(tokens); i++) {
        uint8_t hash[SHA256_DIGEST_LENGTH];
        SHA256((const unsigned char *)tokens[i], strlen(tokens[i]), hash);
        buf_printf(&sources, "[source s%zu]\ntitle = Bench\ntoken-sha256 = ", i);
        text_add_hex(&sources, hash, sizeof(hash));
        buf_add_text(&sources, i == 0 ? "\nlimit = 100000/s\n" : "\n");
    }
    write_file(etc, "sources.ini", &sources);
}

/* TIB is what triggers call; ALLA pages a hundred people; KORT repeats soon, and so is overdue after every restart. */
static void write_rosters(const char *etc)
{
    static const struct { const char *role, *call, *target, *repeat; } rosters[] = {
        {"TIB", "always", "primary", "1h"}, {"ALLA", "on-request", "group:alla", "1h"}, {"KORT", "on-request", "primary", "2s"},
    };
    for (size_t i = 0; i < N_ELEMENTS(rosters); i++) {
        CLEANUP_BUF struct buf name = {0}, roster = {0};
        buf_printf(&name, "rosters/%s.ini", rosters[i].role);
        buf_printf(&roster, "[roster]\nrole = %s\ntitle = %s\ncall = %s\nhandover = Mon 12:00\n[rotation]\nstart = 2024-W01\norder = p00\n"
                            "[ladder]\nstep = 0m %s sms\nrepeat = %s\n", rosters[i].role, rosters[i].role, rosters[i].call,
                   rosters[i].target, rosters[i].repeat);
        write_file(etc, buf_text(&name), &roster);
    }
}

static void write_daemon(const struct bench *bench, const char *etc, int port, int sink_port)
{
    CLEANUP_BUF struct buf text = {0};
    buf_printf(&text, "[daemon]\norganisation = Exempelby kommun\ntimezone = Europe/Stockholm\nsocket = /tmp/beredd-bench-%d.sock\nstate = %s/state\n"
                      "admins = p01\n[http]\nlisten = 127.0.0.1:%d\npublic-url = https://larm.example.se\n[channels]\nsms = sink\n",
               (int)getpid(), bench->directory, port);
    write_file(etc, "beredd.ini", &text);
    buf_clear(&text);
    buf_printf(&text, "[gateway sink]\ntype = http\npreset = generic-form\nurl = http://127.0.0.1:%d/send\nfrom = +46701740699\n", sink_port);
    write_file(etc, "gateways/sink.ini", &text);
}

static char *write_configuration(const struct bench *bench, int port, int sink_port)
{
    char *etc = bench_path(bench, "etc");
    make_directory(bench->directory, "etc");
    make_directory(bench->directory, "state");
    make_directory(etc, "rosters");
    make_directory(etc, "gateways");
    write_people(etc);
    write_sources(etc);
    write_rosters(etc);
    write_daemon(bench, etc, port, sink_port);
    return etc;
}

char *rig_state(const struct bench *bench)
{
    return bench_path(bench, "state");
}

/* ---- the process ---- */

static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 || getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        bench_die("no port on loopback: %s", strerror(errno));
    close(fd);
    return ntohs(address.sin_port);
}

static int open_notify(struct sockaddr_un *ret_name)
{
    *ret_name = (struct sockaddr_un){.sun_family = AF_UNIX};
    int len = snprintf(ret_name->sun_path + 1, sizeof(ret_name->sun_path) - 1, "beredd-bench-%d", (int)getpid());
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)ret_name, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len)) != 0)
        bench_die("no socket for READY=1: %s", strerror(errno));
    return fd;
}

static _Noreturn void run_daemon(const struct bench *bench, const char *etc, const struct sockaddr_un *notify)
{
    char name[sizeof(notify->sun_path) + 1];
    snprintf(name, sizeof(name), "@%s", notify->sun_path + 1);
    setenv("NOTIFY_SOCKET", name, 1);
    setenv("BEREDD_PRESETS", bench->presets, 1);
    unsetenv("WATCHDOG_USEC");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    if (!getenv("BENCH_STDERR"))
        dup2(null, STDERR_FILENO);
    execl(bench->daemon, "beredd", "-c", etc, (char *)NULL);
    _exit(127);
}

void rig_start(const struct bench *bench, const struct wire *wire, bool fresh, struct rig *ret)
{
    CLEANUP_FREE char *state = rig_state(bench);
    struct sockaddr_un notify;
    if (fresh)
        bench_remove(state);
    *ret = (struct rig){.port = free_port()};
    CLEANUP_FREE char *etc = write_configuration(bench, ret->port, wire_sink_port(wire));
    ret->notify = open_notify(&notify);
    ret->started_nsec = bench_nsec();
    ret->pid = fork();
    if (ret->pid == 0)
        run_daemon(bench, etc, &notify);
}

int64_t rig_wait_ready(struct rig *rig)
{
    char text[256];
    for (;;) {
        struct pollfd wait = {.fd = rig->notify, .events = POLLIN};
        if (poll(&wait, 1, 100) > 0) {
            ssize_t n = read(rig->notify, text, sizeof(text) - 1);
            text[n > 0 ? n : 0] = '\0';
            if (strstr(text, "READY=1"))
                return bench_nsec() - rig->started_nsec;
        }
        bench_check_time();
        if (waitpid(rig->pid, NULL, WNOHANG) == rig->pid)
            bench_die("the daemon ended at once; BENCH_STDERR=1 shows what it says");
    }
}

void rig_stop(struct rig *rig)
{
    kill(rig->pid, SIGTERM);
    int64_t patience_nsec = bench_nsec() + STOP_NSEC;
    while (waitpid(rig->pid, NULL, WNOHANG) == 0) {
        if (bench_nsec() > patience_nsec)
            kill(rig->pid, SIGKILL);
        bench_sleep(NSEC_PER_MSEC);
    }
    close(rig->notify);
    *rig = (struct rig){0};
}

/* ---- what the kernel says ---- */

/* The number behind this word in a file of /proc; 0 if it is not there. */
static long proc_number(const char *path, const char *word)
{
    char line[256];
    long number = 0;
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file))
        if (strncmp(line, word, strlen(word)) == 0)
            number = atol(line + strlen(word));
    if (file)
        fclose(file);
    return number;
}

struct rig_memory rig_memory(const struct rig *rig)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/status", (int)rig->pid);
    return (struct rig_memory){
        .rss_kb = proc_number(path, "VmRSS:"),
        .anon_kb = proc_number(path, "RssAnon:"),
        .file_kb = proc_number(path, "RssFile:"),
    };
}

uint64_t rig_switches(const struct rig *rig)
{
    char path[64];
    uint64_t total = 0;
    snprintf(path, sizeof(path), "/proc/%d/task", (int)rig->pid);
    DIR *tasks = opendir(path);
    for (struct dirent *entry; tasks && (entry = readdir(tasks));) {
        CLEANUP_BUF struct buf status = {0};
        buf_printf(&status, "%s/%s/status", path, entry->d_name);
        if (entry->d_name[0] != '.')
            total += (uint64_t)(proc_number(buf_text(&status), "voluntary_ctxt_switches:") +
                                proc_number(buf_text(&status), "nonvoluntary_ctxt_switches:"));
    }
    if (tasks)
        closedir(tasks);
    return total;
}

int64_t rig_cpu_nsec(const struct rig *rig)
{
    clockid_t id;
    struct timespec used;
    if (clock_getcpuclockid(rig->pid, &id) != 0 || clock_gettime(id, &used) != 0)
        return 0;
    return used.tv_sec * NSEC_PER_SEC + used.tv_nsec;
}
