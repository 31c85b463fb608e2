#include "ctl/roster_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "ctl/ctl.h"

enum { TRIES = 20 };

struct roster_lock {
    char *path;
    int fd;
};

void roster_lock_free(struct roster_lock *lock)
{
    if (!lock)
        return;
    if (lock->fd >= 0) {
        (void)unlink(lock->path);    /* while it is held: whoever opened it meanwhile sees that it is no longer the one */
        close(lock->fd);
    }
    free(lock->path);
    free(lock);
}

/* The next editor may be another member of the group: whoever may write in the directory may have the lock. */
static int open_lock(const char *directory, const char *path)
{
    struct stat status;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ? open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
    if (stat(directory, &status) == 0 && fchown(fd, (uid_t)-1, status.st_gid) == 0)
        (void)fchmod(fd, 0660);
    return fd;
}

/* Somebody may have given it up, and so removed it, between open and flock. */
static bool is_still_there(int fd, const char *path)
{
    struct stat ours, there;
    return fstat(fd, &ours) == 0 && lstat(path, &there) == 0 && ours.st_dev == there.st_dev && ours.st_ino == there.st_ino &&
           S_ISREG(ours.st_mode) && ours.st_nlink == 1;
}

static void tell_holder(int fd, const char *role)
{
    char text[200] = "";
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    ctl_complain("the roster of %s is being edited by %s; nothing was changed", role, *text ? text : "somebody else");
}

static void say_who(int fd, const char *login)
{
    char since[64] = "", text[200];
    time_t now = time(NULL);
    struct tm local;
    if (localtime_r(&now, &local))
        (void)strftime(since, sizeof since, "%Y-%m-%d %H:%M", &local);
    int len = snprintf(text, sizeof text, "%.64s (process %d) since %s", login, (int)getpid(), since);
    if (ftruncate(fd, 0) == 0)
        (void)!pwrite(fd, text, (size_t)len, 0);
}

struct roster_lock *roster_lock_take(const char *config_directory, const char *role, const char *login)
{
    CLEANUP(roster_lock_free) struct roster_lock *lock = NEW(struct roster_lock);
    CLEANUP_BUF struct buf directory = {0};
    CLEANUP_BUF struct buf path = {0};
    buf_printf(&directory, "%s/rosters", config_directory);
    buf_printf(&path, "%s/.%s.lock", buf_text(&directory), role);
    lock->path = buf_take(&path);
    lock->fd = -1;
    for (int i = 0; i < TRIES; i++) {
        int fd = open_lock(buf_text(&directory), lock->path);
        if (fd < 0 && errno == ENOENT)
            continue;
        if (fd < 0) {
            ctl_complain("cannot lock %s: %s", lock->path, strerror(errno));
            return NULL;
        }
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            tell_holder(fd, role);
            close(fd);
            return NULL;
        }
        if (is_still_there(fd, lock->path)) {
            lock->fd = fd;
            say_who(fd, login);
            return TAKE(lock);
        }
        close(fd);
    }
    ctl_complain("cannot lock %s: it does not stay as it is", lock->path);
    return NULL;
}
