# tests/inject: every allocation and every system call fails once. Needs root or a kernel that lets a process filter its own calls.

EXTRA_DIST += tests/inject/run.py tests/inject/shim.c

# All of them, or a part: make inject INJECT='--every 10', make inject INJECT='call:123:0'
INJECT =
.PHONY: inject
inject: beredd
	BEREDD_BUILD='$(abs_builddir)' PYTHONDONTWRITEBYTECODE=1 nice /usr/bin/python3 $(srcdir)/tests/inject/run.py $(INJECT)
