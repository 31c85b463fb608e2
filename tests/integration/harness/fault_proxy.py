"""A proxy between beredd and a gateway. It notes when each attempt's first byte comes and what it says, and does on the way what a
`fault` tells it to: a coroutine that is given a Wire. Without one it hands on. All proxies run on one thread of their own."""

import asyncio
import re
import socket
import struct
import threading
import time
import urllib.parse


class Gone(Exception):
    """The daemon has hung up."""


class Attempt:
    """What one connection, or one request of several on it, brought. `at`: its first byte, or when it was made if there is none yet."""

    def __init__(self):
        self.at, self.raw = time.monotonic(), b""

    def add(self, data):
        if not self.raw:
            self.at = time.monotonic()
        self.raw += data

    @property
    def text(self):
        return urllib.parse.unquote_plus(self.raw.decode("utf-8", "replace"))

    def is_to(self, contact):
        return contact.lstrip("+") in self.text

    @property
    def page(self):
        """The page's id, from the receipt's address or from the mail's Message-ID."""
        found = re.search(r"page=([\w-]+)|Message-ID: <([\w-]+)@", self.text)
        return found and (found.group(1) or found.group(2))


class Wire:
    """One connection of the daemon's, as a fault sees it."""

    def __init__(self, proxy, reader, writer):
        self.proxy, self.reader, self.writer = proxy, reader, writer
        self.attempt, self.pending = self.proxy.begin(), b""

    async def read(self, size=65536):
        data = await self.reader.read(size)
        if not data:
            raise Gone
        self.attempt.add(data)
        return data

    async def until(self, mark):
        """All up to and with the mark."""
        while mark not in self.pending:
            self.pending += await self.read()
        head, _, self.pending = self.pending.partition(mark)
        return head + mark

    async def request(self):
        """The next HTTP request, whole."""
        if self.attempt.raw and not self.pending:
            data = await self.reader.read(65536)
            if not data:
                raise Gone
            self.attempt = self.proxy.begin()
            self.attempt.add(data)
            self.pending = data
        head = await self.until(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        size = int(length.group(1)) if length else 0
        while len(self.pending) < size:
            self.pending += await self.read()
        body, self.pending = self.pending[:size], self.pending[size:]
        return head + body

    async def send(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def forward(self, request):
        """What the gateway itself answers to this HTTP request: its head, and its body."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.proxy.upstream)
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            return head, await reader.readexactly(int(length.group(1)) if length else 0)
        finally:
            writer.close()

    async def silence(self):
        """Until the daemon hangs up."""
        while True:
            await self.read()

    def reset(self):
        """RST instead of FIN."""
        end = self.writer.get_extra_info("socket")
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def pipe(self, reader, writer):
        """Both ways, whatever it is, until one side hangs up."""
        async def copy(read, to):
            while data := await read():
                to.write(data)
                await to.drain()
        ways = [asyncio.ensure_future(copy(self.read, writer)), asyncio.ensure_future(copy(lambda: reader.read(65536), self.writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)


async def relay_http(wire):
    while True:
        await wire.send(b"".join(await wire.forward(await wire.request())))


class Proxy:
    """`listening`: yes; refused (the port is held, and nobody listens); full (no more connections find a place: SYNs are lost)."""

    def __init__(self, upstream, fault=relay_http, listening="yes"):
        self.upstream, self.fault, self.listening = upstream, fault, listening
        self.attempts, self.tasks, self.server, self.fillers = [], set(), None, []
        self.played, self.answers = 0, []                  # what faults leave here
        self.port = 0
        self.hold()

    def hold(self):
        """The port is ours, and nobody listens there."""
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", self.port))
        self.port = self.socket.getsockname()[1]

    def begin(self):
        self.attempts.append(Attempt())
        return self.attempts[-1]

    def to(self, contact):
        return [attempt for attempt in list(self.attempts) if attempt.is_to(contact)]

    async def serve(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        try:
            await self.fault(Wire(self, reader, writer))
        except (Gone, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self.tasks.discard(asyncio.current_task())

    def start(self):
        if self.listening == "yes":
            self.server = on_the_loop(asyncio.start_server(self.serve, sock=self.socket, backlog=256))
        elif self.listening == "full":
            self.socket.listen(0)
            for _ in range(4):
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", self.port))
                self.fillers.append(filler)
        return self

    async def end(self):
        if self.server:
            self.server.close()
        tasks = list(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def unplug(self):
        """Until the next start()."""
        self.stop()
        self.hold()

    def stop(self):
        """What is under way breaks off."""
        on_the_loop(self.end())
        for filler in self.fillers:
            filler.close()
        self.server, self.fillers = None, []
        self.socket.close()


def on_the_loop(coroutine):
    with _lock:
        if not _loop:
            _loop.append(asyncio.new_event_loop())
            threading.Thread(target=_loop[0].run_forever, daemon=True).start()
    return asyncio.run_coroutine_threadsafe(coroutine, _loop[0]).result(15)


_loop, _lock = [], threading.Lock()
