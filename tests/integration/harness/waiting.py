"""Waiting for something to become true, the day that it is, and free ports."""

import contextlib
import datetime
import fcntl
import functools
import pathlib
import random
import socket
import tempfile
import time
import zoneinfo

DEADLINE = 60.0          # s: only what fails waits so long, and a machine may be busy


def eventually(predicate, deadline=DEADLINE, what=None):
    """Returns the first true value of predicate(). Fails at the deadline with what it last gave. When the whole machine stands still, so does
    whoever is waited for: of one round a second counts at the most."""
    waited, last = 0, time.monotonic()
    while True:
        value = predicate()
        if value:
            return value
        if waited > deadline:
            raise AssertionError(f"{what or 'it'} did not become true in {deadline} s; last: {value!r}")
        time.sleep(0.01)
        now = time.monotonic()
        waited, last = waited + min(now - last, 1), now


def today():
    """Where the rosters are: in the last hours of the day in UTC it is tomorrow there."""
    return datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Stockholm")).date()


def free_port():
    """A port that nobody listens on now, and none of those that the kernel gives to whoever connects: it must still be free when it is needed, or
    needed again, whatever goes on beside this test. Each is given once in a run, as long as there are any; another run that goes on
    beside this one takes its own from another block."""
    while True:
        port = _random.choice(_block())
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in _given or len(_given) > len(_block()) * 9 // 10:
                _given.add(port)
                return port


@functools.cache
def _block():
    """Ports below the kernel's own, which are ours for as long as this process lives; of the first block, if all are taken."""
    blocks = [range(first, first + 5000) for first in range(10000, _ephemeral() - 5000, 5000)]
    for block in blocks:
        lock = open(pathlib.Path(tempfile.gettempdir()) / f"beredd-test-ports.{block.start}", "w", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            continue
        _locks.append(lock)
        return block
    return blocks[0]


def _ephemeral():
    """The first of the kernel's own."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        first = int(file.read().split()[0])
    return first if first > 20000 else 65536


_given, _locks, _random = set(), [], random.SystemRandom()
