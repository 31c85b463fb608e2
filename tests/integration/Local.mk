# tests/integration: run by tests/run with pytest, against the built programs

EXTRA_DIST += tests/integration/test_packaging.py tests/integration/test_service.py tests/integration/service_in_container.sh
