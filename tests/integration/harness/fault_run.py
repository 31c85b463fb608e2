"""One row of the fault matrix, and all of them: a daemon, a first gateway with a fault on the way to it, a second one, and others who must not
be late."""

import concurrent.futures
import contextlib
import dataclasses
import threading
import time

from . import faults_smtp
from .config import ANNA, BO, CIA, DRIFT, Config
from .daemon import Beredd, is_sanitized
from .fault_proxy import Proxy, relay_http
from .fault_rig import TIMEOUT
from .fault_rows import Row
from .provider import Twilio
from .waiting import eventually

MARGIN = 0.1                             # s: what may be added to the timeout
PROMPT = 0.8 if is_sanitized() else 0.5  # s: a fault that shows at once, and all that nothing is wrong with; a sanitizer takes its time
MACHINE_LATE = 0.01                      # s: more than this, and a row that was late is measured again
MACHINE_LOST = TIMEOUT / 4               # s: and more than this, one that went wrong, for then a gateway that is well may be given up
TRIES = 5
MAIL = {ANNA: "anna.berg@example.se", BO: "bo.ek@example.se", CIA: "cia.lund@example.se", DRIFT: "drift@example.se"}


ROUTES = {                               # of a first gateway's kind: its channel, the second's kind, and that of the gateway of another channel
    "46elks": ("sms", "twilio", "smtp"),
    "twilio": ("sms", "46elks", "smtp"),
    "kannel": ("sms", "46elks", "smtp"),
    "smtp": ("email", "smtp", "46elks"),
    "46elks-calls": ("voice", "twilio-calls", "smtp"),
    "twilio-calls": ("voice", "46elks-calls", "smtp"),
}


@dataclasses.dataclass
class Result:
    row: Row
    wrong: list = dataclasses.field(default_factory=list)          # what must not be
    late: list = dataclasses.field(default_factory=list)
    by: str = ""                         # which gateway got the pages in the end
    second_sec: float = 0.0              # from the first attempt's first byte to the second's, the later of two people
    others_sec: float = 0.0              # from the trigger to the page of somebody else: the later of two
    machine_sec: float = 0.0             # how late the machine was meanwhile
    reason: str = ""
    tries: int = 1

    def line(self):
        second = f"{1000 * self.second_sec:5.0f} ms" if not self.row.taken else "       -"
        return f"{str(self.row):50} {self.by:7} {second}  {1000 * self.others_sec:5.0f} ms  {1000 * self.machine_sec:4.0f} ms  {self.reason[:90]}"


class Run:
    """One row, once. Anna and Bo are to be paged by the first gateway, and go round together; Cia, by the same alarm, through another
    channel's; a test goes to Drift through the second gateway at the same moment."""

    def __init__(self, rig, row, directory):
        self.rig, self.row, self.result = rig, row, Result(row)
        directory.mkdir(parents=True)
        (directory / "etc").mkdir()
        (directory / "state").mkdir()
        self.channel, self.second_kind, self.other_kind = ROUTES[row.kind]
        self.another = "sms" if self.channel == "email" else "email"
        self.first = Proxy(rig.upstream(row.kind, row.server), row.fault, row.listening)
        self.second, self.other = self.clean(self.second_kind), self.clean(self.other_kind)
        self.elsewhere, self.hooks = Proxy(0), Proxy(0, row.hooks or relay_http, "yes" if row.hooks else "refused")
        self.first.elsewhere, self.first.hooks = self.elsewhere.port, self.hooks
        self.first.local = self.hooks.local = str(directory / "run" / "beredd.sock")
        self.proxies = [self.first, self.second, self.other, self.elsewhere, self.hooks]
        self.beredd = Beredd(self.config(directory / "etc"))
        if row.host != "127.0.0.1":
            self.beredd.prefix = rig.names.prefix

    def clean(self, kind):
        return Proxy(self.rig.upstream(kind), faults_smtp.Relay() if kind == "smtp" else relay_http)

    def config(self, directory):
        """It is asked over its local socket, and what it says on TCP is nobody's: ports of that many daemons get in each other's way."""
        config, rig = Config(directory, 0, 1, 1), self.rig
        config.change("beredd.ini", "sms = elks\nemail = mail\n", f"{self.channel} = first, second\n{self.another} = other\n")
        config.change("beredd.ini", "public-url = http://127.0.0.1:0", f"public-url = http://127.0.0.1:{self.hooks.port}")
        config.change("beredd.ini", "admins = group:drift\nadmin-channels = email\n", "")
        del config.files["gateways/elks.ini"], config.files["gateways/mail.ini"]
        config.files |= {"gateways/first.ini": rig.section("first", self.row.kind, self.first.port, self.row),
                         "gateways/second.ini": rig.section("second", self.second_kind, self.second.port),
                         "gateways/other.ini": rig.section("other", self.other_kind, self.other.port)}
        return config.ladder(f"step = 0s person:cia.lund {self.another}\nstep = 0s everyone {self.channel}\nrepeat = 10m")

    def contact(self, number, gateway_kind):
        return MAIL[number] if gateway_kind == "smtp" else number

    def measured(self):
        with contextlib.ExitStack() as ending:
            for proxy in self.proxies:
                ending.callback(proxy.start().stop)
            ending.callback(self.beredd.give_up)
            self.beredd.start()
            self.page()
            self.beredd.stop()
        return self.result

    # ---- the alarm

    def waited_sec(self):
        """How long the daemon has waited for a processor."""
        with open(f"/proc/{self.beredd.process.pid}/schedstat", encoding="ascii") as stat:
            return int(stat.read().split()[1]) / 1e9

    def page(self):
        since, waited_sec = time.monotonic(), self.waited_sec()
        test = threading.Thread(target=lambda: self.beredd.post("/v1/gateways/second/test", {"person": "drift", "channel": self.channel}))
        test.start()
        ident = self.beredd.trigger(token=None)
        sent = eventually(lambda: self.sent(ident), what=f"{self.row}: both are paged")
        test.join()
        self.result.machine_sec = max(self.rig.heartbeat.worst(since), self.waited_sec() - waited_sec)
        self.judge(ident, since, sent)

    def pages(self, ident, event):
        return [entry for entry in self.beredd.timeline(ident, event) if entry["person"] in ("anna.berg", "bo.ek")]

    def sent(self, ident):
        if not (self.row.taken and self.row.scheme) and not all(self.ends_with(number) for number in (ANNA, BO)):
            return None
        if not self.other.to(self.contact(CIA, self.other_kind)) or not self.second.to(self.contact(DRIFT, self.second_kind)):
            return None
        if self.row.hooks and self.hooks.played < 2:
            return None
        if self.row.played and (self.first.played < 2 or self.is_waiting()):
            return None
        time.sleep(0.02)                 # between questions: the machine has better things to do
        by = self.row.receipts and self.row.taken and "page-delivered" or "page-sent"
        latest = {page["person"]: page["gateway"] for page in self.pages(ident, by)}
        return latest if len(latest) == 2 and (not (self.row.receipts or self.row.played) or set(latest.values()) == {self.row.expected}) else None

    def ends_with(self, number):
        """The attempts to page that person by whoever is to have the pages in the end."""
        taker, kind = {"first": (self.first, self.row.kind), "second": (self.second, self.second_kind),
                       "other": (self.other, self.other_kind)}[self.row.expected]
        return taker.to(self.contact(number, kind))

    def is_waiting(self):
        """Whether the first gateway's answer is still waited for, by whomever."""
        time.sleep(0.02)
        return [gateway for gateway in self.beredd.get("/v1/gateways").json["gateways"] if gateway["name"] == "first"][0]["in_flight"] > 0

    def judge(self, ident, since, sent):
        self.result.by = ", ".join(sorted(set(sent.values())))
        self.must(self.result.by == self.row.expected, f"the pages went out by {self.result.by}")
        self.judge_attempts({page["person"]: page["page"] for page in self.pages(ident, "page-queued") if page["channel"] == self.channel})
        self.judge_reasons(self.pages(ident, "page-failed"))
        self.judge_time(since)
        self.must(not self.elsewhere.attempts, "somebody was asked whom nobody has named")
        self.must(len(self.pages(ident, "page-delivered")) == (2 if self.row.receipts and self.row.taken else 0), "receipts are not counted once each")
        answers = self.first.answers + self.hooks.answers
        self.must(all(status in (200, 204) for _, status in answers), f"what was told was answered with {answers}")

    def judge_attempts(self, queued):
        for number, person in ((ANNA, "anna.berg"), (BO, "bo.ek")):
            contact = self.contact(number, self.row.kind)
            first, second = self.first.to(contact), self.second.to(contact)
            self.must(len(second) == (self.row.expected == "second"), f"{len(second)} pages to {person} through the second gateway")
            self.must(len(self.ends_with(number)) <= 1, f"{len(self.ends_with(number))} pages to {person} in the end")
            self.must(len(first) <= 1, f"{len(first)} attempts to page {person} through the first gateway")
            ids = {attempt.page for attempt in first + second if attempt.page}
            self.must(ids <= {queued[person]}, f"{person}: page {queued[person]} went out as {ids}")

    def judge_reasons(self, failed):
        self.result.reason = failed[0]["text"] if failed else ""
        self.must(len(failed) == (0 if self.row.taken else 2), f"{len(failed)} failed attempts stand in the timeline")
        why = [page["text"] for page in failed]
        self.must(all(page["gateway"] == "first" for page in failed), f"they failed by another gateway: {failed}")
        self.must(not self.row.unanswered or set(why) == {self.row.unanswered}, f"why they failed is told as {why}")
        self.must(not {"", "No error"} & set(why), f"why they failed is not told: {why}")
        told = " ".join(page["text"] for page in failed) + self.beredd.stderr()
        self.must(not any(secret in told for secret in ("p-elks", Twilio.TOKEN, "kannel-password", "secret-for")), "a secret is told")

    def judge_time(self, since):
        others = [self.other.to(self.contact(CIA, self.other_kind))[0].at, self.second.to(self.contact(DRIFT, self.second_kind))[0].at]
        self.result.others_sec = max(others) - since
        if self.result.others_sec - self.result.machine_sec > PROMPT:
            self.result.late.append(f"somebody else was paged after {self.result.others_sec:.3f} s")
        if self.row.taken:
            return
        began = min((attempt.at for attempt in self.first.attempts), default=others[0])   # nothing came through: when another was paged
        ends = [self.ends_with(number)[0].at for number in (ANNA, BO)]
        self.result.second_sec = max(ends) - began
        limit = TIMEOUT + MARGIN if self.row.hangs else PROMPT
        if self.result.second_sec - self.result.machine_sec > limit:
            self.result.late.append(f"the second attempt began {self.result.second_sec:.3f} s after the first")
        if self.row.hangs and self.result.second_sec + self.result.machine_sec < TIMEOUT / 2:      # a mail server's greeting takes of its time
            self.result.late.append(f"the first gateway had only {self.result.second_sec:.3f} s")

    def must(self, true, otherwise):
        if not true:
            self.result.wrong.append(otherwise)


# ---- all of them

def measure(rig, rows, at_once):
    """By row: a Result, or the exception that it ended with. What was late although how late the machine was is taken off, or went wrong on a
    machine that was lost, is measured again, alone."""
    results = {}

    def once(row, n):
        directory = rig.directory / f"{rows.index(row)}-{n}"
        try:
            return Run(rig, row, directory).measured()
        except BaseException as error:                # pylint: disable=broad-except
            return error
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        results = dict(zip(rows, pool.map(lambda row: once(row, 1), rows)))
    for row in rows:
        for n in range(2, TRIES + 1):
            result = results[row]
            if not isinstance(result, Result) or result.machine_sec < (MACHINE_LOST if result.wrong else MACHINE_LATE):
                break
            if not result.wrong and not result.late:
                break
            results[row] = once(row, n)
            if isinstance(results[row], Result):
                results[row].tries = n
    return results
