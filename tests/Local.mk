# tests: what runs them. README.md here says how they are laid out.

TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = $(SHELL)

EXTRA_DIST += .clang-tidy tests/.clang-tidy demo tests/README.md tests/run tests/lib/packages.sh tests/lib/build.sh tests/lib/count.py tests/lib/tidy.py tests/lib/container \
	tests/unit/engine_pure.sh
