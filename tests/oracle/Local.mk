# tests/oracle: programs that answer what an independent oracle, in Python or Perl, knows another way

# Built with the tests, and no test of its own.
EXTRA_PROGRAMS += tests/oracle/roster_lookup
CLEANFILES += tests/oracle/roster_lookup
check-local: tests/oracle/roster_lookup
tests_oracle_roster_lookup_SOURCES = tests/oracle/roster_lookup.c
tests_oracle_roster_lookup_LDADD = libconfig.a libengine.a libbase.a $(INIH_LIBS)
EXTRA_DIST += tests/integration/test_roster_oracle.py tests/integration/harness/roster_oracle.py

check_PROGRAMS += tests/oracle/gsm7_lengths
tests_oracle_gsm7_lengths_SOURCES = tests/oracle/gsm7_lengths.c
tests_oracle_gsm7_lengths_LDADD = libbase.a
TESTS += tests/oracle/gsm7.pl
EXTRA_DIST += tests/oracle/gsm7.pl
