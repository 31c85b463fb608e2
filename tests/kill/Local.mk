# tests/kill: SIGKILL at random moments, and two ledgers that must agree. make kill KILLS=10000 KILL_SEED=7
EXTRA_DIST += tests/kill/kill.py tests/kill/ledger.py
KILLS = 1000
KILL_SEED = 1
.PHONY: kill
kill: beredd bereddctl
	BEREDD_BUILD='$(abs_builddir)' PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 '$(abs_top_srcdir)/tests/kill/kill.py' --kills=$(KILLS) --seed=$(KILL_SEED)

# make kill-plants: which broken daemons the ledgers show. PLANTS="NAME..." for some of them.
kill-plants: beredd bereddctl
	srcdir="$(srcdir)" CC="$(CC)" FLAGS="$(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS) $(CFLAGS)" OBJECTS="$(beredd_OBJECTS)" \
	  LINK="$(AM_LDFLAGS) $(LDFLAGS)" LIBS="$(beredd_LDADD) $(LIBS)" KILLS=50 $(SHELL) $(srcdir)/tests/kill/plants.sh $(PLANTS)
.PHONY: kill-plants
EXTRA_DIST += tests/kill/plants.sh tests/kill/plants
