# src/engine: the rules, pure. Nothing here reads a clock, a file, the environment or a locale.

noinst_LIBRARIES += libengine.a
libengine_a_SOURCES = \
	src/engine/plan.c src/engine/plan.h \
	src/engine/roster.c src/engine/roster.h
