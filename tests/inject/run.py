#!/usr/bin/python3
"""Fails every allocation and every system call of the daemon once, in turn, and looks that nothing promised is lost.

    run.py [--every K] [--jobs N] [--keep DIRECTORY]      all of them, or each Kth from a random offset
    run.py alloc:123 call:45:0                            these again

Each is one run of a short scenario: start, triggers over TCP and the local socket, a page by SMS, an answer by its link, a reload, a
close, the end. Then it must hold: either the daemon went on, and ends well; or it ended by itself, with a line that says why and never
by a wild pointer. Started again without the fault it has whatever a 2xx promised, and pages it; and what a 503 said it had done, once
it said that it was whole. What nobody answered is paged for, before and after; what somebody did, no more.

Threads make the count of calls a race: call:N may meet another call the next time. So what went wrong once counts; on a busy machine, where a run
may be too late for itself, --patience helps."""

import argparse
import collections
import contextlib
import http.client
import multiprocessing
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

from harness.config import ANNA, Config              # noqa: E402
from harness.daemon import Beredd                    # noqa: E402
from harness.elks import SmsGateway                  # noqa: E402
from harness.ports import free_port    # noqa: E402
from harness.waiting import eventually    # noqa: E402

LADDER = "step = 0s primary sms\nrepeat = 1s"
MEMORY = pathlib.Path("/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp")
PATIENCE = 30            # seconds, for any one thing: a machine may be busy, and a disk that failed comes back within seconds
REASON = re.compile(r"<[0-3]>\S|Assertion .* failed")      # a warning, as of a journal that is not there, stands in every run
LEISURELY = re.compile(r"<[5-7]>")


class Ended(Exception):
    """The daemon is gone."""


class Wrong(Exception):
    """What must hold does not."""


class Rig:
    """A place for one run after the other: a configuration, a gateway, and the ledger of what was promised."""

    patience = PATIENCE

    def __init__(self, directory, shim):
        self.directory, self.shim = pathlib.Path(directory), shim
        self.gateway = SmsGateway(free_port()).start()
        self.port = free_port()
        self.log = self.directory / "inject.log"
        self.beredd = None

    def fresh(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        (self.directory / "etc").mkdir(parents=True)
        (self.directory / "state").mkdir()
        self.gateway.taken.clear()
        self.gateway.attempts.clear()
        config = Config(self.directory / "etc", self.port, self.gateway.port, free_port())
        config.outbox(("email",))
        config.ladder(LADDER)
        self.beredd = Beredd(config)
        self.beredd.patience = 4         # a caller whose connection is dead tries again
        self.promised, self.acknowledged, self.closed = {}, set(), set()
        self.triggered, self.tried = [], set()       # summaries; tried: somebody began to answer or to close it
        self.whole = 0                   # so many of the triggered stood in the log when it said that it was whole

    # ---- asking a daemon that may end at any moment

    def alive(self):
        if self.beredd.process.poll() is not None:
            raise Ended
        return True

    def wait(self, predicate, what):
        def look():
            self.alive()
            return predicate()
        try:
            return eventually(look, deadline=self.patience, what=what)
        except AssertionError as late:
            raise Wrong(str(late)) from late

    def ask(self, function):
        """The first whole answer. A connection may break, once or twice; a caller tries again."""
        def attempt():
            with contextlib.suppress(OSError, http.client.HTTPException):
                return function()
            return None
        return self.wait(attempt, "an answer")

    def trigger(self, summary, local):
        def post():
            body = {"summary": summary}
            self.triggered += [] if summary in self.triggered else [summary]
            return self.beredd.post("/v1/incidents", body) if local else self.beredd.post("/v1/incidents", body, token="token-of-rtj")
        answer = self.ask(post)
        if answer.status in (200, 201):
            self.promised[summary] = answer.json["id"]
            return answer.json["id"]
        if answer.status != 503:
            raise Wrong(f"a trigger was answered {answer}")
        return re.search(r"20\d\d-D?\d+", answer.text).group(0) if re.search(r"20\d\d-D?\d+", answer.text) else None

    def pages(self, summary):
        """Not notices, which name the alarm too."""
        return [sms for sms in self.gateway.to(ANNA, summary) if sms.text.startswith("LARM TIB ")]

    def page_of(self, summary, after=0):
        return self.wait(lambda: self.pages(summary)[after:], f"page {after + 1} of {summary!r}")[-1]

    def is_whole(self):
        triggered = len(self.triggered)
        if self.ask(lambda: self.beredd.request("GET", "/readyz", local=True)).status != 200:
            return False
        self.whole = triggered
        return True

    def answer_by_link(self, sms, summary):
        path = sms.link.split(str(self.port), 1)[1]
        self.tried.add(summary)
        shown = self.ask(lambda: self.beredd.request("GET", path))
        if shown.status not in (200, 503):
            raise Wrong(f"the link showed {shown}")
        answer = self.ask(lambda: self.beredd.form(path, answer="yes"))
        if answer.status not in (200, 503):
            raise Wrong(f"an answer by the link got {answer}")
        if answer.status == 200 and "inte sparat" not in answer.text:
            self.acknowledged.add(summary)

    def close(self, ident, summary):
        self.tried.add(summary)
        answer = self.ask(lambda: self.beredd.post(f"/v1/incidents/{ident}/close", {"reason": "släckt"}))
        if answer.status == 200:
            self.closed.add(summary)
        elif answer.status == 409:          # the answer to the first try was lost
            self.closed.add(summary)
        elif answer.status not in (404, 503):
            raise Wrong(f"closing was answered {answer}")

    # ---- the scenario

    def scenario(self):
        self.wait(lambda: self.ask(lambda: self.beredd.request("GET", "/healthz", local=True)).status == 200, "that it is up")
        fire = self.trigger("Brand i skola", local=False)
        self.trigger("Gasutsläpp", local=True)
        sms = self.page_of("Brand i skola")
        self.page_of("Gasutsläpp")
        self.answer_by_link(sms, "Brand i skola")
        self.beredd.process.send_signal(signal.SIGHUP)
        self.ask(lambda: self.beredd.get("/v1/incidents"))
        if fire:
            self.close(fire, "Brand i skola")
        gas = len(self.pages("Gasutsläpp"))
        self.trigger("Översvämning", local=False)       # whatever failed has failed by now, or will in the end
        self.page_of("Översvämning")
        self.page_of("Gasutsläpp", after=gas)           # nobody has answered it
        self.wait(self.is_whole, "that it is whole again")

    def start(self, order):
        self.beredd.environment = {"LD_PRELOAD": str(self.shim), "INJECT": order, "INJECT_LOG": str(self.log)} if order else {}
        self.beredd.start(ready=False)

    def end(self):
        """Ends it as the service manager does. How it ended: None, or the exit code of one that ended by itself before."""
        process = self.beredd.process
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            return process.wait(self.patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Wrong("it did not end when told to") from None

    def judge_end(self, code, by_itself):
        self.beredd.process = None
        text = self.beredd.stderr()
        if code < 0 and code != -signal.SIGABRT:
            raise Wrong(f"it ended by {signal.Signals(-code).name}")
        if by_itself and code == 0:
            raise Wrong("it ended by itself, and said that all was well")
        if not by_itself and code not in (0, 1, -signal.SIGABRT):
            raise Wrong(f"it ended with {code}")
        if code != 0 and not REASON.search(text):
            raise Wrong(f"it ended with {code}, and nothing says why")

    def check_incident(self, incident, paged):
        """As it is after the start, and `paged` so often before it."""
        summary, callout = incident["summary"], incident["callouts"][-1]
        if summary in self.acknowledged and callout["acknowledged_by"] != "anna.berg":
            raise Wrong(f"the answer to {summary!r} was saved, and is not there: {callout['state']}")
        if summary in self.closed and incident["state"] != "closed":
            raise Wrong(f"{summary!r} was closed, and is {incident['state']}")
        if summary not in self.tried and (callout["state"], incident["state"]) != ("paging", "open"):
            raise Wrong(f"nobody has answered {summary!r}, and it is {incident['state']}, {callout['state']}")
        if callout["state"] == "paging":
            self.page_of(summary, after=paged)
        elif not self.pages(summary):
            raise Wrong(f"{summary!r} was never paged")

    def check_kept(self):
        """After a start without any fault: what was promised is there, is paged, and stays answered."""
        paged = {summary: len(self.pages(summary)) for summary in self.triggered}
        self.start(None)
        self.wait(lambda: self.ask(lambda: self.beredd.request("GET", "/readyz", local=True)).status == 200, "the start after it")
        listed = self.ask(lambda: self.beredd.get("/v1/incidents?state=all")).json["incidents"]
        incidents = {incident["id"]: self.beredd.incident(incident["id"]) for incident in listed}
        found = [incident["summary"] for incident in incidents.values()]
        for summary, ident in self.promised.items():
            if incidents.get(ident, {}).get("summary") != summary:
                raise Wrong(f"{summary!r} was promised as {ident}, which is {incidents.get(ident, {}).get('summary')!r}")
        for summary in self.triggered:
            if found.count(summary) > 1 or (found.count(summary) == 0 and summary in self.triggered[:self.whole]):
                raise Wrong(f"{summary!r} was triggered, and is there {found.count(summary)} times")
        for incident in incidents.values():
            self.check_incident(incident, paged[incident["summary"]])
        for summary in self.acknowledged | self.closed:
            if len(self.pages(summary)) > paged[summary]:
                raise Wrong(f"{summary!r} was answered, and is paged after the start")
        verdict = self.ask(lambda: self.beredd.get("/v1/verify"))
        if verdict.status != 200 or not verdict.json["whole"]:
            raise Wrong(f"the log is not whole: {verdict}")
        code = self.end()
        self.beredd.process = None
        if code != 0:
            raise Wrong(f"without a fault it ended with {code}")

    def run(self, order):
        """(what became of it, what failed). Raises Wrong."""
        self.fresh()
        outcome = "went on"
        try:
            self.start(order)
            try:
                self.scenario()
            except Ended:
                outcome = "ended"
            code = self.end()
            if outcome == "went on" and code != 0:
                outcome = "ended at the end"
            self.judge_end(code, outcome == "ended")
            failed = self.what_failed()
            self.check_kept()
            return outcome, failed
        finally:
            self.beredd.give_up()

    def what_failed(self):
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        found = re.search(r"^failed .*", text, re.M)
        return found.group(0) if found else "nothing was met"

    def stop(self):
        self.gateway.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


# ---- all of them

def build_shim(directory):
    shim = pathlib.Path(directory) / "inject.so"
    subprocess.run(["cc", "-std=gnu11", "-shared", "-fPIC", "-O1", "-ftls-model=initial-exec", "-o", str(shim), str(HERE / "shim.c"),
                    "-ldl", "-lpthread"], check=True)
    return shim


def orders_of(rig):
    """Every fault of a run in which nothing fails."""
    rig.run("count")
    text = rig.log.read_text(errors="replace")
    allocs = int(re.search(r"^allocs (\d+)", text, re.M).group(1))
    calls = [(int(number), int(variants)) for number, variants in re.findall(r"^call (\d+) (\d+) ", text, re.M)]
    return [f"alloc:{n}" for n in range(1, allocs + 1)] + [f"call:{n}:{variant}" for n, variants in calls for variant in range(variants)]


def work(orders, results, directory, shim, keep):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    rig = Rig(directory, shim)
    for order in iter(orders.get, None):
        begun = time.monotonic()
        try:
            outcome, failed = rig.run(order)
            results.put((order, outcome, failed, None, time.monotonic() - begun))
        except Exception as wrong:          # whatever it is, it is this order's
            text = f"{type(wrong).__name__}: {wrong}"
            if keep:
                shutil.copytree(rig.directory, pathlib.Path(keep) / order.replace(":", "-"), dirs_exist_ok=True,
                                ignore=shutil.ignore_patterns("*.sock", "notify"))
            details = rig.log.read_text(errors="replace") if rig.log.exists() else ""
            details = "\n".join(line for line in details.splitlines() if not line.startswith("call "))
            stderr = rig.beredd.stderr() if rig.beredd else ""
            said = "\n".join(line for line in stderr.splitlines() if not LEISURELY.match(line))
            results.put((order, "wrong", rig.what_failed(), f"{text}\n{details}\n{said}", time.monotonic() - begun))
    rig.stop()


def run_all(orders, jobs, base, shim, keep):
    """How many went wrong. Prints as it goes."""
    todo, results = multiprocessing.Queue(), multiprocessing.Queue()
    for order in [*orders, *[None] * jobs]:
        todo.put(order)
    workers = [multiprocessing.Process(target=work, args=(todo, results, base / str(n), shim, keep)) for n in range(jobs)]
    for worker in workers:
        worker.start()
    outcomes, begun, told = collections.Counter(), time.monotonic(), time.monotonic()
    for done in range(1, len(orders) + 1):
        order, outcome, failed, wrong, _seconds = results.get()
        outcomes["not met" if failed == "nothing was met" and not wrong else outcome] += 1
        if wrong:
            print(f"WRONG {order}: {failed}\n{wrong}\nagain: {sys.argv[0]} {order}\n", flush=True)
        elif len(orders) <= 20:
            print(f"{order}: {outcome}: {failed}")
        if time.monotonic() - told > 10:
            told = time.monotonic()
            print(f"... {done} of {len(orders)}, {told - begun:.0f} s: {dict(outcomes)}", flush=True)
    for worker in workers:
        worker.join()
    print(f"{len(orders)} faults in {time.monotonic() - begun:.0f} s: " + ", ".join(f"{n} {what}" for what, n in sorted(outcomes.items())))
    return outcomes["wrong"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("orders", nargs="*")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--offset", type=int)
    parser.add_argument("--only", default="", help="alloc or call")
    parser.add_argument("--jobs", type=int, default=2 * os.cpu_count(), help="they wait for a second most of the time")
    parser.add_argument("--keep")
    parser.add_argument("--patience", type=int, default=PATIENCE, help="seconds, for any one thing; more on a busy machine")
    chosen = parser.parse_args()
    Rig.patience = chosen.patience
    base = MEMORY / f"beredd-inject-{os.getpid()}"
    base.mkdir()
    try:
        shim = build_shim(base)
        orders = chosen.orders
        if not orders:
            rig = Rig(base / "count", shim)
            orders = [order for order in orders_of(rig) if order.startswith(chosen.only)]
            rig.stop()
            offset = random.randrange(chosen.every) if chosen.offset is None else chosen.offset
            print(f"{len(orders)} faults; each {chosen.every}th from {offset}: --every {chosen.every} --offset {offset}", flush=True)
            orders = orders[offset::chosen.every]
        return 1 if run_all(orders, min(chosen.jobs, len(orders)), base, shim, chosen.keep) else 0
    finally:
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
