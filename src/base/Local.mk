# src/base: no word of the domain. Only log.c, buf_printf.c and mem.c's end of memory use libc beyond memory and strings,
# so that what links the rest (the engine) stays pure.

noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	src/base/arena.c \
	src/base/buf.c \
	src/base/buf.h \
	src/base/buf_printf.c \
	src/base/civil.c \
	src/base/civil.h \
	src/base/err.c \
	src/base/err.h \
	src/base/gsm7.c \
	src/base/gsm7.h \
	src/base/gsm7_normalise.c \
	src/base/heap.c \
	src/base/heap.h \
	src/base/intern.c \
	src/base/intern.h \
	src/base/log.c \
	src/base/log.h \
	src/base/map.c \
	src/base/map.h \
	src/base/mem.c \
	src/base/mem.h \
	src/base/text.h \
	src/base/text_clean.c \
	src/base/text_encode.c \
	src/base/text_fold.c \
	src/base/text_fold.h \
	src/base/text_nearest.c \
	src/base/text_number.c \
	src/base/text_time.c \
	src/base/text_utf8.c \
	src/base/tz.c \
	src/base/tz.h \
	src/base/tz_impl.h \
	src/base/tz_parse.c \
	src/base/tz_rule.c
