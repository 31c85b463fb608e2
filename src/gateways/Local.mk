# src/gateways: pages out, answers in.

noinst_LIBRARIES += libgateways.a
libgateways_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(CRYPTO_CFLAGS)
libgateways_a_SOURCES = \
	src/gateways/balance.c \
	src/gateways/balance.h \
	src/gateways/dispatch.c \
	src/gateways/dispatch.h \
	src/gateways/dispatch_attempt.c \
	src/gateways/dispatch_health.c \
	src/gateways/dispatch_drill.c \
	src/gateways/dispatch_internal.h \
	src/gateways/dispatch_lanes.c \
	src/gateways/dispatch_pace.c \
	src/gateways/dispatch_pace.h \
	src/gateways/dispatch_pump.c \
	src/gateways/dispatch_queue.c \
	src/gateways/dispatch_queue.h \
	src/gateways/dispatch_retry.c \
	src/gateways/gateway.c \
	src/gateways/gateway.h \
	src/gateways/gateway_http.c \
	src/gateways/gateway_voice.c src/gateways/gateway_voice.h \
	src/gateways/gateway_outbox.c \
	src/gateways/gateway_reply.c \
	src/gateways/gateway_reply.h \
	src/gateways/gateway_smtp.c \
	src/gateways/gateway_spool.c \
	src/gateways/gateway_spool_dir.c \
	src/gateways/gateway_spool_dir.h \
	src/gateways/gateway_spool_file.c \
	src/gateways/gateway_spool_file.h \
	src/gateways/gateway_spool_text.c \
	src/gateways/gateway_spool_text.h \
	src/gateways/gateway_spool_worker.c \
	src/gateways/gateway_spool_worker.h \
	src/gateways/gateway_template.c \
	src/gateways/gateway_template.h \
	src/gateways/hook.c \
	src/gateways/hook.h \
	src/gateways/hook_signature.c \
	src/gateways/hook_signature.h \
	src/gateways/json_path.c \
	src/gateways/json_path.h \
	src/gateways/mail_html.c \
	src/gateways/mail_html.h \
	src/gateways/message_check.c \
	src/gateways/message_check.h \
	src/gateways/message_number.c \
	src/gateways/message_number.h \
	src/gateways/message_template.c \
	src/gateways/message_template.h \
	src/gateways/message_text.c \
	src/gateways/message_text.h \
	src/gateways/message_texts.c \
	src/gateways/message_texts.h \
	src/gateways/message_voice.c \
	src/gateways/message_voice.h \
	src/gateways/message_words.c \
	src/gateways/message_words.h
