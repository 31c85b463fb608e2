# tests/sim: the whole pager in virtual time, against a world that misbehaves. See tests/README.md.

check_PROGRAMS += tests/sim/sim
tests_sim_sim_SOURCES = tests/sim/main.c tests/sim/shrink.c tests/sim/shrink.h tests/sim/history.c tests/sim/script.c tests/sim/sim.h \
	tests/sim/clock.c tests/sim/disk.c tests/sim/node.c tests/sim/providers.c tests/sim/people.c tests/sim/plans.c tests/sim/oracle.c \
	tests/sim/model.c tests/sim/model.h tests/sim/check.c tests/sim/check_answer.c tests/sim/check_drill.c tests/sim/check_told.c tests/sim/check_seen.c \
	tests/sim/check_way.c \
	tests/sim/check_same.c tests/sim/check_schedule.c tests/sim/check.h tests/scenarios/lines.c \
	src/pager/pager.c src/turn/turn.c src/turn/batch.c src/turn/queue.c src/turn/replay.c src/turn/opening.c \
	src/watch/lookout.c src/watch/watch.c src/watch/drill_watch.c src/watch/gateway_watch.c src/watch/disk_word.c
tests_sim_sim_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/scenarios
tests_sim_sim_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=engine_step -Wl,--wrap=engine_shift_seq -Wl,--wrap=gateway_open \
	-Wl,--wrap=dispatch_send -Wl,--wrap=turn_submit
tests_sim_sim_LDADD = libgateways.a libconfig.a libengine.a libloop.a libbase.a $(JANSSON_LIBS) $(INIH_LIBS) $(CRYPTO_LIBS) -lpthread
TESTS += tests/sim/sim
EXTRA_DIST += tests/sim/seeds.txt

# make sim SEEDS=1000000 SEED=10000001: as many histories as wanted, from that one on, on every core.
SEED = 1
SEEDS = 10000
sim: tests/sim/sim
	srcdir=$(srcdir) ./tests/sim/sim --seeds $(SEED) `expr $(SEED) + $(SEEDS) - 1` --jobs `nproc` --progress

# make sim-plants: which broken programs the simulation finds, and how soon. PLANTS="NAME..." for some of them.
PLANTS =
sim-plants: tests/sim/sim
	srcdir="$(srcdir)" CC="$(CC)" FLAGS="$(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS) $(CFLAGS)" OBJECTS="$(tests_sim_sim_OBJECTS)" \
	  LINK="$(tests_sim_sim_LDFLAGS)" LIBS="$(tests_sim_sim_LDADD) $(LIBS)" $(SHELL) $(srcdir)/tests/sim/plants.sh $(PLANTS)
.PHONY: sim sim-plants
clean-local:
	rm -rf tests/sim/plants.tmp
EXTRA_DIST += tests/sim/plants.sh tests/sim/plants
