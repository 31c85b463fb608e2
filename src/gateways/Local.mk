# src/gateways: pages out, answers in.

noinst_LIBRARIES += libgateways.a
libgateways_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
libgateways_a_SOURCES = \
	src/gateways/mail_html.c \
	src/gateways/mail_html.h \
	src/gateways/message_template.c \
	src/gateways/message_template.h \
	src/gateways/message_text.c \
	src/gateways/message_text.h \
	src/gateways/message_voice.c \
	src/gateways/message_voice.h \
	src/gateways/message_words.c \
	src/gateways/message_words.h
