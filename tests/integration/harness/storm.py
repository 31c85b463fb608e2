"""Everything at once, and what the daemon took of the machine meanwhile: triggers as fast as they are answered, connections that never finish, a
gateway that takes one page a second, and now and then an alarm from somebody else, whose way to the wire is timed."""

import asyncio
import dataclasses
import hashlib
import math
import os
import pathlib
import re
import sqlite3
import subprocess
import threading
import time
import urllib.parse

from .fault_rig import Heartbeat
from .waiting import eventually

SOURCE = pathlib.Path(__file__).with_name("storm_client.c")


class SlowGateway:
    """Takes every connection, and a page every so often of what has come through them, in order."""

    def __init__(self, port, every_sec=1):
        self.port, self.every_sec, self.came, self.taken = port, every_sec, [], 0
        self.incidents = set()           # ids of those of which a page has come
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self.listen(), self.loop).result()

    async def listen(self):
        self.waiting = asyncio.Queue()
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port, backlog=1024)
        self.taker = self.loop.create_task(self.take())

    async def serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(re.search(rb"(?i)content-length: *(\d+)", head).group(1))
                body = await reader.readexactly(length)
                text = urllib.parse.unquote_plus(body.decode())
                self.came.append((time.monotonic(), text))
                self.incidents.update(re.findall(r"\b20\d\d-\d{4,}", text)[-1:])
                await self.waiting.put(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def take(self):
        while True:
            writer = await self.waiting.get()
            if writer.is_closing():
                continue                 # the daemon gave up on it: that costs the gateway nothing
            await asyncio.sleep(self.every_sec)
            try:
                self.taken += 1
                writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"id":"s%04d"}' % (self.taken % 10000))
            except ConnectionError:
                pass

    def when(self, text):
        """When the first page that says this had come; None: not yet."""
        return next((at for at, message in list(self.came) if text in message), None)

    async def end(self):
        self.server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self):
        asyncio.run_coroutine_threadsafe(self.end(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()


@dataclasses.dataclass
class Peak:
    rss_kb: int = 0
    anon_kb: int = 0
    files: int = 0
    disk: int = 0


class Meter:
    """Looks at the daemon every 50 ms, from a thread of its own."""

    def __init__(self, beredd):
        self.beredd, self.peak, self.closed = beredd, Peak(), False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        pid = self.beredd.process.pid
        while not self.closed:
            status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines())
            if "VmRSS" not in status:
                return                   # it has ended
            self.peak.rss_kb = max(self.peak.rss_kb, int(status["VmRSS"].split()[0]))
            self.peak.anon_kb = max(self.peak.anon_kb, int(status["RssAnon"].split()[0]))
            self.peak.files = max(self.peak.files, len(os.listdir(f"/proc/{pid}/fd")))
            self.peak.disk = max(self.peak.disk, sum(path.stat().st_size for path in (self.beredd.root / "state").rglob("*") if path.is_file()))
            time.sleep(0.05)

    def stop(self):
        self.closed = True
        self.thread.join()
        return self.peak


@dataclasses.dataclass
class Calm:
    """An alarm from a source that is not part of the storm."""
    summary: str
    ident: str
    since: float
    page_sec: float                      # from before the trigger until its first page had come to a gateway
    slow_sec: float                      # the same of the slow gateway; infinite: it was not there when the storm was over
    processor_sec: float                 # how long the daemon's loop, or this program, had to wait for a processor meanwhile
    disk_sec: float                      # the longest that another's fdatasync beside the log took meanwhile

    @property
    def machine_sec(self):
        """How late the machine was. The alarm may find one commit under way, and then waits for its own. What the storm itself
        does to the disk is in it too: where that is most of it, the figure says little of the daemon."""
        return self.processor_sec + 2 * self.disk_sec


def storm_sources(name, n, limit=""):
    """Sections for so many sources, each with this line, and their tokens."""
    tokens = [f"token-of-{name}-{i:03d}" for i in range(n)]
    sections = "".join(f"[source {name}{i:03d}]\ntitle = {name} {i}\ntoken-sha256 = {hashlib.sha256(token.encode()).hexdigest()}\n{limit}"
                       for i, token in enumerate(tokens))
    return sections, tokens


class DiskBeat:
    """A thread that makes a few bytes durable, over and over, where the daemon's log is: how long that took says how slow the disk was."""

    def __init__(self, directory):
        self.took, self.closed = [], False
        self.thread = threading.Thread(target=self.run, args=(directory / "disk-beat",), daemon=True)
        self.thread.start()

    def run(self, path):
        with open(path, "wb", buffering=0) as file:
            while not self.closed:
                begun = time.monotonic()
                file.write(b"x" * 512)
                os.fdatasync(file.fileno())
                self.took.append((begun, time.monotonic() - begun))
                time.sleep(0.02)

    def worst(self, since):
        return max((took for begun, took in list(self.took) if begun + took >= since), default=0.0)

    def stop(self):
        self.closed = True
        self.thread.join()


class Progress:
    """A line now and then: who waits for a storm of minutes wants to know that it blows."""

    def __init__(self, storm, every_sec=10):
        self.storm, self.every_sec, self.begun, self.said = storm, every_sec, time.monotonic(), time.monotonic()

    def say(self):
        now = time.monotonic()
        if now - self.said < self.every_sec:
            return
        self.said, calm = now, self.storm.calm
        records = self.storm.beredd.get("/v1/status").json["store"]["committed_seq"]
        print(f"... {now - self.begun:.0f} s: {records} records; {len(calm)} alarms by others, "
              f"the last paged after {1000 * calm[-1].page_sec:.0f} ms", flush=True)


class Storm:
    def __init__(self, beredd, gateways, tokens, calm_tokens, triggers, connections, slow):
        self.beredd, self.gateways = beredd, gateways        # the slow one first
        self.calm_tokens = list(calm_tokens)                 # of sources that trigger once
        self.client = beredd.root / "storm_client"
        subprocess.run(["cc", "-D_GNU_SOURCE", "-O2", "-o", str(self.client), str(SOURCE)], check=True)
        self.arguments = [str(part) for part in (beredd.config.port, triggers, connections, slow)] + tokens
        self.promised, self.refused, self.calm, self.counts = {}, [], [], {}      # promised: an id for each summary

    def waited_sec(self):
        """How long the daemon's loop has waited for a processor."""
        return int(pathlib.Path(f"/proc/{self.beredd.process.pid}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9

    def trigger_calmly(self, heartbeat, disk):
        summary = f"Lugnt {len(self.calm)}."
        since, waited_sec = time.monotonic(), self.waited_sec()
        ident = self.beredd.trigger(summary, token=self.calm_tokens.pop())
        at = eventually(lambda: [at for at in (gateway.when(summary) for gateway in self.gateways) if at], deadline=60, what=f"a page of {summary}")
        processor_sec = max(self.waited_sec() - waited_sec, heartbeat.worst(since))
        self.calm.append(Calm(summary, ident, since, min(at) - since, math.inf, processor_sec, disk.worst(since)))

    def judge_slow(self):
        for calm in self.calm:
            at = self.gateways[0].when(calm.summary)
            calm.slow_sec = at - calm.since if at else math.inf

    def blow(self, every_sec):
        """Returns the Peak. The load is there for itself, and yields to what it is there to load."""
        meter, heartbeat, disk, ledger = Meter(self.beredd), Heartbeat(), DiskBeat(self.beredd.root), self.beredd.root / "ledger"
        with open(ledger, "wb") as out, subprocess.Popen(["nice", str(self.client), *self.arguments], stdout=out) as client:
            progress = Progress(self)
            while client.poll() is None and self.calm_tokens:
                self.trigger_calmly(heartbeat, disk)
                progress.say()
                try:
                    client.wait(every_sec)
                except subprocess.TimeoutExpired:
                    pass
        heartbeat.stop()
        disk.stop()
        self.judge_slow()
        *lines, last = ledger.read_text(encoding="ascii").splitlines()
        assert client.returncode == 0
        words = last.split()
        self.counts = dict(zip(words[::2], map(int, words[1::2])))
        for line in lines:
            status, ident, number = line.split()
            if status in ("200", "201"):
                self.promised[f"Storm {int(number):08d}."] = ident
            else:
                self.refused.append((status, number))
        self.promised |= {calm.summary: calm.ident for calm in self.calm}
        return meter.stop()


def in_the_log(root):
    """By incident id: the storm's triggers of which the log on disk has a record."""
    found, pattern = {}, re.compile(rb"(Storm \d{8}\.|Lugnt \d+\.)")
    for path in (root / "state").glob("*.db"):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as log:
            for incident, payload in log.execute("SELECT incident, payload FROM log WHERE payload IS NOT NULL"):
                for summary in pattern.findall(payload):
                    number = incident & 0xFFFFFFFF
                    found.setdefault(f"{incident >> 32}-{number:04d}", set()).add(summary.decode())
    return found


def rate(storm):
    return storm.counts["answered"] / (storm.counts["msec"] / 1000)


def in_time(msec):
    return f"{msec:.0f} ms" if math.isfinite(msec) else "not within the storm"


def figures(name, storm, peak):
    """For people: what came of it, and a row of the table in README.md."""
    worst, slow = max(storm.calm, key=lambda calm: calm.page_sec), sorted(1000 * calm.slow_sec for calm in storm.calm)
    paged = sorted(1000 * calm.page_sec for calm in storm.calm)
    late = [f"  {calm.summary} paged after {1000 * calm.page_sec:.0f} ms; "
            f"of these, processor {1000 * calm.processor_sec:.0f}, disk 2 x {1000 * calm.disk_sec:.0f}" for calm in storm.calm if calm.page_sec >= 0.1]
    return "\n".join([
        f"{name}: {storm.counts['answered']} triggers in {storm.counts['msec'] / 1000:.0f} s; {storm.counts['cut']} cut off, {len(storm.refused)} refused, "
        f"{storm.counts['slow-ended']} slow connections ended; {peak.rss_kb / 1024:.1f} MB with files", *late,
        "| storm | triggers/s | own memory | descriptors | disk | others' alarms | first page: median, at most "
        "| of which processor, disk | at the slow gateway: median, at most |",
        f"| {name} | {rate(storm):,.0f} | {peak.anon_kb / 1024:.1f} MB | {peak.files:,} | {peak.disk / 1e6:.0f} MB | {len(storm.calm)} "
        f"| {paged[len(paged) // 2]:.0f}, {paged[-1]:.0f} ms | {1000 * worst.processor_sec:.0f}, 2 x {1000 * worst.disk_sec:.0f} ms "
        f"| {in_time(slow[len(slow) // 2])}, {in_time(slow[-1])} |"])
