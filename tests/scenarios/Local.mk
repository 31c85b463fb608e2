# tests/scenarios: what the engine does, as transcripts. See tests/README.md.

check_PROGRAMS += tests/scenarios/run_scenarios
tests_scenarios_run_scenarios_SOURCES = tests/scenarios/run_scenarios.c tests/scenarios/world.c tests/scenarios/lines.c tests/scenarios/damage.c tests/scenarios/told.c tests/scenarios/scenario.h src/turn/replay.c
tests_scenarios_run_scenarios_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/scenarios
tests_scenarios_run_scenarios_LDADD = libconfig.a libengine.a libbase.a $(INIH_LIBS) $(CRYPTO_LIBS)
TESTS += tests/scenarios/run.sh
EXTRA_DIST += tests/scenarios/run.sh tests/scenarios/plans
EXTRA_DIST += \
	tests/scenarios/acknowledged_by_sms.scn \
	tests/scenarios/answered_by_voice.scn \
	tests/scenarios/bundle.scn \
	tests/scenarios/bundle_texts.scn \
	tests/scenarios/call_in_kib.scn \
	tests/scenarios/change_of_duty.scn \
	tests/scenarios/clock_steps.scn \
	tests/scenarios/closed_while_paging.scn \
	tests/scenarios/code_locked.scn \
	tests/scenarios/code_of_somebody_gone.scn \
	tests/scenarios/codes_masked.scn \
	tests/scenarios/crash_and_resume.scn \
	tests/scenarios/crowd.scn \
	tests/scenarios/declined_in_a_repeat.scn \
	tests/scenarios/declined_moves_on.scn \
	tests/scenarios/degraded.scn \
	tests/scenarios/drill.scn \
	tests/scenarios/drill_acknowledged.scn \
	tests/scenarios/drill_all_roles.scn \
	tests/scenarios/drill_before_and_after.scn \
	tests/scenarios/drill_clock.scn \
	tests/scenarios/drill_dry_run.scn \
	tests/scenarios/drill_dry_run_replies.scn \
	tests/scenarios/drill_first_step_only.scn \
	tests/scenarios/drill_flag_stays.scn \
	tests/scenarios/drill_overdue_told.scn \
	tests/scenarios/drill_planned.scn \
	tests/scenarios/drill_planned_late.scn \
	tests/scenarios/drill_planned_missed.scn \
	tests/scenarios/drill_planned_postponed.scn \
	tests/scenarios/drill_planned_stopped.scn \
	tests/scenarios/drill_replies.scn \
	tests/scenarios/drill_scheduled.scn \
	tests/scenarios/drill_storm.scn \
	tests/scenarios/drill_updates.scn \
	tests/scenarios/drill_wait_for_all.scn \
	tests/scenarios/drill_wait_for_all_ends.scn \
	tests/scenarios/drill_without.scn \
	tests/scenarios/drill_without_waited_for.scn \
	tests/scenarios/drill_yields.scn \
	tests/scenarios/drill_yields_to_a_step.scn \
	tests/scenarios/duty_told.scn \
	tests/scenarios/failed_pages.scn \
	tests/scenarios/first_step_later.scn \
	tests/scenarios/gap_told.scn \
	tests/scenarios/gateway_checked.scn \
	tests/scenarios/gateway_test.scn \
	tests/scenarios/hole_in_the_roster.scn \
	tests/scenarios/ladder_climbs.scn \
	tests/scenarios/long_key.scn \
	tests/scenarios/notice_by_mail.scn \
	tests/scenarios/notices_overtaken.scn \
	tests/scenarios/receipt_answered.scn \
	tests/scenarios/receipt_before_answer.scn \
	tests/scenarios/receipt_by_id.scn \
	tests/scenarios/receipt_crash.scn \
	tests/scenarios/receipt_doubt_alone.scn \
	tests/scenarios/receipt_missing.scn \
	tests/scenarios/receipt_missing_everywhere.scn \
	tests/scenarios/receipt_never.scn \
	tests/scenarios/receipt_notice.scn \
	tests/scenarios/released.scn \
	tests/scenarios/reload_while_paging.scn \
	tests/scenarios/replies_not_understood.scn \
	tests/scenarios/reply_again.scn \
	tests/scenarios/rise_while_another_has_it.scn \
	tests/scenarios/same_again.scn \
	tests/scenarios/same_again_clock.scn \
	tests/scenarios/same_key_drill.scn \
	tests/scenarios/source_hears_of_silence.scn \
	tests/scenarios/source_in_a_storm.scn \
	tests/scenarios/source_is_told.scn \
	tests/scenarios/source_of_a_drill.scn \
	tests/scenarios/source_of_many.scn \
	tests/scenarios/two_phones_of_somebody_gone.scn \
	tests/scenarios/two_roles.scn \
	tests/scenarios/unclear_after_acknowledgement.scn \
	tests/scenarios/updates_after_acknowledgement.scn \
	tests/scenarios/updates_sensitive.scn \
	tests/scenarios/updates_to_nobody.scn \
	tests/scenarios/updates_while_paging.scn \
	tests/scenarios/which_role.scn
