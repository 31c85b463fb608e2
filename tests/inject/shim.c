/* Preloaded into the daemon: counts its allocations and its system calls from main() on, and fails one of them.
 *
 *   INJECT=alloc:N        the Nth malloc, calloc or realloc has no memory
 *   INJECT=call:N:V       the Nth system call of those below fails with the Vth error that fits it (from 0)
 *   INJECT=count          none; $INJECT_LOG gets a line for each call, and at the end the number of allocations
 *
 * System calls are caught by a seccomp filter, so that those within libc (a fopen, a thread's stack) are met as well as those through
 * its wrappers. The kernel asks a thread of ours, which the filter does not bind: go on, or this errno. */
#define _GNU_SOURCE      /* NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): libc's own switch */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ERRORS_MAX = 3, LOG_FD = 1000, LISTENER_FD = 1001, FRAMES_MAX = 24 };

static struct {
    atomic_bool counting;
    atomic_ulong allocs;
    unsigned long calls;             /* the supervising thread's */
    unsigned long fail_alloc, fail_call, variant;
    bool list;
} inject;
static _Thread_local int exempt;     /* more than 0: what this thread allocates is ours, or a library's beginning */

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    ssize_t written = write(LOG_FD, line, n < (int)sizeof(line) ? (size_t)n : sizeof(line) - 1);
    (void)written;
}

/* ---- allocations ---- */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): libc's names */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static bool alloc_fails(const char *what, size_t size)
{
    if (!atomic_load_explicit(&inject.counting, memory_order_relaxed) || exempt > 0)
        return false;
    unsigned long number = atomic_fetch_add(&inject.allocs, 1) + 1;
    if (number != inject.fail_alloc)
        return false;
    exempt++;
    void *frames[FRAMES_MAX];
    say("failed alloc %lu: %s(%zu)\n", number, what, size);
    backtrace_symbols_fd(frames, backtrace(frames, FRAMES_MAX), LOG_FD);
    exempt--;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return alloc_fails("malloc", size) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return alloc_fails("calloc", n * size) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *memory, size_t size)
{
    return size > 0 && alloc_fails("realloc", size) ? NULL : __libc_realloc(memory, size);
}

/* Once in a process, and curl says of itself that it may not be tried again. */
int curl_global_init(long flags)
{
    int (*real)(long) = (int (*)(long))dlsym(RTLD_NEXT, "curl_global_init");
    exempt++;
    int code = real(flags);
    exempt--;
    return code;
}

/* ---- system calls ---- */

/* What a descriptor is decides what can become of it. */
enum kind { ANY, FILE_FD, SOCKET_FD, EVENT_FD };

struct fault {
    int call;
    enum kind kind;
    int errors[ERRORS_MAX];          /* 0 ends them */
    const char *name;
};

#define CALL(name, kind, ...) { SYS_##name, kind, { __VA_ARGS__ }, #name }
/* Left out: what cannot fail with arguments that are right (close of what is open, timerfd_settime, F_SETFL, FIONBIO, signal masks, a
 * write to an eventfd or a pipe with room), and what is no call for help from the kernel (futex, exit, munmap, madvise). brk: an allocation. */
static const struct fault faults[] = {
    CALL(read, FILE_FD, EIO, EINTR), CALL(read, SOCKET_FD, ECONNRESET, EAGAIN, EINTR), CALL(read, EVENT_FD, EAGAIN, EINTR),
    CALL(pread64, FILE_FD, EIO, EINTR), CALL(readv, SOCKET_FD, ECONNRESET, EAGAIN, EINTR), CALL(readv, FILE_FD, EIO),
    CALL(write, FILE_FD, ENOSPC, EIO, EINTR), CALL(write, SOCKET_FD, EPIPE, EAGAIN, EINTR),
    CALL(pwrite64, FILE_FD, ENOSPC, EIO, EINTR), CALL(writev, SOCKET_FD, EPIPE, EAGAIN, EINTR), CALL(writev, FILE_FD, ENOSPC),
    CALL(fsync, ANY, EIO, ENOSPC), CALL(fdatasync, ANY, EIO, ENOSPC), CALL(ftruncate, ANY, EIO, EINTR), CALL(fallocate, ANY, ENOSPC),
    CALL(openat, ANY, EMFILE, EIO, ENOSPC), CALL(newfstatat, ANY, EIO, ENOMEM), CALL(fstat, ANY, EIO), CALL(getdents64, ANY, EIO),
    CALL(lseek, FILE_FD, EIO), CALL(faccessat, ANY, EIO), CALL(readlinkat, ANY, EIO), CALL(renameat, ANY, EIO, ENOSPC),
    CALL(unlinkat, ANY, EIO), CALL(mkdirat, ANY, ENOSPC), CALL(fchmod, ANY, EIO), CALL(fchown, ANY, EPERM), CALL(flock, ANY, ENOLCK, EINTR),
    CALL(fcntl, ANY, ENOLCK), CALL(mmap, ANY, ENOMEM), CALL(mprotect, ANY, ENOMEM), CALL(mremap, ANY, ENOMEM),
    CALL(socket, ANY, EMFILE, ENOBUFS), CALL(socketpair, ANY, EMFILE), CALL(eventfd2, ANY, EMFILE, ENOMEM), CALL(pipe2, ANY, EMFILE),
    CALL(epoll_create1, ANY, EMFILE, ENOMEM), CALL(timerfd_create, ANY, EMFILE, ENOMEM), CALL(inotify_init1, ANY, EMFILE),
    CALL(inotify_add_watch, ANY, ENOSPC), CALL(epoll_ctl, ANY, ENOMEM, ENOSPC), CALL(bind, ANY, EADDRINUSE), CALL(listen, ANY, EADDRINUSE),
    CALL(accept4, ANY, EMFILE, ECONNABORTED, EINTR), CALL(accept, ANY, EMFILE, ECONNABORTED, EINTR),
    CALL(connect, ANY, ECONNREFUSED, ENETUNREACH, EADDRNOTAVAIL), CALL(sendto, ANY, ECONNRESET, EAGAIN, EINTR),
    CALL(sendmsg, ANY, ENOBUFS, EAGAIN, EINTR), CALL(sendmmsg, ANY, ENOBUFS), CALL(recvfrom, ANY, ECONNRESET, EAGAIN, EINTR),
    CALL(recvmsg, ANY, ECONNRESET, EAGAIN, EINTR), CALL(setsockopt, ANY, ENOBUFS),
    CALL(getsockname, ANY, ENOBUFS), CALL(getpeername, ANY, ENOTCONN), CALL(epoll_pwait, ANY, EINTR), CALL(ppoll, ANY, EINTR, ENOMEM),
    CALL(getrandom, ANY, EINTR), CALL(clone, ANY, EAGAIN), CALL(clone3, ANY, EAGAIN),
#ifdef SYS_open          /* older names of the same, where a machine has them */
    CALL(open, ANY, EMFILE, EIO), CALL(stat, ANY, EIO, ENOMEM), CALL(lstat, ANY, EIO), CALL(access, ANY, EIO), CALL(readlink, ANY, EIO),
    CALL(rename, ANY, EIO, ENOSPC), CALL(unlink, ANY, EIO), CALL(mkdir, ANY, ENOSPC), CALL(chmod, ANY, EIO), CALL(chown, ANY, EPERM),
    CALL(epoll_wait, ANY, EINTR), CALL(poll, ANY, EINTR, ENOMEM), CALL(pipe, ANY, EMFILE),
#endif
};
enum { FAULTS = sizeof(faults) / sizeof(faults[0]) };

static enum kind kind_of(int fd, char *ret_path, size_t size)
{
    char link[64];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, ret_path, size - 1);
    ret_path[n > 0 ? n : 0] = '\0';
    if (strncmp(ret_path, "socket:", 7) == 0)
        return SOCKET_FD;
    return strncmp(ret_path, "anon_inode:", 11) == 0 || strncmp(ret_path, "pipe:", 5) == 0 ? EVENT_FD : FILE_FD;
}

static const struct fault *fault_for(const struct seccomp_data *data, char *ret_path, size_t size)
{
    enum kind kind = kind_of((int)data->args[0], ret_path, size);
    bool locks = data->args[1] == F_SETLK || data->args[1] == F_SETLKW || data->args[1] == F_OFD_SETLK;
    if (data->nr == SYS_fcntl && !locks)
        return NULL;
    for (size_t i = 0; i < FAULTS; i++)
        if (faults[i].call == data->nr && (faults[i].kind == ANY || faults[i].kind == kind))
            return &faults[i];
    return NULL;
}

static int errors_of(const struct fault *fault)
{
    int n = 0;
    while (n < ERRORS_MAX && fault->errors[n])
        n++;
    return n;
}

/* The path that a call names, or what its descriptor is: for whoever reads the log. */
static const char *subject(const struct seccomp_data *data, const char *fd_path)
{
    switch (data->nr) {
    case SYS_openat: case SYS_newfstatat: case SYS_unlinkat: case SYS_mkdirat: case SYS_faccessat:
        return data->args[1] ? (const char *)(uintptr_t)data->args[1] : "";
#ifdef SYS_open
    case SYS_open: case SYS_stat: case SYS_lstat: case SYS_access: case SYS_unlink: case SYS_mkdir: case SYS_rename: case SYS_chmod:
    case SYS_readlink:
        return (const char *)(uintptr_t)data->args[0];
#endif
    default:
        return fd_path;
    }
}

/* The errno that this call gets; 0: none. */
static int judge(const struct seccomp_data *data)
{
    char path[256];
    const struct fault *fault = atomic_load(&inject.counting) ? fault_for(data, path, sizeof(path)) : NULL;
    if (!fault)
        return 0;
    unsigned long number = ++inject.calls;
    if (inject.list)
        say("call %lu %d %s %s\n", number, errors_of(fault), fault->name, subject(data, path));
    if (number != inject.fail_call)
        return 0;
    int error = fault->errors[inject.variant % (unsigned long)errors_of(fault)];
    say("failed call %lu: %s(%s): %s\n", number, fault->name, subject(data, path), strerror(error));
    return error;
}

static void *supervise(void *unused)
{
    pthread_mutex_t *installed = unused;
    pthread_mutex_lock(installed);      /* until there is something to listen to */
    pthread_mutex_unlock(installed);
    exempt++;
    for (;;) {
        struct seccomp_notif request;
        memset(&request, 0, sizeof(request));
        if (ioctl(LISTENER_FD, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0)
            continue;
        int error = judge(&request.data);
        struct seccomp_notif_resp answer = { .id = request.id, .error = -error, .flags = error ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE };
        (void)ioctl(LISTENER_FD, SECCOMP_IOCTL_NOTIF_SEND, &answer);       /* fails if a signal came between: the call comes again */
    }
    return NULL;
}

static _Noreturn void give_up(const char *what)
{
    dprintf(2, "inject: %s: %s\n", what, strerror(errno));
    _exit(99);
}

static void install_filter(void)
{
    struct sock_filter code[FAULTS * 2 + 2];
    size_t n = 0;
    code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < FAULTS; i++) {
        code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)faults[i].call, 0, 1);
        code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    }
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = { .len = (unsigned short)n, .filter = code };
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    long listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    /* From here on this thread's calls of that kind wait for the supervisor, which needs the listener where it looks for it. */
    if (listener < 0)
        give_up("seccomp");
    if (syscall(SYS_dup3, listener, LISTENER_FD, O_CLOEXEC) < 0)
        give_up("dup3");
    syscall(SYS_close, listener);
}

static void start_supervisor(void)
{
    static pthread_mutex_t installed = PTHREAD_MUTEX_INITIALIZER;
    sigset_t all, before;
    pthread_t thread;
    pthread_mutex_lock(&installed);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&thread, NULL, supervise, &installed) != 0)
        give_up("pthread_create");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    install_filter();
    pthread_mutex_unlock(&installed);
}

static void read_order(const char *order)
{
    inject.list = strcmp(order, "count") == 0;
    if (sscanf(order, "alloc:%lu", &inject.fail_alloc) != 1)
        (void)!sscanf(order, "call:%lu:%lu", &inject.fail_call, &inject.variant);
}

/* ---- from main() on ---- */

static int (*real_main)(int, char **, char **);

static int counted_main(int argc, char **argv, char **environment)
{
    const char *order = getenv("INJECT"), *path = getenv("INJECT_LOG");
    if (!order || !path)
        return real_main(argc, argv, environment);
    int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0 || dup3(log, LOG_FD, O_CLOEXEC) < 0)
        give_up(path);
    close(log);
    void *frame;
    backtrace(&frame, 1);            /* loads what it needs */
    read_order(order);
    start_supervisor();
    atomic_store(&inject.counting, true);
    int status = real_main(argc, argv, environment);
    atomic_store(&inject.counting, false);
    say("allocs %lu\n", atomic_load(&inject.allocs));
    return status;
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): libc's name */
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void), void (*done)(void),
                      void (*rtld_done)(void), void *stack_end);
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void), void (*done)(void),
                      void (*rtld_done)(void), void *stack_end)
{
    __typeof__(__libc_start_main) *real = (__typeof__(__libc_start_main) *)dlsym(RTLD_NEXT, "__libc_start_main");
    real_main = main;
    return real(counted_main, argc, argv, init, done, rtld_done, stack_end);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
