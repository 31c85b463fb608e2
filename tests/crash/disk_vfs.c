/* Between the store and the disk in memory: an SQLite VFS, and the system calls that the store makes itself, which the
 * linker's --wrap sends here. What os_unix.c does on Linux is done here likewise: a full disk is SQLITE_FULL, and the first
 * sync of a journal or write-ahead log syncs the directory, whatever comes of it. */
#include "disk_vfs.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "disk.h"
#include "planted.h"

enum { DIRECTORY_FD = 1000000, FILE_FD, FILES_MAX = 4 };

static struct {                  /* of the store's own */
    bool used;
    unsigned inode;
    uint64_t at;
} files[FILES_MAX];
static int last_error;           /* the errno of the VFS's last failure */

struct handle {
    sqlite3_file base;
    unsigned inode;
    bool syncs_directory;
};

static const char *name_of(const char *path)
{
    static const char below[] = DISK_DIRECTORY "/";
    assert(strncmp(path, below, sizeof below - 1) == 0);
    return path + sizeof below - 1;
}

static bool is_ours(const char *path)
{
    static const char directory[] = DISK_DIRECTORY;
    size_t len = sizeof directory - 1;
    return disk_mounted() && strncmp(path, directory, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static int fail(int error, int code)
{
    last_error = errno = error;
    return code;
}

static unsigned inode_of(sqlite3_file *file)
{
    return ((struct handle *)file)->inode;
}

static int on_close(sqlite3_file *file)
{
    (void)file;
    return SQLITE_OK;
}

static int on_read(sqlite3_file *file, void *to, int len, sqlite3_int64 at)
{
    size_t n = 0;
    int error = disk_read(disk_mounted(), inode_of(file), to, (size_t)len, (uint64_t)at, &n);
    if (error)
        return fail(error, SQLITE_IOERR_READ);
    if (n == (size_t)len)
        return SQLITE_OK;
    memset((char *)to + n, 0, (size_t)len - n);
    return SQLITE_IOERR_SHORT_READ;
}

static int on_write(sqlite3_file *file, const void *from, int len, sqlite3_int64 at)
{
    int error = disk_write(disk_mounted(), inode_of(file), from, (size_t)len, (uint64_t)at);
    if (error)
        return fail(error, error == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE);
    return SQLITE_OK;
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int error = disk_truncate(disk_mounted(), inode_of(file), (uint64_t)size);
    return error ? fail(error, SQLITE_IOERR_TRUNCATE) : SQLITE_OK;
}

static int on_sync(sqlite3_file *file, int flags)
{
    struct handle *handle = (struct handle *)file;
    (void)flags;
    int error = disk_sync(disk_mounted(), handle->inode);
    if (error && planted == PLANTED_RETRYING)
        error = disk_sync(disk_mounted(), handle->inode);
    if (error)
        return fail(error, SQLITE_IOERR_FSYNC);
    if (handle->syncs_directory)
        (void)disk_sync_directory(disk_mounted());
    handle->syncs_directory = false;
    return SQLITE_OK;
}

static int on_size(sqlite3_file *file, sqlite3_int64 *ret)
{
    *ret = (sqlite3_int64)disk_size(disk_mounted(), inode_of(file));
    return SQLITE_OK;
}

static int on_lock(sqlite3_file *file, int level)
{
    (void)file;
    (void)level;
    return SQLITE_OK;
}

static int on_check_lock(sqlite3_file *file, int *ret)
{
    (void)file;
    *ret = 0;
    return SQLITE_OK;
}

static int on_control(sqlite3_file *file, int op, void *arg)
{
    (void)file;
    (void)op;
    (void)arg;
    return SQLITE_NOTFOUND;
}

static int on_sector_size(sqlite3_file *file)
{
    (void)file;
    return 4096;
}

static int on_traits(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* Version 1: no shared memory, so a log that asked for it would not open. */
static const sqlite3_io_methods methods = {
    .iVersion = 1, .xClose = on_close, .xRead = on_read, .xWrite = on_write, .xTruncate = on_truncate, .xSync = on_sync,
    .xFileSize = on_size, .xLock = on_lock, .xUnlock = on_lock, .xCheckReservedLock = on_check_lock,
    .xFileControl = on_control, .xSectorSize = on_sector_size, .xDeviceCharacteristics = on_traits,
};

static int on_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *ret_flags)
{
    struct handle *handle = (struct handle *)file;
    (void)vfs;
    assert(path);                /* no temporary files: they are in memory */
    handle->base.pMethods = NULL;
    bool create = (flags & SQLITE_OPEN_CREATE) != 0;
    int error = disk_open(disk_mounted(), name_of(path), create, (flags & SQLITE_OPEN_EXCLUSIVE) != 0, &handle->inode);
    if (error)
        return fail(error, SQLITE_CANTOPEN);
    handle->syncs_directory = create && (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL));
    handle->base.pMethods = &methods;
    if (ret_flags)
        *ret_flags = flags;
    return SQLITE_OK;
}

static int on_delete(sqlite3_vfs *vfs, const char *path, int sync_directory)
{
    (void)vfs;
    int error = disk_unlink(disk_mounted(), name_of(path));
    if (error)
        return fail(error, error == ENOENT ? SQLITE_IOERR_DELETE_NOENT : SQLITE_IOERR_DELETE);
    error = sync_directory ? disk_sync_directory(disk_mounted()) : 0;
    return error ? fail(error, SQLITE_IOERR_DIR_FSYNC) : SQLITE_OK;
}

static int on_access(sqlite3_vfs *vfs, const char *path, int flags, int *ret)
{
    unsigned inode;
    (void)vfs;
    (void)flags;
    *ret = disk_find(disk_mounted(), name_of(path), &inode) && disk_size(disk_mounted(), inode) > 0;
    return SQLITE_OK;
}

static int on_full_name(sqlite3_vfs *vfs, const char *path, int size, char *ret)
{
    (void)vfs;
    return snprintf(ret, (size_t)size, "%s", path) < size ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int on_randomness(sqlite3_vfs *vfs, int len, char *ret)
{
    (void)vfs;
    for (int i = 0; i < len; i++)
        ret[i] = (char)disk_random(disk_mounted());
    return len;
}

static int on_sleep(sqlite3_vfs *vfs, int usec)
{
    (void)vfs;
    return usec;
}

static int on_time(sqlite3_vfs *vfs, double *ret)
{
    (void)vfs;
    *ret = 2461367.5;
    return SQLITE_OK;
}

static int on_last_error(sqlite3_vfs *vfs, int len, char *text)
{
    (void)vfs;
    (void)len;
    (void)text;
    return last_error;
}

void disk_vfs_install(void)
{
    static sqlite3_vfs vfs = {
        .iVersion = 1, .szOsFile = sizeof(struct handle), .mxPathname = 256, .zName = "crash",
        .xOpen = on_open, .xDelete = on_delete, .xAccess = on_access, .xFullPathname = on_full_name,
        .xRandomness = on_randomness, .xSleep = on_sleep, .xCurrentTime = on_time, .xGetLastError = on_last_error,
    };
    int rc = sqlite3_vfs_register(&vfs, 1);
    assert(rc == SQLITE_OK);
}

/* --- the store's own system calls --- */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
int __real_open(const char *path, int flags, ...);
int __real_close(int fd);
ssize_t __real_read(int fd, void *to, size_t len);
ssize_t __real_write(int fd, const void *from, size_t len);
int __real_access(const char *path, int mode);
int __wrap_open(const char *path, int flags, ...);
int __wrap_close(int fd);
ssize_t __wrap_read(int fd, void *to, size_t len);
ssize_t __wrap_write(int fd, const void *from, size_t len);
int __wrap_rename(const char *from, const char *to);
int __wrap_flock(int fd, int operation);
int __wrap_access(const char *path, int mode);
int __wrap_unlink(const char *path);
int __wrap_fsync(int fd);
DIR *__wrap_opendir(const char *path);
struct dirent *__wrap_readdir(DIR *dir);
int __wrap_closedir(DIR *dir);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static int result(int error)
{
    if (error)
        errno = error;
    return error ? -1 : 0;
}

static int open_file(const char *name, int flags)
{
    unsigned inode;
    int slot = 0;
    int error = disk_open(disk_mounted(), name, (flags & O_CREAT) != 0, (flags & O_EXCL) != 0, &inode);
    if (error == 0 && (flags & O_TRUNC) && disk_size(disk_mounted(), inode) > 0)
        error = disk_truncate(disk_mounted(), inode, 0);
    if (error)
        return result(error);
    while (files[slot].used)
        slot++;
    assert(slot < FILES_MAX);
    files[slot].used = true;
    files[slot].inode = inode;
    files[slot].at = 0;
    return FILE_FD + slot;
}

int __wrap_open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    if (!is_ours(path))
        return __real_open(path, flags, mode);
    if (flags & O_DIRECTORY)
        return result(disk_list(disk_mounted())) == 0 ? DIRECTORY_FD : -1;
    return open_file(name_of(path), flags);
}

int __wrap_close(int fd)
{
    if (fd >= FILE_FD)
        files[fd - FILE_FD].used = false;
    return fd >= DIRECTORY_FD ? 0 : __real_close(fd);
}

ssize_t __wrap_read(int fd, void *to, size_t len)
{
    size_t n = 0;
    if (fd < FILE_FD)
        return __real_read(fd, to, len);
    int error = disk_read(disk_mounted(), files[fd - FILE_FD].inode, to, len, files[fd - FILE_FD].at, &n);
    files[fd - FILE_FD].at += n;
    return error ? result(error) : (ssize_t)n;
}

ssize_t __wrap_write(int fd, const void *from, size_t len)
{
    if (fd < FILE_FD)
        return __real_write(fd, from, len);
    int error = disk_write(disk_mounted(), files[fd - FILE_FD].inode, from, len, files[fd - FILE_FD].at);
    files[fd - FILE_FD].at += len;
    return error ? result(error) : (ssize_t)len;
}

int __wrap_rename(const char *from, const char *to)
{
    return result(disk_rename(disk_mounted(), name_of(from), name_of(to)));
}

int __wrap_flock(int fd, int operation)
{
    (void)operation;
    assert(fd == DIRECTORY_FD);
    return 0;
}

int __wrap_access(const char *path, int mode)
{
    unsigned inode;
    if (!is_ours(path))
        return __real_access(path, mode);
    return result(disk_find(disk_mounted(), name_of(path), &inode) ? 0 : ENOENT);
}

int __wrap_unlink(const char *path)
{
    return result(disk_unlink(disk_mounted(), name_of(path)));
}

int __wrap_fsync(int fd)
{
    if (fd != DIRECTORY_FD)
        return result(disk_sync(disk_mounted(), files[fd - FILE_FD].inode));
    return result(disk_sync_directory(disk_mounted()));
}

struct listing {
    size_t next;
    struct dirent entry;
};

DIR *__wrap_opendir(const char *path)
{
    assert(is_ours(path));
    return result(disk_list(disk_mounted())) == 0 ? (DIR *)NEW(struct listing) : NULL;
}

struct dirent *__wrap_readdir(DIR *dir)
{
    struct listing *listing = (struct listing *)dir;
    const char *name = disk_name(disk_mounted(), listing->next++);
    if (!name)
        return NULL;
    snprintf(listing->entry.d_name, sizeof listing->entry.d_name, "%s", name);
    return &listing->entry;
}

int __wrap_closedir(DIR *dir)
{
    free(dir);
    return 0;
}
