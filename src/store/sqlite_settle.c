/* Making certain what another process left. It may have died, or given up, after an fsync that failed: then what its
 * write-ahead log reads back may be in the kernel's memory alone. No fsync of ours would write it, for the kernel takes it for
 * clean; and a checkpoint of it would be worse than nothing, for after a power cut the older pages in what is left of the
 * write-ahead log would hide the newer ones beneath. So it is copied into a file of its own before SQLite looks at it. After a
 * proper exit there is none. */
#include <config.h>      /* _GNU_SOURCE */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "store/sqlite_log.h"

enum { COPY_BYTES = 1 << 16 };

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

/* 0 with the copy synced, or -1 and errno. */
static int copy_file(int from, int to)
{
    CLEANUP_FREE char *bytes = mem_alloc(COPY_BYTES);
    for (;;) {
        ssize_t n = read(from, bytes, COPY_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || (n > 0 && write_all(to, bytes, (size_t)n) < 0))
            return -1;
        if (n == 0)
            return fsync(to);
    }
}

static enum err copy_to(int from, const char *path, const char *copy, struct buf *reason)
{
    int to = open(copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (to < 0)
        return sqlite_file_errno("create", copy, reason);
    enum err err = ERR_OK;
    if (copy_file(from, to) < 0)
        err = sqlite_file_errno("copy", path, reason);
    close(to);
    if (err == ERR_OK && rename(copy, path) < 0)
        err = sqlite_file_errno("replace", path, reason);
    if (err != ERR_OK)
        (void)unlink(copy);      /* if it stays, the next one writes over it */
    return err;
}

enum err sqlite_log_renew_wal(const struct sqlite_log *log, unsigned number, struct buf *reason)
{
    CLEANUP_FREE char *path = sqlite_log_path(log, number);
    CLEANUP_BUF struct buf wal = {0}, copy = {0};
    buf_printf(&wal, "%s-wal", path);
    buf_printf(&copy, "%s-copy", buf_text(&wal));
    int from = open(buf_text(&wal), O_RDONLY | O_CLOEXEC);
    if (from < 0)
        return errno == ENOENT ? ERR_OK : sqlite_file_errno("open", buf_text(&wal), reason);
    enum err err = copy_to(from, buf_text(&wal), buf_text(&copy), reason);
    close(from);
    return err == ERR_OK ? sqlite_log_sync_names(log, reason) : err;
}
