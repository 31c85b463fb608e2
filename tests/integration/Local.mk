# tests/integration: run by tests/run with pytest, against the built programs

EXTRA_DIST += tests/integration/test_packaging.py tests/integration/test_demo.py tests/integration/test_service.py tests/integration/service_in_container.sh
EXTRA_DIST += \
	tests/integration/conftest.py \
	tests/integration/harness/__init__.py \
	tests/integration/harness/clocks.c \
	tests/integration/harness/clocks.py \
	tests/integration/harness/config.py \
	tests/integration/harness/daemon.py \
	tests/integration/harness/disk.py \
	tests/integration/harness/elks.py \
	tests/integration/harness/faulty_disk.c \
	tests/integration/harness/fault_proxy.py \
	tests/integration/harness/fault_rig.py \
	tests/integration/harness/fault_rows.py \
	tests/integration/harness/fault_run.py \
	tests/integration/harness/faults_calls.py \
	tests/integration/harness/faults_http.py \
	tests/integration/harness/faults_receipts.py \
	tests/integration/harness/faults_smtp.py \
	tests/integration/harness/journald.py \
	tests/integration/harness/kannel.py \
	tests/integration/harness/ports.py \
	tests/integration/harness/provider.py \
	tests/integration/harness/modem.py \
	tests/integration/harness/name_server.py \
	tests/integration/harness/roster_oracle.py \
	tests/integration/harness/smsd.py \
	tests/integration/harness/smtp.py \
	tests/integration/harness/storm.py \
	tests/integration/harness/storm_client.c \
	tests/integration/harness/voice.py \
	tests/integration/harness/volume.py \
	tests/integration/harness/waiting.py \
	tests/integration/test_api.py \
	tests/integration/test_bad_input.py \
	tests/integration/test_gateway_check.py \
	tests/integration/test_gateway_health.py \
	tests/integration/test_calendar.py \
	tests/integration/test_clock.py \
	tests/integration/test_ctl.py \
	tests/integration/test_degraded.py \
	tests/integration/test_degraded_real.py \
	tests/integration/test_drill.py tests/integration/test_drill_report.py \
	tests/integration/test_drill_schedule.py \
	tests/integration/test_faults.py \
	tests/integration/test_harness.py \
	tests/integration/test_http_limits.py \
	tests/integration/test_import.py \
	tests/integration/test_journal.py \
	tests/integration/test_inject.py \
	tests/integration/test_kannel.py \
	tests/integration/test_kill.py \
	tests/integration/test_ladder.py \
	tests/integration/test_line.py \
	tests/integration/test_listen.py \
	tests/integration/test_provider_by_ini.py \
	tests/integration/test_pull_the_plug.py \
	tests/integration/test_readme.py \
	tests/integration/test_receipts.py \
	tests/integration/test_reload.py \
	tests/integration/test_restart.py \
	tests/integration/test_roster_check.py \
	tests/integration/test_roster_oracle.py \
	tests/integration/test_simulate.py \
	tests/integration/test_roster_ctl.py \
	tests/integration/test_smtp.py \
	tests/integration/test_spool.py \
	tests/integration/test_spool_faults.py \
	tests/integration/test_storm.py \
	tests/integration/test_twilio.py \
	tests/integration/test_texts.py \
	tests/integration/test_voice.py \
	tests/integration/test_watch.py

# All of it, or with PYTEST_FLAGS a part: make check-integration PYTEST_FLAGS='-k ladder'
check-integration: all
	BEREDD_BUILD='$(abs_builddir)' PYTHONDONTWRITEBYTECODE=1 \
	  /usr/bin/python3 -m pytest -q -rs -p no:cacheprovider $(PYTEST_FLAGS) '$(abs_top_srcdir)/tests/integration'
# The storm in its full size; bounded, and prints figures.
storm: all
	STORM_TRIGGERS=100000 STORM_SLOW=1000 TEST_LIMIT_SECONDS=600 BEREDD_BUILD='$(abs_builddir)' PYTHONDONTWRITEBYTECODE=1 \
	  timeout 1800 /usr/bin/python3 -m pytest -q -s -p no:cacheprovider '$(abs_top_srcdir)/tests/integration/test_storm.py' -k everything
.PHONY: check-integration storm
