"""The watch: changes of duty and gaps ahead, told once, by whatever comes between."""

import datetime
import json
import os
import signal

import pytest

from harness.clocks import local
from harness.config import ANNA, BO, SLOW_LADDER
from harness.waiting import eventually, today

ANNOUNCE = "announce = sms\nhandover = Mon 12:00\n"


def log_of(beredd, event):
    return [entry for entry in map(json.loads, beredd.ctl("log", "--json").stdout.splitlines()) if entry["event"] == event]


@pytest.fixture(name="announcing")
def announcing_fixture(stopped):
    stopped.config.ladder(SLOW_LADDER, who="anna.berg", more=ANNOUNCE)
    return stopped.start()


def hand_over(beredd, who):
    beredd.config.ladder(SLOW_LADDER, who=who, more=ANNOUNCE)


def test_both_are_told_of_a_change(announcing, sms_gateway):
    beredd = announcing
    assert eventually(lambda: log_of(beredd, "duty-changed"))[0]["person"] == "anna.berg"
    hand_over(beredd, "bo.ek")
    beredd.reload()
    on, = sms_gateway.wait_for(BO)
    off, = sms_gateway.wait_for(ANNA)
    assert on.text == "Du är TIB nu. Du avlöser Anna Berg. Botkyrka kommun. Svara inte."
    assert off.text == "Du är inte längre TIB. Bo Ek har tagit över. Botkyrka kommun. Svara inte."
    entry = log_of(beredd, "duty-changed")[-1]
    assert (entry["role"], entry["person"], entry["incident"]) == ("TIB", "bo.ek", None) and "after anna.berg" in entry["text"]


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_restart_tells_nothing_twice(announcing, sms_gateway, end):
    beredd = announcing
    hand_over(beredd, "bo.ek")
    beredd.reload()
    sms_gateway.wait_for(BO)
    sms_gateway.wait_for(ANNA)
    eventually(lambda: len(log_of(beredd, "notice-sent")) == 2)
    for _ in range(2):
        getattr(beredd, end)()
        beredd.start()
        beredd.reload()
    beredd.trigger()
    sms_gateway.wait_for(BO, containing="Brand i skola")      # what would have been told has been by now: it was queued before
    assert len(sms_gateway.to(BO)) == 2 and len(sms_gateway.to(ANNA)) == 1
    assert len(log_of(beredd, "duty-changed")) == 2


def test_change_while_it_was_down_is_told_at_the_start(announcing, sms_gateway):
    beredd = announcing
    eventually(lambda: log_of(beredd, "duty-changed"))
    beredd.stop()
    hand_over(beredd, "bo.ek")
    beredd.config.write()
    beredd.start()
    sms_gateway.wait_for(BO, containing="Du är TIB nu")
    sms_gateway.wait_for(ANNA, containing="Du är inte längre TIB")


def test_change_by_the_clock(stopped, sms_gateway, clocks):
    """A shift that ends in a second: nothing but the watch's timer tells of it."""
    stopped.config.files["rosters/TIB.ini"] = (
        f"[roster]\nrole = TIB\n{ANNOUNCE}[shifts]\nshift = 2020-01-01 00:00 / 2090-01-01 00:00 anna.berg\n"
        f"shift = 2020-01-02 00:00 / 2026-12-24 10:00 bo.ek\n[ladder]\n{SLOW_LADDER}\n")
    clocks.set(local("2026-12-24 09:00:00"))
    beredd = stopped.start()
    clocks.set(local("2026-12-24 09:59:58"))
    assert not sms_gateway.taken
    sms_gateway.wait_for(ANNA, containing="Du är TIB nu")
    sms_gateway.wait_for(BO, containing="Anna Berg har tagit över")
    assert [entry["person"] for entry in log_of(beredd, "duty-changed")] == ["bo.ek", "anna.berg"]


def test_without_announce_nobody_is_told(stopped, sms_gateway):
    stopped.config.ladder(SLOW_LADDER, who="anna.berg")
    beredd = stopped.start()
    stopped.config.ladder(SLOW_LADDER, who="bo.ek")
    beredd.reload()
    beredd.trigger()
    sms_gateway.wait_for(BO, containing="Brand")
    assert not sms_gateway.to(ANNA) and len(sms_gateway.to(BO)) == 1 and not log_of(beredd, "duty-changed")


def test_gap_is_mailed_to_its_owner_once_a_day(stopped, smtp_server):
    """The last shift ends in three days."""
    end = today() + datetime.timedelta(days=3)
    stopped.config.files["rosters/TIB.ini"] = (
        f"[roster]\nrole = TIB\ntitle = Tjänsteperson i beredskap\nowner = cia.lund\n[shifts]\nshift = 2020-01-01 00:00 / {end} 12:00 anna.berg\n"
        f"[ladder]\n{SLOW_LADDER}\n")
    beredd = stopped.start()
    mail, = smtp_server.wait_for("cia.lund@example.se")
    assert mail["Subject"].startswith("INGEN är TIB från ") and f" {end.day} " in mail["Subject"]
    assert "bereddctl roster edit TIB" in mail.get_body(("plain",)).get_content()
    eventually(lambda: log_of(beredd, "notice-sent"))
    beredd.reload()
    beredd.kill()
    beredd.start()
    beredd.reload()
    beredd.stop()
    beredd.start()
    entry, = log_of(beredd, "gap-ahead")
    assert entry["role"] == "TIB" and "nobody from" in entry["text"]
    assert len(smtp_server.to("cia.lund@example.se")) == 1


def test_gap_beyond_the_warning_is_not_told(stopped, smtp_server):
    end = today() + datetime.timedelta(days=20)
    stopped.config.files["rosters/TIB.ini"] = (
        f"[roster]\nrole = TIB\nowner = cia.lund\n[shifts]\nshift = 2020-01-01 00:00 / {end} 12:00 anna.berg\n[ladder]\n{SLOW_LADDER}\n")
    beredd = stopped.start()
    assert not log_of(beredd, "gap-ahead")
    beredd.config.change("rosters/TIB.ini", "owner = cia.lund", "owner = cia.lund\ngap-warning = 30d")
    beredd.reload()
    smtp_server.wait_for("cia.lund@example.se")


def test_gateways_that_are_down_do_not_hold_up_an_alarm(announcing, sms_gateway):
    """What tells of duty waits for its gateway as any notice does; pages go first."""
    beredd = announcing
    sms_gateway.behave("error", ANNA)
    hand_over(beredd, "bo.ek")
    beredd.reload()
    eventually(lambda: sms_gateway.tried(ANNA))
    beredd.trigger()
    sms_gateway.wait_for(BO, containing="Brand")
    os.kill(beredd.process.pid, signal.SIGHUP)
    sms_gateway.modes.clear()
    sms_gateway.wait_for(ANNA, containing="inte längre TIB")
