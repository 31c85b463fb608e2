# src/engine: the rules, pure. Nothing here reads a clock, a file, the environment or a locale.

noinst_LIBRARIES += libengine.a
libengine_a_SOURCES = \
	src/engine/answer.c \
	src/engine/apply.c \
	src/engine/apply.h \
	src/engine/apply_callout.c \
	src/engine/apply_incident.c \
	src/engine/apply_message.c \
	src/engine/apply_drill.c \
	src/engine/callout.c \
	src/engine/drill.c \
	src/engine/drill.h \
	src/engine/drill_names.c \
	src/engine/drill_plan.c \
	src/engine/drill_schedule.c \
	src/engine/drill_yield.c \
	src/engine/duty.c \
	src/engine/emit.c \
	src/engine/engine.c \
	src/engine/engine.h \
	src/engine/event.h \
	src/engine/find.c \
	src/engine/gateway_news.c \
	src/engine/ids.c \
	src/engine/ids.h \
	src/engine/inbound.c \
	src/engine/incident.c \
	src/engine/internal.h \
	src/engine/load.c \
	src/engine/message.c \
	src/engine/notice.c \
	src/engine/outcome.c \
	src/engine/plan.c \
	src/engine/plan.h \
	src/engine/receipt.c \
	src/engine/record.c \
	src/engine/record.h \
	src/engine/reply.c \
	src/engine/reply.h \
	src/engine/holiday.c \
	src/engine/holiday.h \
	src/engine/roster_hours.c \
	src/engine/roster_hours.h \
	src/engine/schedule.c \
	src/engine/schedule.h \
	src/engine/roster.c \
	src/engine/roster.h \
	src/engine/seen.c \
	src/engine/state.c \
	src/engine/state.h \
	src/engine/targets.c \
	src/engine/trail.c \
	src/engine/trigger.c
