"""How gateways are doing: what a failing one is listed as and how it comes back, and a provider's rate."""

import time

import pytest

from harness.config import ANNA, BO
from harness.provider import Provider
from harness.ports import free_port
from harness.waiting import eventually


class Timed(Provider):
    """Takes everything, and notes when."""

    def __init__(self, port):
        super().__init__(port)
        self.times = []

    def answer(self, asked):
        self.times.append(time.monotonic())
        return super().answer(asked)


@pytest.fixture(name="second")
def second_fixture():
    provider = Timed(free_port()).start()
    yield provider
    provider.stop()


def generic(name, port, more=""):
    return f"[gateway {name}]\ntype = http\npreset = generic-form\nurl = http://127.0.0.1:{port}/\nfrom = +46701740693\n{more}"


@pytest.fixture(name="two")
def two_fixture(stopped, second):
    stopped.config.files["gateways/two.ini"] = generic("two", second.port)
    stopped.config.change("beredd.ini", "sms = elks", "sms = elks, two")
    return stopped.start()


def listed(beredd, name):
    return next(gateway for gateway in beredd.get("/v1/gateways").json["gateways"] if gateway["name"] == name)


def line_of(beredd, name):
    return next(line for line in beredd.ctl("gateway", "list").stdout.splitlines() if line.startswith(name))


def test_failing_gateway_is_skipped_and_comes_back(two, second, sms_gateway):
    assert listed(two, "elks")["state"] == "untested" and "untested" in line_of(two, "elks")
    sms_gateway.behave("error")
    for n in range(1, 4):
        two.trigger(f"Larm {n}")
        second.wait_for(n)
    eventually(lambda: listed(two, "elks")["state_until"])
    elks, line = listed(two, "elks"), line_of(two, "elks")
    assert (elks["state"], elks["working"], elks["preset"]) == ("failing", False, "46elks")
    assert elks["state_reason"] == "HTTP 500: the provider has trouble" and elks["recent"] == {"attempts": 3, "failed": 3}
    assert "FAILS" in line and "http 46elks" in line and "3 of 3 (100 %)" in line and "HTTP 500" in line and "skipped" in line
    two.trigger("Larm 4")
    second.wait_for(4)
    assert len(sms_gateway.attempts) == 3
    assert listed(two, "two")["state"] == "ok" and listed(two, "two")["last_success_at"]
    sms_gateway.behave("accept")
    assert two.ctl("gateway", "test", "elks", "bo.ek").returncode == 0
    assert listed(two, "elks")["state"] == "ok"
    two.trigger("Larm 5")
    sms_gateway.wait_for(ANNA, containing="Larm 5")
    assert len(second.messages) == 4


def test_the_last_gateway_is_never_skipped(beredd, sms_gateway):
    """Where nothing else is left, a failing gateway is tried all the same."""
    sms_gateway.behave("error")
    for n in range(1, 6):
        beredd.trigger(f"Larm {n}")
        eventually(lambda n=n: any(f"Larm {n}" in fields["message"] for fields in sms_gateway.attempts))
    assert beredd.ctl("gateway", "test", "elks", "bo.ek").returncode == 1
    sms_gateway.behave("accept")
    beredd.trigger("Larm 6")
    sms_gateway.wait_for(ANNA, containing="Larm 6")
    assert not sms_gateway.to(BO)


def test_rate_is_kept_and_nothing_is_lost(stopped, second):
    """Nine at three a second: the fourth is sent a second after the first, the seventh two. A busy machine only makes it later."""
    stopped.config.files["gateways/two.ini"] = generic("two", second.port, "rate = 3/s\n")
    stopped.config.change("beredd.ini", "sms = elks", "sms = two")
    beredd = stopped.start()
    begun = time.monotonic()
    for n in range(9):
        beredd.trigger(f"Larm {n}")
    second.wait_for(9)
    assert all(at - begun > n // 3 - 0.1 for n, at in enumerate(second.times))
    assert second.times[-1] - begun < 20
    assert {asked.fields["text"].split("Larm ")[1][0] for asked in second.messages} == set("012345678")


def test_what_waits_for_a_rate_goes_in_order(stopped, sms_gateway):
    """The most urgent first, however late it came; of the same severity first pages before repeats, and then by age. One at a time, so that the
    order in which they come is that in which they were sent."""
    config = stopped.config
    config.files["gateways/elks.ini"] = config.elks_ini(more="window = 1\nrate = 5/s\n").replace("timeout = 2s", "timeout = 60s")
    config.ladder("step = 0s primary sms\nrepeat = 1h\n[ladder critical]\nstep = 0s primary sms\nrepeat = 1s")
    beredd = stopped.start()
    sms_gateway.behave("slow")
    repeated = beredd.trigger("A", token=None)
    eventually(lambda: sms_gateway.tried(ANNA), what="that the first page holds the only place")
    names = {repeated: "critical, again"}
    for name, severity, token in (("info 1", "info", "rtj"), ("info 2", "info", "rtj"), ("warning", "warning", "rtj"), ("error", "error", "monitor")):
        names[beredd.trigger(name, severity=severity, token=f"token-of-{token}")] = name
    eventually(lambda: beredd.timeline(repeated, "repeat-begun"), what="that the first is to go again")
    names[beredd.trigger("B", token="token-of-monitor")] = "critical"
    assert len(sms_gateway.attempts) == 1 and listed(beredd, "elks")["waiting"] >= 6
    sms_gateway.behave("accept")
    sms_gateway.released.set()
    order = []

    def arrived():
        """Each incident where it came first, after the page that held the place."""
        order[:] = dict.fromkeys(names[ident] for sms in sms_gateway.attempts[1:] for ident in names if ident in sms["message"])
        return len(order) == len(names)
    eventually(arrived, what="that none is lost")
    assert order == ["critical", "critical, again", "error", "warning", "info 1", "info 2"]
