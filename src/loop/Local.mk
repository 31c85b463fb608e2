# src/loop

noinst_LIBRARIES += libloop.a
libloop_a_CFLAGS = $(AM_CFLAGS) $(EVENT_CFLAGS) $(CURL_CFLAGS) $(CRYPTO_CFLAGS)
libloop_a_SOURCES = \
	src/loop/http.h \
	src/loop/http_client.c \
	src/loop/http_client.h \
	src/loop/http_client_internal.h \
	src/loop/http_exchange.c \
	src/loop/http_form.c \
	src/loop/http_guard.c \
	src/loop/http_listen.c \
	src/loop/http_peer.c \
	src/loop/http_scan.c \
	src/loop/http_scan.h \
	src/loop/http_server.c \
	src/loop/http_server.h \
	src/loop/http_server_internal.h \
	src/loop/http_stream.c \
	src/loop/loop.c \
	src/loop/loop.h \
	src/loop/loop_clock.c \
	src/loop/loop_internal.h \
	src/loop/mail_dialogue.c \
	src/loop/mail_message.c \
	src/loop/mail_message.h \
	src/loop/transfer.c \
	src/loop/transfer_http.c \
	src/loop/transfer_mail.c

# What a program that links libloop.a links behind it.
LOOP_LIBS = $(EVENT_LIBS) $(CURL_LIBS) $(CRYPTO_LIBS)
