# tests/unit

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_base_buf
TESTS += tests/unit/check_base_buf
tests_unit_check_base_buf_SOURCES = tests/unit/check_base_buf.c tests/unit/unit.h
tests_unit_check_base_buf_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_base_buf_LDADD = libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_base_civil
TESTS += tests/unit/check_base_civil
tests_unit_check_base_civil_SOURCES = tests/unit/check_base_civil.c tests/unit/unit.h
tests_unit_check_base_civil_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_base_civil_LDADD = libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_base_gsm7
TESTS += tests/unit/check_base_gsm7
tests_unit_check_base_gsm7_SOURCES = tests/unit/check_base_gsm7.c tests/unit/unit.h
tests_unit_check_base_gsm7_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_base_gsm7_LDADD = libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_base_heap
TESTS += tests/unit/check_base_heap
tests_unit_check_base_heap_SOURCES = tests/unit/check_base_heap.c tests/unit/unit.h
tests_unit_check_base_heap_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_base_heap_LDADD = libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_roster_import
TESTS += tests/unit/check_roster_import
tests_unit_check_roster_import_SOURCES = tests/unit/check_roster_import.c tests/unit/unit.h
tests_unit_check_roster_import_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_roster_import_LDADD = libroster.a libengine.a libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_ics
TESTS += tests/unit/check_ics
tests_unit_check_ics_SOURCES = tests/unit/check_ics.c tests/unit/unit.h tests/unit/zone.h
tests_unit_check_ics_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(ICAL_CFLAGS)
tests_unit_check_ics_LDADD = libroster.a libengine.a libbase.a $(ICAL_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_base_intern
TESTS += tests/unit/check_base_intern
tests_unit_check_base_intern_SOURCES = tests/unit/check_base_intern.c tests/unit/unit.h
tests_unit_check_base_intern_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_base_intern_LDADD = libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_base_log
TESTS += tests/unit/check_base_log
tests_unit_check_base_log_SOURCES = tests/unit/check_base_log.c tests/unit/unit.h
tests_unit_check_base_log_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_base_log_LDADD = libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_base_map
TESTS += tests/unit/check_base_map
tests_unit_check_base_map_SOURCES = tests/unit/check_base_map.c tests/unit/unit.h
tests_unit_check_base_map_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_base_map_LDADD = libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_base_mem
TESTS += tests/unit/check_base_mem
tests_unit_check_base_mem_SOURCES = tests/unit/check_base_mem.c tests/unit/unit.h
tests_unit_check_base_mem_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_base_mem_LDADD = libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_base_text
TESTS += tests/unit/check_base_text
tests_unit_check_base_text_SOURCES = tests/unit/check_base_text.c tests/unit/unit.h
tests_unit_check_base_text_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_base_text_LDADD = libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_base_tz
TESTS += tests/unit/check_base_tz
tests_unit_check_base_tz_SOURCES = tests/unit/check_base_tz.c tests/unit/unit.h
tests_unit_check_base_tz_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_base_tz_LDADD = libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_store
TESTS += tests/unit/check_store
tests_unit_check_store_SOURCES = tests/unit/check_store.c tests/unit/store_fixture.c tests/unit/store_fixture.h tests/unit/scratch.h
tests_unit_check_store_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(SQLITE_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_check_store_LDADD = libstore.a libbase.a $(SQLITE_LIBS) $(CRYPTO_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_store_faults
TESTS += tests/unit/check_store_faults
tests_unit_check_store_faults_SOURCES = tests/unit/check_store_faults.c tests/unit/store_fixture.c tests/unit/store_fixture.h tests/unit/scratch.h \
	tests/lib/fault_vfs.c tests/lib/fault_vfs.h
tests_unit_check_store_faults_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_check_store_faults_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(SQLITE_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_check_store_faults_LDADD = libstore.a libbase.a $(SQLITE_LIBS) $(CRYPTO_LIBS) $(CHECK_LIBS)
endif

# What the engine may call.
TESTS += tests/unit/engine_pure.sh

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_message_text
TESTS += tests/unit/check_message_text
tests_unit_check_message_text_SOURCES = tests/unit/check_message_text.c tests/unit/unit.h
tests_unit_check_message_text_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_message_text_LDADD = libgateways.a libengine.a libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_message_texts
TESTS += tests/unit/check_message_texts
tests_unit_check_message_texts_SOURCES = tests/unit/check_message_texts.c tests/unit/unit.h
tests_unit_check_message_texts_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_message_texts_LDADD = libgateways.a libconfig.a libengine.a libbase.a $(INIH_LIBS) $(CRYPTO_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_dispatch
TESTS += tests/unit/check_dispatch
tests_unit_check_dispatch_SOURCES = tests/unit/check_dispatch.c tests/unit/fake_loop.c tests/unit/fake_loop.h tests/unit/unit.h
tests_unit_check_dispatch_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_dispatch_LDADD = libgateways.a libengine.a libloop.a libbase.a $(JANSSON_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_gateway_http
TESTS += tests/unit/check_gateway_http
tests_unit_check_gateway_http_SOURCES = tests/unit/check_gateway_http.c tests/unit/fake_loop.c tests/unit/fake_loop.h tests/unit/unit.h
tests_unit_check_gateway_http_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_gateway_http_LDADD = libgateways.a libengine.a libloop.a libbase.a $(JANSSON_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_gateway_mail
TESTS += tests/unit/check_gateway_mail
tests_unit_check_gateway_mail_SOURCES = tests/unit/check_gateway_mail.c tests/unit/fake_loop.c tests/unit/fake_loop.h tests/unit/unit.h
tests_unit_check_gateway_mail_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_check_gateway_mail_LDADD = libgateways.a libengine.a libloop.a libbase.a $(JANSSON_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_gateway_spool
TESTS += tests/unit/check_gateway_spool
tests_unit_check_gateway_spool_SOURCES = tests/unit/check_gateway_spool.c tests/unit/fake_loop.c tests/unit/fake_loop.h tests/unit/unit.h
tests_unit_check_gateway_spool_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_gateway_spool_LDADD = libgateways.a libengine.a libloop.a libbase.a $(JANSSON_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_gateway_voice
TESTS += tests/unit/check_gateway_voice
tests_unit_check_gateway_voice_SOURCES = tests/unit/check_gateway_voice.c tests/unit/unit.h
tests_unit_check_gateway_voice_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_gateway_voice_LDADD = libgateways.a libengine.a libloop.a libbase.a $(JANSSON_LIBS) $(CRYPTO_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_hook
TESTS += tests/unit/check_hook
tests_unit_check_hook_SOURCES = tests/unit/check_hook.c tests/unit/unit.h
tests_unit_check_hook_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_hook_LDADD = libgateways.a libengine.a libloop.a libbase.a $(JANSSON_LIBS) $(CRYPTO_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_roster
TESTS += tests/unit/check_roster
tests_unit_check_roster_SOURCES = tests/unit/check_roster.c
tests_unit_check_roster_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_roster_LDADD = libengine.a libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_config
TESTS += tests/unit/check_config
tests_unit_check_config_SOURCES = tests/unit/check_config.c
tests_unit_check_config_CPPFLAGS = $(AM_CPPFLAGS) -DTEST_CONF_DIR='"$(abs_top_srcdir)/conf"'
tests_unit_check_config_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_config_LDADD = libconfig.a libengine.a libbase.a $(INIH_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_loop
TESTS += tests/unit/check_loop
tests_unit_check_loop_SOURCES = tests/unit/check_loop.c
tests_unit_check_loop_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_loop_LDADD = libloop.a libbase.a $(LOOP_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_http_form
TESTS += tests/unit/check_http_form
tests_unit_check_http_form_SOURCES = tests/unit/check_http_form.c
tests_unit_check_http_form_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_http_form_LDADD = libloop.a libbase.a $(LOOP_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_mail_message
TESTS += tests/unit/check_mail_message
tests_unit_check_mail_message_SOURCES = tests/unit/check_mail_message.c
tests_unit_check_mail_message_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_mail_message_LDADD = libloop.a libbase.a $(LOOP_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_http_server
TESTS += tests/unit/check_http_server
tests_unit_check_http_server_SOURCES = tests/unit/check_http_server.c tests/unit/net.c tests/unit/net.h \
	tests/unit/server_fixture.c tests/unit/server_fixture.h
tests_unit_check_http_server_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_http_server_LDADD = libloop.a libbase.a $(LOOP_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_drill_report
TESTS += tests/unit/check_drill_report
tests_unit_check_drill_report_SOURCES = tests/unit/check_drill_report.c
tests_unit_check_drill_report_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_drill_report_LDADD = libdrill.a libengine.a libbase.a $(CHECK_LIBS)
endif

# The API over doubles of HTTP, store and dispatch: none of those libraries' own objects is drawn in.
if HAVE_CHECK
api_test_sources = tests/unit/api_fixture.c tests/unit/api_fixture.h
api_test_cflags = $(AM_CFLAGS) $(CHECK_CFLAGS) $(JANSSON_CFLAGS) $(CRYPTO_CFLAGS)
api_test_libs = libapi.a libdrill.a libroster.a libgateways.a libconfig.a libengine.a libloop.a libbase.a $(INIH_LIBS) $(JANSSON_LIBS) $(CRYPTO_LIBS) $(CHECK_LIBS)
check_PROGRAMS += tests/unit/check_api
TESTS += tests/unit/check_api
tests_unit_check_api_SOURCES = tests/unit/check_api.c $(api_test_sources)
tests_unit_check_api_CFLAGS = $(api_test_cflags)
tests_unit_check_api_LDADD = $(api_test_libs)
check_PROGRAMS += tests/unit/check_api_service
TESTS += tests/unit/check_api_service
tests_unit_check_api_service_SOURCES = tests/unit/check_api_service.c $(api_test_sources)
tests_unit_check_api_service_CFLAGS = $(api_test_cflags)
tests_unit_check_api_service_LDADD = $(api_test_libs)
check_PROGRAMS += tests/unit/check_api_incidents
TESTS += tests/unit/check_api_incidents
tests_unit_check_api_incidents_SOURCES = tests/unit/check_api_incidents.c $(api_test_sources)
tests_unit_check_api_incidents_CFLAGS = $(api_test_cflags)
tests_unit_check_api_incidents_LDADD = $(api_test_libs)
check_PROGRAMS += tests/unit/check_api_drill_report
TESTS += tests/unit/check_api_drill_report
tests_unit_check_api_drill_report_SOURCES = tests/unit/check_api_drill_report.c $(api_test_sources)
tests_unit_check_api_drill_report_CFLAGS = $(api_test_cflags)
tests_unit_check_api_drill_report_LDADD = $(api_test_libs)
check_PROGRAMS += tests/unit/check_api_people
TESTS += tests/unit/check_api_people
tests_unit_check_api_people_SOURCES = tests/unit/check_api_people.c $(api_test_sources)
tests_unit_check_api_people_CFLAGS = $(api_test_cflags)
tests_unit_check_api_people_LDADD = $(api_test_libs)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_http_tls
TESTS += tests/unit/check_http_tls
tests_unit_check_http_tls_SOURCES = tests/unit/check_http_tls.c tests/unit/certificate.c tests/unit/certificate.h \
	tests/unit/net.c tests/unit/net.h tests/unit/server_fixture.c tests/unit/server_fixture.h
tests_unit_check_http_tls_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_check_http_tls_LDADD = libloop.a libbase.a $(LOOP_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_http_client
TESTS += tests/unit/check_http_client
tests_unit_check_http_client_SOURCES = tests/unit/check_http_client.c tests/unit/certificate.c tests/unit/certificate.h \
	tests/unit/net.c tests/unit/net.h
tests_unit_check_http_client_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_check_http_client_LDADD = libloop.a libbase.a $(LOOP_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_transfer_mail
TESTS += tests/unit/check_transfer_mail
tests_unit_check_transfer_mail_SOURCES = tests/unit/check_transfer_mail.c tests/unit/certificate.c tests/unit/certificate.h \
	tests/unit/net.c tests/unit/net.h
tests_unit_check_transfer_mail_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_check_transfer_mail_LDADD = libloop.a libbase.a $(LOOP_LIBS) $(CHECK_LIBS)
endif
if HAVE_CHECK
check_PROGRAMS += tests/unit/check_engine_log
TESTS += tests/unit/check_engine_log
tests_unit_check_engine_log_SOURCES = tests/unit/check_engine_log.c tests/unit/engine_fixture.c tests/unit/engine_fixture.h tests/unit/unit.h tests/unit/zone.h
tests_unit_check_engine_log_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_engine_log_LDADD = libengine.a libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_engine_bounds
TESTS += tests/unit/check_engine_bounds
tests_unit_check_engine_bounds_SOURCES = tests/unit/check_engine_bounds.c tests/unit/engine_fixture.c tests/unit/engine_fixture.h tests/unit/unit.h tests/unit/zone.h
tests_unit_check_engine_bounds_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_engine_bounds_LDADD = libengine.a libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_engine_same
TESTS += tests/unit/check_engine_same
tests_unit_check_engine_same_SOURCES = tests/unit/check_engine_same.c tests/unit/engine_fixture.c tests/unit/engine_fixture.h tests/unit/unit.h tests/unit/zone.h
tests_unit_check_engine_same_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_engine_same_LDADD = libengine.a libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_replay
TESTS += tests/unit/check_replay
tests_unit_check_replay_SOURCES = tests/unit/check_replay.c tests/unit/engine_fixture.c tests/unit/engine_fixture.h tests/unit/unit.h tests/unit/zone.h src/turn/replay.c
tests_unit_check_replay_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_replay_LDADD = libengine.a libbase.a $(CHECK_LIBS)
endif

check_PROGRAMS += tests/unit/check_engine_random
TESTS += tests/unit/check_engine_random
tests_unit_check_engine_random_SOURCES = tests/unit/check_engine_random.c tests/scenarios/world.c tests/scenarios/lines.c \
	tests/scenarios/scenario.h src/turn/replay.c
tests_unit_check_engine_random_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/scenarios
tests_unit_check_engine_random_LDADD = libconfig.a libengine.a libbase.a $(INIH_LIBS) $(CRYPTO_LIBS)

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_roster_words
TESTS += tests/unit/check_roster_words
tests_unit_check_roster_words_SOURCES = tests/unit/check_roster_words.c tests/unit/unit.h
tests_unit_check_roster_words_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_roster_words_LDADD = libroster.a libconfig.a libengine.a libbase.a $(INIH_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_ctl
TESTS += tests/unit/check_ctl
tests_unit_check_ctl_SOURCES = tests/unit/check_ctl.c src/ctl/events.c src/ctl/table.c src/ctl/print.c
tests_unit_check_ctl_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_check_ctl_LDADD = libbase.a $(JANSSON_LIBS) $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_audit
TESTS += tests/unit/check_audit
tests_unit_check_audit_SOURCES = tests/unit/check_audit.c
tests_unit_check_audit_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_audit_LDADD = libconfig.a libengine.a libbase.a $(INIH_LIBS) $(CHECK_LIBS)
endif

# The turn over a store and a loop that the test plays.
if HAVE_CHECK
check_PROGRAMS += tests/unit/check_turn
TESTS += tests/unit/check_turn
tests_unit_check_turn_SOURCES = tests/unit/check_turn.c tests/unit/fake_loop.c tests/unit/fake_loop.h tests/unit/unit.h \
	src/turn/turn.c src/turn/batch.c src/turn/queue.c src/turn/replay.c
tests_unit_check_turn_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_turn_LDADD = libconfig.a libengine.a libbase.a $(INIH_LIBS) $(CRYPTO_LIBS) $(CHECK_LIBS)
endif

check_PROGRAMS += tests/unit/check_gateway_watch
TESTS += tests/unit/check_gateway_watch
tests_unit_check_gateway_watch_SOURCES = tests/unit/check_gateway_watch.c tests/unit/unit.h
tests_unit_check_gateway_watch_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_gateway_watch_LDADD = libdaemon.a libengine.a libbase.a $(CHECK_LIBS)

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_disk_word
TESTS += tests/unit/check_disk_word
tests_unit_check_disk_word_SOURCES = tests/unit/check_disk_word.c tests/unit/unit.h
tests_unit_check_disk_word_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_disk_word_LDADD = libdaemon.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_watch
TESTS += tests/unit/check_watch
tests_unit_check_watch_SOURCES = tests/unit/check_watch.c tests/unit/unit.h
tests_unit_check_watch_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_watch_LDADD = libdaemon.a libengine.a libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_record
TESTS += tests/unit/check_record
tests_unit_check_record_SOURCES = tests/unit/check_record.c tests/unit/unit.h
tests_unit_check_record_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_record_LDADD = libengine.a libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_ids
TESTS += tests/unit/check_ids
tests_unit_check_ids_SOURCES = tests/unit/check_ids.c tests/unit/unit.h
tests_unit_check_ids_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_ids_LDADD = libengine.a libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_reply
TESTS += tests/unit/check_reply
tests_unit_check_reply_SOURCES = tests/unit/check_reply.c tests/unit/unit.h
tests_unit_check_reply_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_reply_LDADD = libengine.a libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_journal_entry
TESTS += tests/unit/check_journal_entry
tests_unit_check_journal_entry_SOURCES = tests/unit/check_journal_entry.c tests/unit/unit.h \
	src/journal/journal_entry.c src/journal/journal_mask.c
tests_unit_check_journal_entry_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_journal_entry_LDADD = libengine.a libbase.a $(CHECK_LIBS)
endif

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_schedule
TESTS += tests/unit/check_schedule
tests_unit_check_schedule_SOURCES = tests/unit/check_schedule.c tests/unit/unit.h tests/unit/zone.h
tests_unit_check_schedule_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_schedule_LDADD = libengine.a libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_drill_watch
TESTS += tests/unit/check_drill_watch
tests_unit_check_drill_watch_SOURCES = tests/unit/check_drill_watch.c tests/unit/unit.h tests/unit/zone.h
tests_unit_check_drill_watch_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_drill_watch_LDADD = libdaemon.a libengine.a libbase.a $(CHECK_LIBS)

check_PROGRAMS += tests/unit/check_opening
TESTS += tests/unit/check_opening
tests_unit_check_opening_SOURCES = tests/unit/check_opening.c tests/unit/scratch.h tests/unit/unit.h
tests_unit_check_opening_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_opening_LDADD = libdaemon.a libstore.a libengine.a libbase.a $(SQLITE_LIBS) $(CRYPTO_LIBS) $(CHECK_LIBS)
endif
