# src/loop

noinst_LIBRARIES += libloop.a
libloop_a_CFLAGS = $(AM_CFLAGS) $(EVENT_CFLAGS) $(CURL_CFLAGS) $(CRYPTO_CFLAGS)
libloop_a_SOURCES = \
	src/loop/loop.c \
	src/loop/loop.h \
	src/loop/loop_clock.c \
	src/loop/loop_internal.h

# What a program that links libloop.a links behind it.
LOOP_LIBS = $(EVENT_LIBS) $(CURL_LIBS) $(CRYPTO_LIBS)
