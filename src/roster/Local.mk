# src/roster: rosters in words and as calendars, over a plan and its time zone. No I/O, no clock.

noinst_LIBRARIES += libroster.a
libroster_a_SOURCES = \
	src/roster/duty_list.c src/roster/duty_list.h \
	src/roster/csv.c src/roster/csv.h \
	src/roster/ics.c src/roster/ics.h \
	src/roster/import_csv.c \
	src/roster/roster_calendar.c src/roster/roster_calendar.h \
	src/roster/roster_diff.c \
	src/roster/roster_diff_ladder.c src/roster/roster_diff_ladder.h \
	src/roster/roster_import.c src/roster/roster_import.h \
	src/roster/roster_time.c src/roster/roster_time.h \
	src/roster/roster_words.c src/roster/roster_words.h \
	src/roster/shift_file.c src/roster/shift_file.h \
	src/roster/short_names.c src/roster/short_names.h \
	src/roster/simulate.c src/roster/simulate.h
