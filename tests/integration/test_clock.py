"""The daemon's clocks set while it runs (P11): no page is lost or late, and no change of duty skipped or told twice."""

import datetime
import json
import time

import pytest

from harness.clocks import local
from harness.config import ANNA, BO, CIA, SLOW_LADDER
from harness.waiting import eventually

HOUR = 3600
LATE = 10.0              # s: what a busy machine may add to a delay; what P11 is about are hours
CLIMB = "step = 0s primary sms\nstep = 1s secondary sms\nrepeat = 1s"


def moments(times):
    return [datetime.datetime.fromisoformat(entry["at"].replace("Z", "+00:00")).timestamp() for entry in times]


def sane(beredd, clocks, ident):
    """Each record is in its place and of a time that somebody's clock has shown; and nobody has lost the thread."""
    timeline = beredd.timeline(ident)
    assert [entry["seq"] for entry in timeline] == sorted(entry["seq"] for entry in timeline)
    assert all(min(clocks) - 300 < at < max(clocks) + 300 for at in moments(timeline)), (clocks, timeline)
    assert beredd.ctl("verify").returncode == 0


def quiet(beredd):
    """Before a sleep: a commit that is under way would seem to have taken as long as the sleep, and the disk to be dead."""
    eventually(lambda: not any(gateway["in_flight"] or gateway["waiting"] for gateway in beredd.get("/v1/gateways").json["gateways"]))
    beredd.get("/v1/incidents")          # waits for the commit of what it shows


def took(since):
    return time.monotonic() - since


# ---- delays

def test_steps_stretch_no_delay(stopped, sms_gateway, clocks):
    """A step each second, and between each and the next the clock goes somewhere else."""
    beredd = stopped
    beredd.config.ladder(CLIMB)
    beredd.start()
    first = time.monotonic()
    ident, walls = beredd.trigger(), [clocks.now()]
    sms_gateway.wait_for(ANNA)
    pages = [BO, ANNA, ANNA, ANNA, ANNA]
    for n, change in enumerate((5 * HOUR, -9 * HOUR, -1, 400 * 24 * HOUR, -800 * 24 * HOUR)):
        begun = time.monotonic()
        clocks.step(change)
        walls.append(clocks.now())
        sms_gateway.wait_for(pages[n], n=n + 1 if n else 1)
        assert took(begun) < 1 + LATE and took(first) > n + 0.9, f"after a step of {change} s"
    assert beredd.events(ident).count("step-begun") == 2 and beredd.events(ident).count("repeat-begun") == 4
    assert beredd.post(f"/v1/incidents/{ident}/acknowledge", {"person": "anna.berg"}).status == 200
    sane(beredd, walls, ident)


@pytest.mark.parametrize("change", [5 * HOUR, -5 * HOUR], ids=["forward", "back"])
def test_step_while_it_was_down(stopped, sms_gateway, clocks, change):
    """What remained of a delay is between nothing and the whole of it; never five hours more."""
    beredd = stopped
    beredd.config.ladder(CLIMB)
    beredd.start()
    walls = [clocks.now()]
    ident = beredd.trigger()
    eventually(lambda: "page-sent" in beredd.events(ident))
    beredd.kill()
    clocks.step(change)
    walls.append(clocks.now())
    begun = time.monotonic()
    beredd.start()
    sms_gateway.wait_for(BO)
    assert took(begun) < 1 + LATE
    sms_gateway.wait_for(ANNA, n=2)
    assert took(begun) < 2 + LATE
    sane(beredd, walls, ident)


def test_suspend(stopped, sms_gateway, clocks):
    """What fell due in the machine's sleep happens when it wakes up, once; what did not, does not."""
    beredd = stopped
    beredd.config.ladder("step = 0s primary sms\nstep = 10m secondary sms\nstep = 20m person:cia.lund sms\nrepeat = 10m")
    beredd.start()
    ident = beredd.trigger()
    sms_gateway.wait_for(ANNA)
    quiet(beredd)
    clocks.suspend(9 * 60)
    beredd.trigger("Ett annat", roles=["KIB"])           # by its page we know that the daemon has turned since it woke up
    sms_gateway.wait_for(CIA, containing="Ett annat")
    assert not sms_gateway.to(BO)
    quiet(beredd)
    clocks.suspend(60)
    sms_gateway.wait_for(BO)
    quiet(beredd)
    clocks.suspend(12 * HOUR)
    sms_gateway.wait_for(CIA, containing="Brand")
    for number in (ANNA, BO, CIA):
        quiet(beredd)
        clocks.suspend(12 * HOUR)
        eventually(lambda n=number: beredd.events(ident).count("repeat-begun") == [ANNA, BO, CIA].index(n) + 1)
        eventually(lambda n=number: len(sms_gateway.to(ANNA, "Brand")) == [ANNA, BO, CIA].index(n) + 2)
    assert beredd.events(ident).count("step-begun") == 3


# ---- changes of duty

def announce(beredd, *changes):
    """Anna, until at each of these local times the next of Bo and Anna takes over. The ladder does not matter here."""
    ends = [*changes, "2090-01-01 00:00"]
    shifts, begins = "", "2020-01-01 00:00"
    for n, end in enumerate(ends):
        shifts += f"shift = {begins} / {end} {('anna.berg', 'bo.ek')[n % 2]}\n"
        begins = end
    beredd.config.files["rosters/TIB.ini"] = (f"[roster]\nrole = TIB\nannounce = sms\n[shifts]\n{shifts}[ladder]\n{SLOW_LADDER}\n")


def told(beredd):
    log = map(json.loads, beredd.ctl("log", "--json").stdout.splitlines())
    return [entry["person"] for entry in log if entry["event"] == "duty-changed"]


def settled(beredd, sms_gateway, who):
    """An alarm now goes to whoever has the duty; all that was told before it has been told by then."""
    ident = beredd.trigger(f"Vem {time.monotonic()}")
    eventually(lambda: [entry["person"] for entry in beredd.timeline(ident, "page-queued")][:1] == [who], what=f"{who} is paged")
    quiet(beredd)
    return told(beredd)


CHANGES = {
    # name: the change of duty, what the clock says before it, and of what day (fold: the second time round)
    "spring, in the hour that is not": ("2027-03-28 02:30", "2027-03-28 01:59:59", 0),
    "spring, at the hour that is not": ("2027-03-28 02:00", "2027-03-28 01:59:59", 0),
    "autumn, in the doubled hour": ("2026-10-25 02:30", "2026-10-25 02:29:59", 0),
    "autumn, at the doubled hour's end": ("2026-10-25 03:00", "2026-10-25 02:59:59", 1),
    "leap second": ("2027-07-01 02:00", "2027-07-01 01:59:59", 0),
    "leap day": ("2028-02-29 00:00", "2028-02-28 23:59:59", 0),
    "2038": ("2038-01-19 04:15", "2038-01-19 04:14:59", 0),
    "new year": ("2027-01-01 00:00", "2026-12-31 23:59:59", 0),
}


@pytest.mark.parametrize("name", CHANGES)
def test_change_comes_once(stopped, sms_gateway, clocks, name):
    """By itself; and then the clock goes back a second over it, as a leap second does, and forward and back an hour, as who corrects summer
    time by hand does."""
    change, before, fold = CHANGES[name]
    beredd = stopped
    announce(beredd, change)
    clocks.set(local(before, fold) - HOUR)
    beredd.start()
    assert told(beredd) == ["anna.berg"]
    clocks.set(local(before, fold) + 0.6)
    sms_gateway.wait_for(BO, containing="Du är TIB nu")
    sms_gateway.wait_for(ANNA, containing="Du är inte längre TIB")
    for seconds in (-1, 1, HOUR, -HOUR, HOUR):
        clocks.step(seconds)
    assert settled(beredd, sms_gateway, "bo.ek") == ["anna.berg", "bo.ek"]
    beredd.kill()
    clocks.step(-1)
    beredd.start()
    time_of_change = local(change)
    clocks.step(2)
    assert clocks.now() > time_of_change
    assert settled(beredd, sms_gateway, "bo.ek") == ["anna.berg", "bo.ek"]
    assert len(sms_gateway.to(BO, "Du är TIB nu")) == 1 and len(sms_gateway.to(ANNA, "inte längre TIB")) == 1


@pytest.mark.parametrize("how", ["step", "suspend"])
def test_changes_that_the_clock_leaps_over(stopped, sms_gateway, clocks, how):
    """Set forward or asleep over one change, then over two: whoever has it afterwards knows, and is paged."""
    beredd = stopped
    announce(beredd, "2026-12-07 12:00", "2026-12-14 12:00", "2026-12-21 12:00")
    clocks.set(local("2026-12-07 09:00:00"))
    beredd.start()
    assert settled(beredd, sms_gateway, "anna.berg") == ["anna.berg"]
    getattr(clocks, how)(5 * HOUR)
    sms_gateway.wait_for(BO, containing="Du är TIB nu")
    assert settled(beredd, sms_gateway, "bo.ek") == ["anna.berg", "bo.ek"]
    getattr(clocks, how)(14 * 24 * HOUR)
    assert settled(beredd, sms_gateway, "bo.ek") == ["anna.berg", "bo.ek"]
    getattr(clocks, how)(-24 * HOUR * 7 if how == "step" else 0)
    assert settled(beredd, sms_gateway, "anna.berg" if how == "step" else "bo.ek")[:2] == ["anna.berg", "bo.ek"]


# ---- dates

def test_2038(stopped, sms_gateway, clocks):
    """Over 2^31 seconds, awake, and again through a restart: ids, times, delays and answers go on."""
    beredd = stopped
    beredd.config.ladder(CLIMB)
    clocks.set(2**31 - HOUR)
    beredd.start()
    clocks.set(2**31 - 1.5)
    ident = beredd.trigger()
    assert ident == "2038-0001"
    begun = time.monotonic()
    eventually(lambda: clocks.now() > 2**31)
    sms_gateway.wait_for(BO)
    sms_gateway.wait_for(ANNA, n=2)
    assert took(begun) < 3 + LATE
    beredd.kill()
    beredd.start()
    sms_gateway.wait_for(ANNA, n=4)
    assert beredd.trigger("Ett annat") == "2038-0002"
    opened, _, *rest = moments(beredd.timeline(ident))
    assert opened < 2**31 < rest[-1] < 2**31 + 300
    sms_gateway.reply(beredd, ANNA, f"JA {sms_gateway.to(ANNA)[0].code}")
    eventually(lambda: beredd.callout(ident)["state"] == "acknowledged")
    sane(beredd, [2**31], ident)


def test_back_over_new_year(stopped, sms_gateway, clocks):
    """Numbers are a year's own, and one that was given is not given again."""
    beredd = stopped
    clocks.set(local("2026-12-31 23:58:00"))
    beredd.start()
    assert [beredd.trigger("Ett"), beredd.trigger("Två")] == ["2026-0001", "2026-0002"]
    clocks.step(240)
    assert beredd.trigger("Tre") == "2027-0001"
    clocks.step(-240)
    assert beredd.trigger("Fyra") == "2026-0003"
    beredd.kill()
    beredd.start()
    assert beredd.trigger("Fem") == "2026-0004"
    clocks.step(240)
    assert beredd.trigger("Sex") == "2027-0002"
    for text in ("Ett", "Två", "Tre", "Fyra", "Fem", "Sex"):
        sms_gateway.wait_for(ANNA, containing=text)
