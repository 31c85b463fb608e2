# tests/kill: SIGKILL at random moments, and two ledgers that must agree. make kill KILLS=10000 KILL_SEED=7
EXTRA_DIST += tests/kill/kill.py tests/kill/ledger.py
KILLS = 1000
KILL_SEED = 1
.PHONY: kill
kill: beredd bereddctl
	BEREDD_BUILD='$(abs_builddir)' PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 '$(abs_top_srcdir)/tests/kill/kill.py' --kills=$(KILLS) --seed=$(KILL_SEED)
