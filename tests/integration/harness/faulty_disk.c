/* Preloaded into the daemon by the tests: a disk that hangs, fails or fills on demand. $FAULTY_DISK names a file whose first word says
 * what happens to writes below the directory $FAULTY_BELOW: "ok", "hang", "eio", "enospc"; "hang-sync" and "eio-sync" for fsync and fdatasync alone; "slow": each takes a while.
 * "hang-read": reads hang, and nothing else. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void mode_now(char *ret, size_t size)
{
    static ssize_t (*real_read)(int, void *, size_t);
    const char *path = getenv("FAULTY_DISK");
    ret[0] = '\0';
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    if (!real_read)
        real_read = (ssize_t (*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
    ssize_t n = real_read(fd, ret, size - 1);
    ret[n > 0 ? n : 0] = '\0';
    ret[strcspn(ret, " \n")] = '\0';
    close(fd);
}

static int is_below(int fd)
{
    char link[64], path[4096];
    const char *below = getenv("FAULTY_BELOW");
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    return below && n > 0 && (size_t)n > strlen(below) && memcmp(path, below, strlen(below)) == 0;
}

/* 0: go on. */
static int fault(int fd, int is_sync, int is_read)
{
    if (!is_below(fd))
        return 0;
    for (;;) {
        char mode[32];
        mode_now(mode, sizeof mode);
        if ((strcmp(mode, "hang-read") == 0) != is_read)
            return 0;
        int sync_only = strlen(mode) > 5 && strcmp(mode + strlen(mode) - 5, "-sync") == 0;
        if (sync_only && !is_sync)
            return 0;
        if (strcmp(mode, "slow") == 0) {
            struct timespec while_ = {.tv_nsec = 500000};
            nanosleep(&while_, NULL);
            return 0;
        }
        if (strncmp(mode, "eio", 3) == 0)
            return EIO;
        if (strcmp(mode, "enospc") == 0 && !is_sync)
            return ENOSPC;
        if (strncmp(mode, "hang", 4) != 0)
            return 0;
        struct timespec pause = {.tv_nsec = 5000000};
        nanosleep(&pause, NULL);
    }
}

#define REAL(type, name, ...) type (*real)(__VA_ARGS__) = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)
#define FAIL_OR(fd, is_sync, call)     \
    do {                               \
        int error = fault(fd, is_sync, 0); \
        if (error) {                   \
            errno = error;             \
            return -1;                 \
        }                              \
        return call;                   \
    } while (0)

ssize_t write(int fd, const void *bytes, size_t n);
ssize_t write(int fd, const void *bytes, size_t n)
{
    REAL(ssize_t, write, int, const void *, size_t);
    FAIL_OR(fd, 0, real(fd, bytes, n));
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
    FAIL_OR(fd, 0, real(fd, bytes, n, at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, __off64_t at)
{
    REAL(ssize_t, pwrite64, int, const void *, size_t, __off64_t);
    FAIL_OR(fd, 0, real(fd, bytes, n, at));
}

int fsync(int fd)
{
    REAL(int, fsync, int);
    FAIL_OR(fd, 1, real(fd));
}

int fdatasync(int fd)
{
    REAL(int, fdatasync, int);
    FAIL_OR(fd, 1, real(fd));
}

ssize_t pread64(int fd, void *bytes, size_t n, __off64_t at);
ssize_t pread64(int fd, void *bytes, size_t n, __off64_t at)
{
    REAL(ssize_t, pread64, int, void *, size_t, __off64_t);
    (void)fault(fd, 0, 1);
    return real(fd, bytes, n, at);
}

ssize_t pread(int fd, void *bytes, size_t n, off_t at)
{
    REAL(ssize_t, pread, int, void *, size_t, off_t);
    (void)fault(fd, 0, 1);
    return real(fd, bytes, n, at);
}
