"""The daemon's clocks, which a test sets while it runs: a shim preloaded into it. libfaketime shifts the clocks that are read, but it cancels no
timer when they are set, and a CLOCK_BOOTTIME timer does not notice a suspend; a time namespace is for clocks other than the wall's, and only
before the first process in it."""

import datetime
import pathlib
import shutil
import socket
import struct
import subprocess
import threading
import time
import zoneinfo

SOURCE = pathlib.Path(__file__).with_name("clocks.c")
STOCKHOLM = zoneinfo.ZoneInfo("Europe/Stockholm")
NSEC = 1_000_000_000


def missing():
    return None if shutil.which("cc") else "no C compiler"


def local(text, fold=0):
    """Seconds since 1970 of a local time, as 2026-12-24 08:00:00."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM, fold=fold).timestamp()


class Clocks:
    """Offsets, in seconds. They hold for a daemon that is started, too."""

    def __init__(self, directory):
        self.library, self.path = pathlib.Path(directory) / "clocks.so", pathlib.Path(directory) / "clocks"
        subprocess.run(["cc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-O1", "-Wall", "-o", str(self.library), str(SOURCE), "-ldl", "-lpthread"], check=True)
        self.wall, self.boot, self.connections = 0, 0, []
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(str(self.path))
        self.listener.listen()
        self.lock = threading.Lock()
        threading.Thread(target=self.serve, daemon=True).start()

    def environment(self):
        return {"LD_PRELOAD": str(self.library), "CLOCKS": str(self.path), "ASAN_OPTIONS": "verify_asan_link_order=0"}

    def message(self):
        return struct.pack("qq", round(self.wall * NSEC), round(self.boot * NSEC))

    def serve(self):
        """A program connects when it starts, and is told the clocks."""
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections.append(connection)
                connection.send(self.message())

    def change(self, wall=0.0, boot=0.0):
        """On return it holds, in every program that runs."""
        with self.lock:
            self.wall += wall
            self.boot += boot
            self.connections = [connection for connection in self.connections if self.tell(connection)]

    def tell(self, connection):
        """False: that program has ended."""
        try:
            connection.send(self.message())
            return connection.recv(1)
        except OSError:
            return False

    def now(self):
        return time.time() + self.wall

    def step(self, seconds):
        """Somebody sets the wall clock."""
        self.change(wall=seconds)

    def set(self, at):
        self.step(at - self.now())

    def suspend(self, seconds):
        """The machine sleeps: both clocks have gone on when it wakes up, and CLOCK_MONOTONIC has not."""
        self.change(wall=seconds, boot=seconds)

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
