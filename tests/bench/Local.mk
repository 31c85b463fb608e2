# tests/bench: how fast it is. `make bench`, or one part: `make bench BENCH=latency`.

EXTRA_PROGRAMS += tests/bench/bench
tests_bench_bench_SOURCES = tests/bench/main.c tests/bench/bench.h \
	tests/bench/floor.c tests/bench/floor.h \
	tests/bench/report.c tests/bench/report.h \
	tests/bench/rig.c tests/bench/rig.h \
	tests/bench/wire.c tests/bench/wire.h \
	tests/bench/part_latency.c tests/bench/part_memory.c tests/bench/part_restart.c tests/bench/part_triggers.c
tests_bench_bench_CFLAGS = $(AM_CFLAGS) $(EVENT_CFLAGS) $(SQLITE_CFLAGS) $(CRYPTO_CFLAGS)
tests_bench_bench_LDADD = libstore.a libengine.a libbase.a $(EVENT_LIBS) $(SQLITE_LIBS) $(CRYPTO_LIBS) -lpthread

CLEANFILES += tests/bench/bench

# It prints, and fails nothing. The build directory must be on a disk, or say BENCH_DIRECTORY=.
BENCH =
BENCH_DIRECTORY = .
.PHONY: bench
bench: beredd tests/bench/bench
	-tests/bench/bench --daemon ./beredd --presets $(srcdir)/conf/presets --directory $(BENCH_DIRECTORY) $(BENCH)

# How fast rosters are read and checked: make bench-rosters, and a part of make bench.
EXTRA_PROGRAMS += tests/bench/roster_load
tests_bench_roster_load_SOURCES = tests/bench/roster_load.c
tests_bench_roster_load_LDADD = libconfig.a libengine.a libbase.a $(INIH_LIBS)
CLEANFILES += tests/bench/roster_load
.PHONY: bench bench-rosters
bench: bench-rosters
bench-rosters: tests/bench/roster_load
	-tests/bench/roster_load
