"""Waiting for something to become true, and free ports."""

import socket
import time

DEADLINE = 15.0


def eventually(predicate, deadline=DEADLINE, what=None):
    """Returns the first true value of predicate(). Fails at the deadline with what it last gave."""
    end = time.monotonic() + deadline
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what or 'it'} did not become true in {deadline} s; last: {value!r}")
        time.sleep(0.01)


def free_port():
    """A port that nobody listens on now. Each is given once in a run."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port


_given = set()
