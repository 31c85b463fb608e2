# tests/fuzz: targets that libFuzzer or, from corpora, `make check` feeds. README.md in tests/ says what each holds the program to.

check_LIBRARIES += libfuzz.a
libfuzz_a_SOURCES  = tests/fuzz/fuzz.c tests/fuzz/fuzz.h tests/fuzz/replay.c
libfuzz_a_CPPFLAGS = $(fuzz_cppflags)
fuzz_cppflags = $(AM_CPPFLAGS) -DFUZZ_DIR='"$(abs_top_srcdir)/tests/fuzz"' -DFUZZ_PRESETS='"$(abs_top_srcdir)/conf/presets"'
# `make fuzz` puts libFuzzer here, whose main then comes before replay.c's.
FUZZ_ENGINE =
fuzz_ldflags = $(AM_LDFLAGS) $(FUZZ_ENGINE)
fuzz_libs = libconfig.a libengine.a libbase.a $(INIH_LIBS)

fuzz_programs = tests/fuzz/fuzz_api tests/fuzz/fuzz_config tests/fuzz/fuzz_csv tests/fuzz/fuzz_gateway tests/fuzz/fuzz_hook tests/fuzz/fuzz_http tests/fuzz/fuzz_ics tests/fuzz/fuzz_mail tests/fuzz/fuzz_record tests/fuzz/fuzz_reply tests/fuzz/fuzz_spool tests/fuzz/fuzz_tz

tests_fuzz_fuzz_config_SOURCES = tests/fuzz/config.c tests/fuzz/plan_check.c tests/fuzz/plan_check.h
tests_fuzz_fuzz_config_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_config_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_config_LDADD = libfuzz.a $(fuzz_libs)

tests_fuzz_fuzz_csv_SOURCES = tests/fuzz/csv.c tests/fuzz/import.c tests/fuzz/import.h
tests_fuzz_fuzz_csv_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_csv_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_csv_LDADD = libfuzz.a libroster.a $(fuzz_libs)

tests_fuzz_fuzz_gateway_SOURCES = tests/fuzz/gateway.c tests/fuzz/wire.c tests/fuzz/wire.h
tests_fuzz_fuzz_gateway_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_gateway_CFLAGS = $(AM_CFLAGS) $(EVENT_CFLAGS) $(CURL_CFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_gateway_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_gateway_LDADD = libfuzz.a libgateways.a libloop.a $(fuzz_libs) $(JANSSON_LIBS) $(LOOP_LIBS)

tests_fuzz_fuzz_hook_SOURCES = tests/fuzz/hook.c
tests_fuzz_fuzz_hook_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_hook_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
tests_fuzz_fuzz_hook_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_hook_LDADD = libfuzz.a libgateways.a libloop.a $(fuzz_libs) $(JANSSON_LIBS) $(CRYPTO_LIBS)

tests_fuzz_fuzz_http_SOURCES = tests/fuzz/http.c
tests_fuzz_fuzz_http_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_http_CFLAGS = $(AM_CFLAGS) $(EVENT_CFLAGS) $(CRYPTO_CFLAGS)
tests_fuzz_fuzz_http_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_http_LDADD = libfuzz.a libloop.a $(fuzz_libs) $(LOOP_LIBS)

tests_fuzz_fuzz_ics_SOURCES = tests/fuzz/ics.c tests/fuzz/import.c tests/fuzz/import.h src/ctl/import_ics.c src/ctl/import_ics.h
tests_fuzz_fuzz_ics_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_ics_CFLAGS = $(AM_CFLAGS) $(ICAL_CFLAGS)
tests_fuzz_fuzz_ics_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ics_LDADD = libfuzz.a libroster.a $(fuzz_libs) $(ICAL_LIBS)

tests_fuzz_fuzz_mail_SOURCES = tests/fuzz/mail.c tests/fuzz/mail_check.c tests/fuzz/mail_check.h tests/fuzz/wire.c tests/fuzz/wire.h
tests_fuzz_fuzz_mail_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_mail_CFLAGS = $(AM_CFLAGS) $(EVENT_CFLAGS) $(CURL_CFLAGS)
tests_fuzz_fuzz_mail_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_mail_LDADD = libfuzz.a libloop.a $(fuzz_libs) $(LOOP_LIBS)

tests_fuzz_fuzz_record_SOURCES = tests/fuzz/record.c
tests_fuzz_fuzz_record_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_record_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_record_LDADD = libfuzz.a $(fuzz_libs)

tests_fuzz_fuzz_reply_SOURCES = tests/fuzz/reply.c
tests_fuzz_fuzz_reply_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_reply_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_reply_LDADD = libfuzz.a $(fuzz_libs)

tests_fuzz_fuzz_spool_SOURCES = tests/fuzz/spool.c
tests_fuzz_fuzz_spool_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_spool_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_spool_LDADD = libfuzz.a libgateways.a libloop.a $(fuzz_libs) $(JANSSON_LIBS)

tests_fuzz_fuzz_tz_SOURCES = tests/fuzz/tz.c
tests_fuzz_fuzz_tz_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_tz_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_tz_LDADD = libfuzz.a $(fuzz_libs)

# Over the fixture of the API's unit tests, which here needs no libcheck.
tests_fuzz_fuzz_api_SOURCES = tests/fuzz/api.c tests/fuzz/check/check.h tests/unit/api_fixture.c tests/unit/api_fixture.h
tests_fuzz_fuzz_api_CPPFLAGS = -I$(top_srcdir)/tests/fuzz/check -I$(top_srcdir)/tests/fuzz $(fuzz_cppflags)
tests_fuzz_fuzz_api_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(CRYPTO_CFLAGS)
tests_fuzz_fuzz_api_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_api_LDADD = libfuzz.a libapi.a libdrill.a libroster.a libgateways.a libconfig.a libengine.a libloop.a libbase.a \
	$(INIH_LIBS) $(JANSSON_LIBS) $(CRYPTO_LIBS)

check_PROGRAMS += $(fuzz_programs)
TESTS += $(fuzz_programs)
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/crashes tests/fuzz/dict tests/fuzz/plan tests/fuzz/run.sh tests/fuzz/summary

# make fuzz [TARGET=record] [SECONDS=3600]: with clang, in a build of its own.
TARGET = $(fuzz_programs:tests/fuzz/fuzz_%=%)
SECONDS = 60
fuzz:
	@$(SHELL) $(srcdir)/tests/fuzz/run.sh $(abs_top_srcdir) fuzz-build $(SECONDS) $(TARGET)
.PHONY: fuzz
