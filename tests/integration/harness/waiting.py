"""Waiting for something to become true, and free ports."""

import contextlib
import random
import socket
import time

DEADLINE = 60.0          # s: only what fails waits so long, and a machine may be busy


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
    """A port that nobody listens on now, and none of those that the kernel gives to whoever connects: it must still be free when it is needed, or
    needed again, whatever goes on beside this test. Each is given once in a run."""
    while True:
        port = _random.randrange(10000, _ephemeral())
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in _given:
                _given.add(port)
                return port


def _ephemeral():
    """The first of the kernel's own."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        first = int(file.read().split()[0])
    return first if first > 20000 else 65536


_given, _random = set(), random.SystemRandom()
