"""Ports on loopback that are nobody else's: not another test's, not another run's that goes on beside this one, and not one of those that the
kernel gives to whoever connects. They must still be free when they are needed, and needed again after a daemon was killed."""

import contextlib
import fcntl
import functools
import os
import pathlib
import random
import socket
import tempfile

FIRST, BLOCK = 10000, 500


def free_port():
    """Given once in this process, as long as there are any."""
    for port in _ports_of(os.getpid()):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("never: there is always one more")


@functools.cache
def _ports_of(_pid):
    """A process that was forked begins anew: what its parent took is not its own."""
    return _draw()


def _draw():
    """Endless: block after block, each in an order of its own, and when there are no more, the same ones again."""
    lock = os.open(pathlib.Path(tempfile.gettempdir()) / f"beredd-test-ports-{os.getuid()}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    mine = []
    while True:
        block = next((block for block in _blocks() if block not in mine and _take(lock, block)), None)
        mine += [block] if block else []
        assert mine, "all ports are taken by other tests"
        for one in [block] if block else mine:
            yield from random.SystemRandom().sample(one, len(one))


def _blocks():
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        kernels = int(file.read().split()[0])
    end = kernels if kernels >= FIRST + 20 * BLOCK else 65536
    return [range(first, first + BLOCK) for first in range(FIRST, end - BLOCK + 1, BLOCK)]


def _take(lock, block):
    """For as long as this process lives, and not its children: the kernel keeps such a lock by process."""
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, block.start)
    except OSError:
        return False
    return True
