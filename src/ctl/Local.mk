# src/ctl: bereddctl. It asks the daemon over the local socket; `token new`, `verify --state` and `roster` work without one.

bin_PROGRAMS += bereddctl
bereddctl_SOURCES = \
	src/ctl/args.c src/ctl/args.h \
	src/ctl/client.c src/ctl/client.h \
	src/ctl/command_answer.c \
	src/ctl/command_config.c \
	src/ctl/command_drill.c \
	src/ctl/command_drill_report.c \
	src/ctl/command_gateway.c \
	src/ctl/command_gateway_vcard.c \
	src/ctl/command_list.c \
	src/ctl/command_log.c \
	src/ctl/command_oncall.c \
	src/ctl/command_roster_edit.c \
	src/ctl/command_roster_shift.c \
	src/ctl/command_roster_shift_add.c \
	src/ctl/command_roster_export.c \
	src/ctl/command_roster_import.c \
	src/ctl/command_roster_show.c \
	src/ctl/command_roster_check.c \
	src/ctl/command_show.c \
	src/ctl/command_simulate.c \
	src/ctl/command_status.c \
	src/ctl/command_token.c \
	src/ctl/command_trigger.c \
	src/ctl/command_verify.c \
	src/ctl/config_dir.c src/ctl/config_dir.h \
	src/ctl/ctl.c src/ctl/ctl.h \
	src/ctl/days.c src/ctl/days.h \
	src/ctl/events.c src/ctl/events.h \
	src/ctl/gateway.c src/ctl/gateway.h \
	src/ctl/import_ics.c src/ctl/import_ics.h \
	src/ctl/incident.c src/ctl/incident.h \
	src/ctl/main.c \
	src/ctl/oncall.c src/ctl/oncall.h \
	src/ctl/print.c src/ctl/print.h \
	src/ctl/report.h src/ctl/report_csv.c src/ctl/report_html.c src/ctl/report_svg.c src/ctl/report_tables.c \
	src/ctl/report_text.c src/ctl/report_words.c \
	src/ctl/roster_change.c src/ctl/roster_change.h \
	src/ctl/roster_files.c src/ctl/roster_files.h \
	src/ctl/roster_lock.c src/ctl/roster_lock.h \
	src/ctl/roster_print.c src/ctl/roster_print.h \
	src/ctl/shift_operands.c src/ctl/shift_operands.h \
	src/ctl/staging.c src/ctl/staging.h \
	src/ctl/simulate_print.c src/ctl/simulate_print.h \
	src/ctl/table.c src/ctl/table.h \
	src/ctl/vcard.c src/ctl/vcard.h \
	src/web/html.c src/web/html.h
bereddctl_CFLAGS = $(AM_CFLAGS) $(ICAL_CFLAGS) $(CURL_CFLAGS) $(JANSSON_CFLAGS) $(CRYPTO_CFLAGS)
bereddctl_LDADD  = libroster.a libconfig.a libengine.a libstore.a libbase.a $(INIH_LIBS) $(ICAL_LIBS) $(SQLITE_LIBS) $(CURL_LIBS) $(JANSSON_LIBS) $(CRYPTO_LIBS) -lpthread

dist_man_MANS = src/ctl/bereddctl.1 src/ctl/beredd.8
