# src: the daemon, which wires the rooms together.

noinst_LIBRARIES += libdaemon.a
libdaemon_a_CFLAGS = $(AM_CFLAGS) $(SYSTEMD_CFLAGS)
libdaemon_a_SOURCES = \
	src/journal/journal.c src/journal/journal.h \
	src/journal/journal_entry.c src/journal/journal_entry.h \
	src/journal/journal_mask.c src/journal/journal_mask.h \
	src/pager/pager.c src/pager/pager.h \
	src/service/service.c src/service/service.h \
	src/turn/batch.c src/turn/batch.h \
	src/turn/opening.c src/turn/opening.h \
	src/turn/queue.c src/turn/queue.h \
	src/turn/replay.c src/turn/replay.h \
	src/turn/turn.c src/turn/turn.h \
	src/watch/disk_word.c src/watch/disk_word.h \
	src/watch/drill_watch.c src/watch/drill_watch.h \
	src/watch/gateway_watch.c src/watch/gateway_watch.h \
	src/watch/lookout.c src/watch/lookout.h \
	src/watch/watch.c src/watch/watch.h

sbin_PROGRAMS += beredd
beredd_SOURCES = src/main.c src/daemon.c src/daemon.h src/message_ids.h \
	src/daemon/daemon_internal.h src/daemon/api_ops.c src/daemon/reload.c \
	src/daemon/configuration.c src/daemon/configuration.h \
	src/daemon/drain.c src/daemon/drain.h \
	src/daemon/library_memory.c src/daemon/library_memory.h \
	src/daemon/listening.c src/daemon/listening.h \
	src/daemon/log_file.c src/daemon/log_file.h \
	src/daemon/randomness.c src/daemon/randomness.h \
	src/daemon/watchdog.c src/daemon/watchdog.h
beredd_LDADD = libdaemon.a libapi.a libdrill.a libroster.a libgateways.a libconfig.a libstore.a libengine.a libloop.a libbase.a \
	$(EVENT_LIBS) $(CURL_LIBS) $(INIH_LIBS) $(SYSTEMD_LIBS) $(SQLITE_LIBS) $(JANSSON_LIBS) $(CRYPTO_LIBS) -lpthread
