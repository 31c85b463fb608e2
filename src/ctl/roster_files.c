#include "config.h"      /* renameat2 */

#include "ctl/roster_files.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "ctl/ctl.h"

enum { LOCK_TRIES = 200, LOCK_PAUSE_MSEC = 50, MAX_BYTES = 4 * 1024 * 1024, TEMPORARY_TRIES = 20 };

struct roster_files {
    char *path;
    int fd;                  /* of the directory; the lock is on it */
};

static bool fail(const struct roster_files *files, const char *verb, const char *name)
{
    int error = errno;
    ctl_complain("cannot %s %s%s%s: %s", verb, files->path, *name ? "/" : "", name, strerror(error));
    return false;
}

struct roster_files *roster_files_open(const char *config_directory)
{
    CLEANUP(roster_files_close) struct roster_files *files = NEW(struct roster_files);
    CLEANUP_BUF struct buf path = {0};
    buf_printf(&path, "%s/rosters", config_directory);
    files->path = buf_take(&path);
    files->fd = open(files->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (files->fd < 0) {
        (void)fail(files, "open", "");
        return NULL;
    }
    return TAKE(files);
}

void roster_files_close(struct roster_files *files)
{
    if (!files)
        return;
    if (files->fd >= 0)
        close(files->fd);
    free(files->path);
    free(files);
}

bool roster_files_lock(struct roster_files *files)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MSEC * 1000000L};
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(files->fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fail(files, "lock", "");
        nanosleep(&pause, NULL);
    }
    ctl_complain("another program is changing %s and does not finish; nothing was changed", files->path);
    return false;
}

bool roster_files_may_write(const struct roster_files *files)
{
    struct stat status;
    if (faccessat(files->fd, ".", W_OK | X_OK, AT_EACCESS) == 0)
        return true;
    if (errno != EACCES || fstat(files->fd, &status) != 0)
        return fail(files, "write in", "");
    const struct group *group = getgrgid(status.st_gid);
    if (group && (status.st_mode & S_IWGRP))
        ctl_complain("you may not write in %s: be root, or a member of the group %s", files->path, group->gr_name);
    else
        ctl_complain("you may not write in %s: only its owner may", files->path);
    return false;
}

/* ---- reading ---- */

static bool read_all(int fd, struct buf *ret)
{
    for (;;) {
        ssize_t n = read(fd, buf_reserve(ret, 16384), 16384);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        ret->len += (size_t)n;
        if (ret->len > MAX_BYTES) {
            errno = EFBIG;
            return false;
        }
        if (n == 0)
            return true;
    }
}

bool roster_files_read(const struct roster_files *files, const char *name, struct buf *ret, struct stat *ret_status)
{
    int fd = openat(files->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ELOOP) {
        ctl_complain("%s/%s is a symbolic link: edit the file that it leads to", files->path, name);
        return false;
    }
    if (fd < 0)
        return fail(files, "read", name);
    bool good = fstat(fd, ret_status) == 0;
    if (good && !S_ISREG(ret_status->st_mode)) {
        errno = EINVAL;
        good = false;
    }
    good = good && read_all(fd, ret);
    if (!good)
        (void)fail(files, "read", name);
    close(fd);
    return good;
}

bool roster_files_stat(const struct roster_files *files, const char *name, struct stat *ret_status)
{
    return fstatat(files->fd, name, ret_status, 0) == 0 || fail(files, "look at", name);
}

/* ---- writing ---- */

static bool write_all(int fd, const struct buf *text)
{
    for (size_t done = 0; done < text->len;) {
        ssize_t n = write(fd, text->data + done, text->len - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Who is not root cannot give files away; the group is what lets the others read and write it. */
static bool make_like(int fd, const struct stat *like)
{
    if (fchown(fd, like->st_uid, like->st_gid) != 0 && fchown(fd, (uid_t)-1, like->st_gid) != 0 && !(like->st_mode & S_IROTH))
        return false;
    return fchmod(fd, like->st_mode & 07777) == 0;
}

/* A name that the configuration passes over, because it begins with a dot. */
static int open_temporary(int directory, char *ret_name, size_t size)
{
    for (int i = 0; i < TEMPORARY_TRIES; i++) {
        unsigned random = 0;
        if (getrandom(&random, sizeof random, 0) != sizeof random)
            return -1;
        snprintf(ret_name, size, ".new-%08x", random);
        int fd = openat(directory, ret_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* Not every file system can refuse to replace; the lock keeps other programs like this one away. */
static bool put_in_place(int directory, const char *temporary, const char *name, bool new)
{
    if (new && renameat2(directory, temporary, directory, name, RENAME_NOREPLACE) == 0)
        return true;
    if (new && errno != EINVAL)
        return false;
    if (new && faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return false;
    }
    return renameat(directory, temporary, directory, name) == 0;
}

/* new: it must not be there yet. */
static bool write_file(int directory, const char *name, const struct buf *text, const struct stat *like, bool new)
{
    char temporary[32];
    int fd = open_temporary(directory, temporary, sizeof temporary);
    if (fd < 0)
        return false;
    bool good = write_all(fd, text) && make_like(fd, like) && fsync(fd) == 0;
    int error = errno;
    if (close(fd) != 0 && good) {
        error = errno;
        good = false;
    }
    errno = error;
    if (good && put_in_place(directory, temporary, name, new))
        return fsync(directory) == 0;
    error = good ? errno : error;
    (void)unlinkat(directory, temporary, 0);
    errno = error;
    return false;
}

bool roster_files_replace(struct roster_files *files, const char *name, const struct buf *text, const struct stat *like)
{
    return write_file(files->fd, name, text, like, false) || fail(files, "write", name);
}

/* ---- drop-ins ---- */

static void drop_in_directory(struct buf *buf, const char *role)
{
    buf_printf(buf, "%s.d", role);
}

/* -1: told why. Made as rosters/ itself is, so that the same people may use it. */
static int open_drop_ins(const struct roster_files *files, const char *name, bool create)
{
    struct stat status;
    if (create && mkdirat(files->fd, name, 0700) == 0) {
        int made = openat(files->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (made >= 0 && fstat(files->fd, &status) == 0 && make_like(made, &status) && fsync(files->fd) == 0)
            return made;
        (void)fail(files, "make", name);
        if (made >= 0)
            close(made);
        return -1;
    }
    int fd = openat(files->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        (void)fail(files, "open", name);
    return fd;
}

static bool write_drop_in(struct roster_files *files, const char *role, const char *name, const struct buf *text,
                          const struct stat *like, bool new)
{
    CLEANUP_BUF struct buf path = {0};
    drop_in_directory(&path, role);
    int directory = open_drop_ins(files, buf_text(&path), true);
    if (directory < 0)
        return false;
    bool good = write_file(directory, name, text, like, new);
    buf_printf(&path, "/%s", name);
    if (!good)
        (void)fail(files, "write", buf_text(&path));
    close(directory);
    return good;
}

bool roster_files_add_drop_in(struct roster_files *files, const char *role, const char *name, const struct buf *text,
                              const struct stat *like)
{
    return write_drop_in(files, role, name, text, like, true);
}

bool roster_files_replace_drop_in(struct roster_files *files, const char *role, const char *name, const struct buf *text,
                                  const struct stat *like)
{
    return write_drop_in(files, role, name, text, like, false);
}

bool roster_files_remove_drop_in(struct roster_files *files, const char *role, const char *name)
{
    CLEANUP_BUF struct buf path = {0};
    drop_in_directory(&path, role);
    int directory = open_drop_ins(files, buf_text(&path), false);
    if (directory < 0)
        return false;
    bool good = unlinkat(directory, name, 0) == 0 && fsync(directory) == 0;
    buf_printf(&path, "/%s", name);
    if (!good)
        (void)fail(files, "remove", buf_text(&path));
    close(directory);
    return good;
}
