"""Slow bodies, idle crowds, and a real alarm in the middle of them."""

import contextlib
import os
import resource
import socket
import time

import pytest

from harness.config import ANNA
from harness.daemon import is_sanitized
from harness.waiting import eventually

HEAD = b"POST /v1/incidents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-of-rtj\r\nContent-Type: application/json\r\n"


@pytest.fixture(name="many_files", autouse=True)
def many_files_fixture():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def crowd(beredd, n, said=b""):
    """That many connections, which have said this much and say no more."""
    stack = contextlib.ExitStack()
    for _ in range(n):
        connection = stack.enter_context(contextlib.closing(socket.create_connection(("127.0.0.1", beredd.config.port), timeout=30)))
        if said:
            with contextlib.suppress(OSError):
                connection.sendall(said)
    return stack


@pytest.mark.parametrize("said", [b"", b"GET /v1/inc", HEAD, HEAD + b"Content-Length: 1000\r\n\r\n{"], ids=["silent", "half a line", "half a head", "half a body"])
def test_real_alarm_through_a_thousand_idle_connections(beredd, sms_gateway, said):
    with crowd(beredd, 1000, said):
        ident = beredd.trigger("Mitt i trängseln")
        sms, = sms_gateway.wait_for(ANNA)
        assert beredd.form(sms.link.split(str(beredd.config.port), 1)[1], answer="yes").status == 200
        assert beredd.callout(ident)["state"] == "acknowledged"
        assert beredd.ctl("list").returncode == 0


def test_more_connections_than_there_is_room_for(beredd, sms_gateway):
    """The oldest that has not finished is closed; a new one is never refused."""
    with crowd(beredd, 1500):
        for n in range(5):
            beredd.trigger(f"Larm {n}.")
            sms_gateway.wait_for(ANNA, containing=f"Larm {n}.")


def closed_by_peer(connection):
    connection.settimeout(0.01)
    try:
        return connection.recv(4096) == b"" or None
    except TimeoutError:
        return None
    except OSError:
        return True


def test_a_byte_a_moment_is_ended_by_the_clock(beredd):
    """Not inactivity is what counts, but the time to a whole request."""
    with socket.create_connection(("127.0.0.1", beredd.config.port)) as connection:
        began = time.monotonic()
        connection.sendall(b"GET /healthz HTTP/1.1\r\nX: ")

        def ended():
            with contextlib.suppress(OSError):
                connection.sendall(b"y")
            return closed_by_peer(connection)
        eventually(ended, what="that the slow one is closed")
        assert time.monotonic() - began > 1, "it was given some time"
    assert beredd.request("GET", "/healthz").status == 200


def test_body_that_never_ends(beredd):
    """Chunks without an end: at the limit it is over."""
    with socket.create_connection(("127.0.0.1", beredd.config.port), timeout=30) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
            for _ in range(2000):
                connection.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")
        reply = b""
        with contextlib.suppress(OSError):
            reply = connection.recv(4096)
        assert not reply.startswith(b"HTTP/1.1 2")
    assert beredd.get("/v1/incidents").json["incidents"] == []


def test_header_without_an_end(beredd):
    with socket.create_connection(("127.0.0.1", beredd.config.port), timeout=30) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(b"GET /healthz HTTP/1.1\r\n")
            for n in range(5000):
                connection.sendall(b"X-%d: %s\r\n" % (n, b"y" * 200))
        with contextlib.suppress(OSError):
            assert not connection.recv(4096).startswith(b"HTTP/1.1 2")
    assert beredd.request("GET", "/healthz").status == 200


def test_keep_alive_carries_many(beredd):
    """One connection, fifty alarms, answered in order."""
    body = b'{"summary": "Larm %02d", "dedup_key": "%02d"}'
    with socket.create_connection(("127.0.0.1", beredd.config.port), timeout=30) as connection:
        stream = connection.makefile("rb")
        for n in range(50):
            data = body % (n, n)
            connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(data) + data)
            assert stream.readline().startswith(b"HTTP/1.1 20")
            length = 0
            while (line := stream.readline().strip()):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            assert b"Larm %02d" % n in stream.read(length)


def test_memory_stays_bounded(beredd):
    """P15: ten thousand connections that come and go leave nothing behind."""
    def resident():
        with open(f"/proc/{beredd.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * resource.getpagesize()

    def files():
        return len(os.listdir(f"/proc/{beredd.process.pid}/fd"))
    with crowd(beredd, 500, HEAD):
        pass
    eventually(lambda: files() < 60, what="that the descriptors are given back")
    before = resident()
    for _ in range(4):
        with crowd(beredd, 500, HEAD):
            pass
        eventually(lambda: files() < 60)
    if not is_sanitized():
        assert resident() < before + 8 * 1024 * 1024
