# src/store
noinst_LIBRARIES += libstore.a
libstore_a_SOURCES = \
	src/store/store.h src/store/store_impl.h src/store/store.c src/store/store_thread.c \
	src/store/chain.h src/store/chain.c \
	src/store/sqlite_file.h src/store/sqlite_file.c src/store/sqlite_schema.c \
	src/store/sqlite_log.h src/store/sqlite_part.c src/store/sqlite_open.c src/store/sqlite_append.c \
	src/store/sqlite_recover.c src/store/sqlite_settle.c src/store/sqlite_read.c src/store/sqlite_replay.c src/store/sqlite_verify.c
libstore_a_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS) $(CRYPTO_CFLAGS)
