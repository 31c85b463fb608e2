#include "fault_vfs.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    sqlite3_vfs *real;
    struct fault fault;
    bool armed;
    uint64_t seen, failed;
    unsigned hanging;
} fault_vfs = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

struct fault_file {
    sqlite3_file base;
    const char *name;           /* SQLite keeps it until the file is closed; NULL: a temporary file */
    sqlite3_file *real;
};

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct fault_file *)file)->real;
}

static bool ends_with(const char *name, const char *suffix)
{
    size_t len = name ? strlen(name) : 0, suffix_len = suffix ? strlen(suffix) : 0;
    return len >= suffix_len && memcmp((name ? name : "") + len - suffix_len, suffix ? suffix : "", suffix_len) == 0;
}

/* FAULT_COUNT: let it pass. */
static enum fault_kind meet(enum fault_op op, const char *name)
{
    enum fault_kind kind = FAULT_COUNT;
    pthread_mutex_lock(&fault_vfs.lock);
    const struct fault *fault = &fault_vfs.fault;
    if (fault_vfs.armed && (fault->ops & op) && ends_with(name, fault->suffix)) {
        fault_vfs.seen++;
        if (fault_vfs.seen == fault->nth || (fault->forever && fault_vfs.seen > fault->nth))
            kind = fault->kind;
        fault_vfs.failed += kind != FAULT_COUNT;
    }
    if (kind == FAULT_HANG) {
        fault_vfs.hanging++;
        pthread_cond_broadcast(&fault_vfs.changed);
        while (fault_vfs.armed)
            pthread_cond_wait(&fault_vfs.changed, &fault_vfs.lock);
        fault_vfs.hanging--;
        kind = FAULT_COUNT;
    }
    pthread_mutex_unlock(&fault_vfs.lock);
    return kind;
}

static int verdict(enum fault_kind kind, enum fault_op op, int eio)
{
    switch (kind) {
    case FAULT_EXIT:
        _exit(FAULT_EXIT_STATUS);
    case FAULT_EIO:
        errno = EIO;
        return eio;
    case FAULT_ENOSPC:
    case FAULT_LIE:
        errno = ENOSPC;
        return op == FAULT_WRITE ? SQLITE_FULL : eio;
    default:
        return SQLITE_OK;
    }
}

static int on_close(sqlite3_file *file)
{
    sqlite3_file *real = real_of(file);
    int rc = real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;
    free(real);
    return rc;
}

static int on_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
    int rc = verdict(meet(FAULT_READ, ((struct fault_file *)file)->name), FAULT_READ, SQLITE_IOERR_READ);
    return rc != SQLITE_OK ? rc : real_of(file)->pMethods->xRead(real_of(file), to, n, at);
}

static int on_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
    enum fault_kind kind = meet(FAULT_WRITE, ((struct fault_file *)file)->name);
    if (kind == FAULT_EXIT || kind == FAULT_LIE)
        (void)real_of(file)->pMethods->xWrite(real_of(file), from, kind == FAULT_LIE ? n : n / 2, at);
    int rc = verdict(kind, FAULT_WRITE, SQLITE_IOERR_WRITE);
    return rc != SQLITE_OK ? rc : real_of(file)->pMethods->xWrite(real_of(file), from, n, at);
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int rc = verdict(meet(FAULT_TRUNCATE, ((struct fault_file *)file)->name), FAULT_TRUNCATE, SQLITE_IOERR_TRUNCATE);
    return rc != SQLITE_OK ? rc : real_of(file)->pMethods->xTruncate(real_of(file), size);
}

/* A failed fsync is the nastiest: the data may well be there. So it is done, and then said to have failed. */
static int on_sync(sqlite3_file *file, int flags)
{
    enum fault_kind kind = meet(FAULT_SYNC, ((struct fault_file *)file)->name);
    int rc = real_of(file)->pMethods->xSync(real_of(file), flags);
    int failure = verdict(kind, FAULT_SYNC, SQLITE_IOERR_FSYNC);
    return failure != SQLITE_OK ? failure : rc;
}

static int on_size(sqlite3_file *file, sqlite3_int64 *ret) { return real_of(file)->pMethods->xFileSize(real_of(file), ret); }
static int on_lock(sqlite3_file *file, int level) { return real_of(file)->pMethods->xLock(real_of(file), level); }
static int on_unlock(sqlite3_file *file, int level) { return real_of(file)->pMethods->xUnlock(real_of(file), level); }
static int on_check_lock(sqlite3_file *file, int *ret) { return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret); }
static int on_control(sqlite3_file *file, int op, void *arg) { return real_of(file)->pMethods->xFileControl(real_of(file), op, arg); }
static int on_sector_size(sqlite3_file *file) { return real_of(file)->pMethods->xSectorSize(real_of(file)); }
static int on_traits(sqlite3_file *file) { return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file)); }

/* Version 1: no shared memory, so a log that asked for it would not open. */
static const sqlite3_io_methods methods = {
    .iVersion = 1, .xClose = on_close, .xRead = on_read, .xWrite = on_write, .xTruncate = on_truncate, .xSync = on_sync,
    .xFileSize = on_size, .xLock = on_lock, .xUnlock = on_unlock, .xCheckReservedLock = on_check_lock,
    .xFileControl = on_control, .xSectorSize = on_sector_size, .xDeviceCharacteristics = on_traits,
};

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
    struct fault_file *ours = (struct fault_file *)file;
    (void)vfs;
    ours->base.pMethods = NULL;
    int rc = verdict(meet(FAULT_OPEN, name), FAULT_OPEN, SQLITE_CANTOPEN);
    if (rc != SQLITE_OK)
        return rc;
    ours->name = name;
    ours->real = calloc(1, (size_t)fault_vfs.real->szOsFile);
    assert(ours->real);
    rc = fault_vfs.real->xOpen(fault_vfs.real, name, ours->real, flags, ret_flags);
    if (rc == SQLITE_OK)
        ours->base.pMethods = &methods;
    else
        free(ours->real);
    return rc;
}

static int on_last_error(sqlite3_vfs *vfs, int n, char *text)
{
    (void)vfs;
    return fault_vfs.real->xGetLastError(fault_vfs.real, n, text);
}

void fault_vfs_install(void)
{
    static sqlite3_vfs vfs;
    if (fault_vfs.real)
        return;
    fault_vfs.real = sqlite3_vfs_find(NULL);
    assert(fault_vfs.real);
    vfs = *fault_vfs.real;
    vfs.zName = "fault";
    vfs.szOsFile = sizeof(struct fault_file);
    vfs.xOpen = on_open;
    vfs.xGetLastError = on_last_error;
    int rc = sqlite3_vfs_register(&vfs, 1);
    assert(rc == SQLITE_OK);
}

void fault_vfs_arm(const struct fault *fault)
{
    pthread_mutex_lock(&fault_vfs.lock);
    fault_vfs.fault = *fault;
    fault_vfs.armed = true;
    fault_vfs.seen = fault_vfs.failed = 0;
    pthread_mutex_unlock(&fault_vfs.lock);
}

void fault_vfs_disarm(void)
{
    pthread_mutex_lock(&fault_vfs.lock);
    fault_vfs.armed = false;
    pthread_cond_broadcast(&fault_vfs.changed);
    pthread_mutex_unlock(&fault_vfs.lock);
}

uint64_t fault_vfs_seen(void)
{
    pthread_mutex_lock(&fault_vfs.lock);
    uint64_t seen = fault_vfs.seen;
    pthread_mutex_unlock(&fault_vfs.lock);
    return seen;
}

uint64_t fault_vfs_failed(void)
{
    pthread_mutex_lock(&fault_vfs.lock);
    uint64_t failed = fault_vfs.failed;
    pthread_mutex_unlock(&fault_vfs.lock);
    return failed;
}

void fault_vfs_await_hang(void)
{
    pthread_mutex_lock(&fault_vfs.lock);
    while (fault_vfs.hanging == 0)
        pthread_cond_wait(&fault_vfs.changed, &fault_vfs.lock);
    pthread_mutex_unlock(&fault_vfs.lock);
}
