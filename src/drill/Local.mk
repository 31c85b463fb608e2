# src/drill: what a drill came to, out of its records. No I/O, no clock.

noinst_LIBRARIES += libdrill.a
libdrill_a_SOURCES = \
	src/drill/drill_fold.c src/drill/drill_fold.h \
	src/drill/drill_report.c src/drill/drill_report.h \
	src/drill/drill_summary.c src/drill/drill_summary.h
