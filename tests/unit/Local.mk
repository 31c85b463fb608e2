# tests/unit

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_store
TESTS += tests/unit/check_store
tests_unit_check_store_SOURCES = tests/unit/check_store.c tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_check_store_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(SQLITE_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_check_store_LDADD = libstore.a libbase.a $(SQLITE_LIBS) $(CRYPTO_LIBS) $(CHECK_LIBS)
endif

# What the engine may call.
TESTS += tests/unit/engine_pure.sh

if HAVE_CHECK
check_PROGRAMS += tests/unit/check_message_text
TESTS += tests/unit/check_message_text
tests_unit_check_message_text_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_check_message_text_LDADD = libgateways.a libengine.a libbase.a $(CHECK_LIBS)
endif
