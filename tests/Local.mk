# tests: what runs them. README.md here says how they are laid out.

TEST_EXTENSIONS = .sh .pl
SH_LOG_COMPILER = $(SHELL)
PL_LOG_COMPILER = perl

# What hangs has failed; what is slow has not. The library's own four seconds are soon over where the machine is busy.
AM_TESTS_ENVIRONMENT = CK_DEFAULT_TIMEOUT=60; export CK_DEFAULT_TIMEOUT;

EXTRA_DIST += .clang-tidy tests/.clang-tidy demo tests/README.md tests/run tests/lib/packages.sh tests/lib/build.sh tests/lib/count.py tests/lib/tidy.py tests/lib/container tests/coverage/run.sh tests/coverage/report.py tests/coverage/reasons \
	tests/unit/engine_pure.sh

# Which branches the tests reach: make coverage; COVERAGE=none leaves the integration tests out, or names those that are run.
COVERAGE =
coverage:
	sh $(srcdir)/tests/coverage/run.sh $(srcdir) coverage-build $(COVERAGE)
.PHONY: coverage
