# tests/integration: run by tests/run with pytest, against the built programs

EXTRA_DIST += tests/integration/test_packaging.py
