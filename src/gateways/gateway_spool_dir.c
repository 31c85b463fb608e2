#include "gateways/gateway_spool_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/civil.h"
#include "gateways/gateway_spool_file.h"

enum { LIST_MAX = 10000 };

static const char own_directory[] = "outgoing/.beredd", mark_prefix[] = "read.";

/* A path that does not fit is one that is not there. */
struct path { char text[PATH_MAX]; };

static struct path path_of(const char *spool, const char *directory, const char *name, const char *suffix)
{
    struct path path;
    int len = snprintf(path.text, sizeof path.text, "%s/%s/%s%s", spool, directory, name, suffix);
    if (len < 0 || (size_t)len >= sizeof path.text)
        path.text[0] = '\0';
    return path;
}

static bool is_there(const char *spool, const char *directory, const char *name, const char *suffix)
{
    struct path path = path_of(spool, directory, name, suffix);
    struct stat info;
    return lstat(path.text, &info) == 0;
}

/* ---- out ---- */

/* In the order in which smsd moves it: the copy is there before the original goes, so that it is not missed on its way. */
enum spool_place spool_dir_find(const char *spool, const char *name)
{
    if (is_there(spool, "outgoing", name, ""))
        return SPOOL_OUTGOING;
    if (is_there(spool, "checked", name, ".LOCK"))
        return SPOOL_SENDING;
    if (is_there(spool, "checked", name, ""))
        return SPOOL_CHECKED;
    if (is_there(spool, "sent", name, ""))
        return SPOOL_SENT;
    return is_there(spool, "failed", name, "") ? SPOOL_FAILED : SPOOL_NOWHERE;
}

static int write_all(int fd, const struct buf *content)
{
    for (size_t done = 0; done < content->len;) {
        ssize_t n = write(fd, content->data + done, content->len - done);
        if (n < 0 && errno != EINTR)
            return errno;
        done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

/* smsd must be able to read and to change it. In a directory with the set-group-ID bit the group is right already; elsewhere it
 * is changed where we may. */
static int hand_to_group(int fd, const char *spool)
{
    struct path outgoing = path_of(spool, "outgoing", "", "");
    struct stat directory, file;
    if (stat(outgoing.text, &directory) == 0 && fstat(fd, &file) == 0 && directory.st_gid != file.st_gid &&
        fchown(fd, (uid_t)-1, directory.st_gid) != 0)
        errno = 0;
    return fchmod(fd, 0660) != 0 ? errno : 0;
}

static int write_new(const char *spool, const struct path *path, const struct buf *content)
{
    unlink(path->text);              /* left by a crash */
    int fd = open(path->text, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    int error = hand_to_group(fd, spool);
    if (!error)
        error = write_all(fd, content);
    if (!error && fsync(fd) != 0)
        error = errno;
    if (close(fd) != 0 && !error)
        error = errno;
    return error;
}

static int make_own_directory(const char *spool)
{
    struct path path = path_of(spool, own_directory, "", "");
    return mkdir(path.text, 0770) != 0 && errno != EEXIST ? errno : 0;
}

int spool_dir_put(const char *spool, const char *name, const struct buf *content, enum spool_place *ret_place)
{
    *ret_place = spool_dir_find(spool, name);
    if (*ret_place != SPOOL_NOWHERE && *ret_place != SPOOL_FAILED)
        return 0;
    struct path failed = path_of(spool, "failed", name, "");
    if (*ret_place == SPOOL_FAILED)
        unlink(failed.text);
    *ret_place = SPOOL_NOWHERE;
    struct path new = path_of(spool, own_directory, name, ""), outgoing = path_of(spool, "outgoing", name, "");
    int error = make_own_directory(spool);
    if (!error)
        error = write_new(spool, &new, content);
    if (!error && rename(new.text, outgoing.text) != 0)
        error = errno;
    if (error)
        unlink(new.text);
    return error;
}

/* While we hold its lock smsd does not begin to send it; a lock that is there means that it has begun. */
static bool take_from_checked(const char *spool, const char *name, enum spool_place *ret_place)
{
    struct path file = path_of(spool, "checked", name, ""), lock = path_of(spool, "checked", name, ".LOCK");
    if (!is_there(spool, "checked", name, "") && !is_there(spool, "checked", name, ".LOCK"))
        return false;
    int fd = open(lock.text, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0660);
    *ret_place = fd < 0 && errno == EEXIST ? SPOOL_SENDING : SPOOL_CHECKED;
    if (fd < 0)
        return false;
    close(fd);
    bool taken = unlink(file.text) == 0;
    unlink(lock.text);
    return taken;
}

bool spool_dir_take_back(const char *spool, const char *name, enum spool_place *ret_place)
{
    struct path outgoing = path_of(spool, "outgoing", name, "");
    bool from_outgoing = unlink(outgoing.text) == 0;
    *ret_place = SPOOL_NOWHERE;
    bool from_checked = take_from_checked(spool, name, ret_place);
    if (from_checked || *ret_place != SPOOL_NOWHERE)
        return from_checked;
    if (from_outgoing) {
        *ret_place = SPOOL_OUTGOING;
        return true;
    }
    *ret_place = spool_dir_find(spool, name);
    return false;
}

/* ---- in ---- */

static enum err read_whole(int fd, struct buf *ret, struct stat *ret_stat)
{
    if (fstat(fd, ret_stat) != 0)
        return ERR_IO;
    if (!S_ISREG(ret_stat->st_mode) || ret_stat->st_size > SPOOL_FILE_MAX)
        return ERR_SYNTAX;
    for (;;) {
        ssize_t n = read(fd, buf_reserve(ret, 4096), 4096);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? ERR_IO : ERR_OK;
        ret->len += (size_t)n;
        if (ret->len > SPOOL_FILE_MAX)
            return ERR_SYNTAX;
    }
}

/* Whoever may write there could have put a link or a pipe there. */
enum err spool_dir_read(const char *spool, const char *directory, const char *name, struct buf *ret, struct stat *ret_stat)
{
    struct path path = path_of(spool, directory, name, "");
    int fd = open(path.text, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? ERR_NOT_FOUND : errno == ELOOP ? ERR_SYNTAX : errno == EACCES ? ERR_DENIED : ERR_IO;
    enum err err = read_whole(fd, ret, ret_stat);
    close(fd);
    return err;
}

int spool_dir_mark_read(const char *spool, const char *name)
{
    struct path path = path_of(spool, own_directory, mark_prefix, name);
    int error = make_own_directory(spool);
    int fd = error ? -1 : open(path.text, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return error ? error : errno;
    close(fd);
    return 0;
}

bool spool_dir_is_read(const char *spool, const char *name)
{
    return is_there(spool, own_directory, mark_prefix, name);
}

int spool_dir_remove_incoming(const char *spool, const char *name)
{
    struct path path = path_of(spool, "incoming", name, "");
    return unlink(path.text) == 0 || errno == ENOENT ? 0 : spool_dir_mark_read(spool, name);
}

/* ---- lists ---- */

struct entry {
    char *name;
    int64_t modified_usec;
};

static int by_age(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    if (left->modified_usec != right->modified_usec)
        return left->modified_usec < right->modified_usec ? -1 : 1;
    return strcmp(left->name, right->name);
}

bool spool_dir_may_be_file(const char *name)
{
    size_t len = strlen(name);
    return name[0] != '.' && len <= 200 && !(len > 5 && strcmp(name + len - 5, ".LOCK") == 0) && !strstr(name, "-concatenated");
}

static size_t read_entries(const char *spool, const char *directory, struct entry *entries)
{
    struct path path = path_of(spool, directory, "", "");
    DIR *open_directory = opendir(path.text);
    struct dirent *found;
    size_t n = 0;
    if (!open_directory)
        return 0;
    while (n < LIST_MAX && (found = readdir(open_directory))) {
        struct stat info;
        struct path file = path_of(spool, directory, found->d_name, "");
        if (!spool_dir_may_be_file(found->d_name) || lstat(file.text, &info) != 0 || S_ISDIR(info.st_mode))
            continue;
        int64_t modified_usec = (int64_t)info.st_mtim.tv_sec * USEC_PER_SEC + info.st_mtim.tv_nsec / 1000;
        entries[n++] = (struct entry){ mem_strdup(found->d_name), modified_usec };
    }
    closedir(open_directory);
    return n;
}

void spool_dir_list(const char *spool, const char *directory, spool_dir_cb *cb, void *userdata)
{
    struct entry *entries = NEW_ARRAY(struct entry, LIST_MAX);
    size_t n = read_entries(spool, directory, entries);
    qsort(entries, n, sizeof *entries, by_age);
    for (size_t i = 0; i < n; i++) {
        cb(userdata, entries[i].name, entries[i].modified_usec);
        free(entries[i].name);
    }
    free(entries);
}

/* ---- purging ---- */

struct purge {
    const char *spool, *directory;
    int64_t before_usec;
};

static void purge_file(void *userdata, const char *name, int64_t modified_usec)
{
    const struct purge *purge = userdata;
    struct page_ref page;
    struct path path = path_of(purge->spool, purge->directory, name, "");
    if (modified_usec < purge->before_usec && spool_file_is_ours(name, &page))
        unlink(path.text);
}

static void purge_mark(void *userdata, const char *name, int64_t modified_usec)
{
    const struct purge *purge = userdata;
    struct path path = path_of(purge->spool, own_directory, name, "");
    (void)modified_usec;
    if (strncmp(name, mark_prefix, sizeof mark_prefix - 1) == 0 &&
        !is_there(purge->spool, "incoming", name + sizeof mark_prefix - 1, ""))
        unlink(path.text);
}

void spool_dir_purge(const char *spool, int64_t wall_usec)
{
    struct purge purge = { spool, "sent", wall_usec - USEC_PER_DAY };
    spool_dir_list(spool, purge.directory, purge_file, &purge);
    purge.directory = "failed";
    spool_dir_list(spool, purge.directory, purge_file, &purge);
    spool_dir_list(spool, own_directory, purge_mark, &purge);
}
