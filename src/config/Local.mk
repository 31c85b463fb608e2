# src/config: INI files -> an immutable struct config, whole or not at all

noinst_LIBRARIES += libconfig.a
libconfig_a_CFLAGS  = $(AM_CFLAGS) $(INIH_CFLAGS)
libconfig_a_SOURCES = \
	src/config/audit.c src/config/audit.h src/config/audit_private.h \
	src/config/audit_backups.c \
	src/config/audit_drills.c \
	src/config/audit_holes.c \
	src/config/audit_ladder.c \
	src/config/audit_people.c \
	src/config/audit_points.c \
	src/config/audit_shifts.c \
	src/config/channels.c src/config/channels.h \
	src/config/config.c src/config/config.h \
	src/config/document.c src/config/document.h \
	src/config/document_check.c \
	src/config/duties.c src/config/duties.h \
	src/config/endpoint.c src/config/endpoint.h \
	src/config/gateway_check.c \
	src/config/gateway_http.c src/config/gateway_http.h \
	src/config/gateway_voice.c src/config/gateway_voice.h \
	src/config/gateways_file.c \
	src/config/groups.c \
	src/config/hours.c src/config/hours.h \
	src/config/ladder.c src/config/ladder.h \
	src/config/load.c src/config/load.h \
	src/config/parse.c \
	src/config/people.c \
	src/config/preset.c \
	src/config/problems.c \
	src/config/reach.c \
	src/config/quote.c \
	src/config/roster_file.c \
	src/config/schedules.c \
	src/config/secret.c \
	src/config/settings.c \
	src/config/slurp.c src/config/slurp.h \
	src/config/sources.c \
	src/config/span.c src/config/span.h \
	src/config/value.c src/config/value.h
