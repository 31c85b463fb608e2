# tests/crash: what any crash, and any disk that fails, would leave of the log. `make check` looks at some images, `make crash`
# at as many as wanted.

check_PROGRAMS += tests/crash/crash
TESTS += tests/crash/crash
tests_crash_crash_SOURCES = tests/crash/main.c tests/crash/random.h \
	tests/crash/disk.c tests/crash/disk.h tests/crash/disk_private.h tests/crash/disk_image.c tests/crash/disk_vfs.c \
	tests/crash/disk_vfs.h \
	tests/crash/ledger.c tests/crash/ledger.h tests/crash/check.c tests/crash/check.h \
	tests/crash/history.c tests/crash/history.h tests/crash/planted.c tests/crash/planted.h
tests_crash_crash_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS) $(CRYPTO_CFLAGS)
# The store's own system calls go to the disk in memory, and some of its functions past what planted.c breaks.
crash_disk = -Wl,--wrap=open,--wrap=close,--wrap=access,--wrap=flock,--wrap=unlink,--wrap=rename,--wrap=read,--wrap=write,--wrap=fsync,--wrap=opendir,--wrap=readdir,--wrap=closedir
crash_breaks = -Wl,--wrap=chain_link,--wrap=chain_digest,--wrap=sqlite_file_run,--wrap=sqlite_file_query,--wrap=sqlite3_exec,--wrap=sqlite_log_renew_wal
tests_crash_crash_LDFLAGS = $(AM_LDFLAGS) $(crash_disk) $(crash_breaks)
tests_crash_crash_LDADD = libstore.a libbase.a $(SQLITE_LIBS) $(CRYPTO_LIBS)

# make crash IMAGES=1000000 CRASH_SEED=7
IMAGES = 100000
CRASH_SEED = 1
.PHONY: crash
crash: tests/crash/crash
	tests/crash/crash --images=$(IMAGES) --seed=$(CRASH_SEED)
	tests/crash/crash --planted
