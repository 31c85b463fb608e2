# src/api and src/web

noinst_LIBRARIES += libapi.a
libapi_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(CRYPTO_CFLAGS)
libapi_a_SOURCES = \
	src/api/api.h src/api/api_private.h \
	src/api/actions.c \
	src/api/api.c \
	src/api/auth.c src/api/auth.h \
	src/api/body.c src/api/body.h \
	src/api/drill_report_view.c src/api/drill_report_view.h \
	src/api/drill_reports.c \
	src/api/drill_view.c src/api/drill_view.h \
	src/api/drills.c \
	src/api/events.c \
	src/api/gateways.c \
	src/api/history.c src/api/history.h \
	src/api/hooks.c \
	src/api/hooks_voice.c \
	src/api/incident_list.c \
	src/api/incident_view.c src/api/incident_view.h \
	src/api/incidents.c \
	src/api/json_writer.c src/api/json_writer.h \
	src/api/oncall.c \
	src/api/people.c \
	src/api/rendered.c src/api/rendered.h \
	src/api/rosters.c \
	src/api/request_table.c src/api/request_table.h \
	src/api/router.c \
	src/api/status.c \
	src/api/timeline.c \
	src/api/verify.c \
	src/api/words.c src/api/words.h \
	src/web/answer_page.c src/web/answer_page.h \
	src/web/answer_words.c src/web/answer_words.h \
	src/web/html.c src/web/html.h
