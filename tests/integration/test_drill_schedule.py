"""Drills by the calendar: begun by the clock, once, over restarts; what was missed, and what is overdue, is told."""

import json

from harness.clocks import local
from harness.config import ANNA, BO, SLOW_LADDER
from harness.waiting import eventually

WEEKLY = "[drill vecka]\nwhen = Wed 10:00\nrole = TIB\nscenario = Strömavbrott, Alby\n"


def listed(beredd):
    return json.loads(beredd.ctl("--json", "drill", "list").stdout)


def schedule(beredd, name="vecka"):
    return next(entry for entry in listed(beredd)["schedules"] if entry["name"] == name)


def roster(beredd, role="TIB"):
    return next(entry for entry in beredd.get("/v1/status").json["rosters"] if entry["role"] == role)


def test_a_weekly_drill_over_a_restart_and_one_that_was_missed(stopped, sms_gateway, smtp_server, clocks):
    beredd = stopped
    beredd.config.files["beredd.ini"] += WEEKLY
    beredd.config.ladder(SLOW_LADDER, more="drill-overdue = 3d\n")
    clocks.set(local("2026-12-01 09:00:00"))
    beredd.start()
    assert schedule(beredd)["next_from"] == "2026-12-02T09:00:00.000Z" and schedule(beredd)["last"] is None
    assert "2026-12-02 10:00" in beredd.ctl("drill", "list").stdout
    clocks.set(local("2026-12-02 09:59:59"))
    page, = sms_gateway.wait_for(ANNA)
    assert page.text.startswith("ÖVNING ÖVNING ÖVNING TIB") and "Strömavbrott, Alby" in page.text
    eventually(lambda: "page-sent" in beredd.events(listed(beredd)["drills"][0]["id"]))
    beredd.kill()
    beredd.start()
    clocks.set(local("2026-12-02 09:59:58"))               # and once more past ten
    clocks.set(local("2026-12-02 10:00:02"))
    sms_gateway.reply(beredd, ANNA, f"JA {page.code}")
    sms_gateway.wait_for(ANNA, containing="Kvitterat")
    drill, = listed(beredd)["drills"]
    assert (drill["schedule"], drill["answered"]) == ("vecka", 1)
    assert beredd.ctl("drill", "stop", drill["id"]).returncode == 0
    last = eventually(lambda: schedule(beredd)["last"], what="what it came to")
    assert (last["id"], last["answered"], last["of"]) == (drill["id"], 1, 1)
    assert roster(beredd)["drill_succeeded_at"] == last["ended_at"] and not roster(beredd)["drill_overdue"]

    beredd.stop()
    clocks.set(local("2026-12-09 12:00:00"))
    beredd.start()
    mails = smtp_server.wait_for("drift@example.se", n=3)
    subjects = [mail["Subject"] for mail in mails]
    assert "ÖVNING vecka BLEV INTE AV" in subjects, subjects
    assert any(subject.startswith("ÖVNING SAKNAS: TIB") for subject in subjects), subjects
    assert roster(beredd)["drill_overdue"] and "OVERDUE" in beredd.ctl("status").stdout
    assert not [entry for entry in listed(beredd)["drills"] if entry["state"] != "ended"]
    assert schedule(beredd)["last"]["id"] == drill["id"] and len(sms_gateway.to(ANNA)) == 3


def test_a_surprise_is_kept_and_a_schedule_may_change(stopped, sms_gateway, clocks):
    beredd = stopped
    surprise = WEEKLY + "surprise = 2d\n"
    beredd.config.files["beredd.ini"] += surprise
    clocks.set(local("2026-12-02 09:59:59"))
    beredd.start()
    planned, = eventually(lambda: listed(beredd)["drills"], what="the moment that is drawn")
    assert planned["state"] == "planned" and planned["before"] == "2026-12-04T09:00:00.000Z"
    assert planned["starts_at"][:16].replace("T", " ") not in beredd.ctl("drill", "list").stdout
    beredd.kill()
    beredd.start()
    assert listed(beredd)["drills"] == [planned]
    beredd.config.change("beredd.ini", surprise, surprise.replace("Alby", "Tumba"))
    beredd.reload()
    anew, = eventually(lambda: [drill for drill in listed(beredd)["drills"] if drill["id"] != planned["id"]], what="the new plan")
    assert "Tumba" in anew["summary"] and len(listed(beredd)["drills"]) == 1
    beredd.config.change("beredd.ini", surprise.replace("Alby", "Tumba"), "")
    beredd.reload()
    eventually(lambda: not listed(beredd)["drills"], what="nothing planned")
    assert listed(beredd)["schedules"] == [] and not sms_gateway.to(ANNA)


def test_a_new_officer_is_tested(stopped, sms_gateway, clocks):
    beredd = stopped
    beredd.config.files["beredd.ini"] += "[drill byte]\nwhen = handover\nrole = TIB\n"
    beredd.config.ladder(SLOW_LADDER, who="anna.berg")
    beredd.config.change("rosters/TIB.ini", "[ladder]", "shift = 2026-12-02 12:00 / 2026-12-03 12:00 bo.ek\n[ladder]")
    clocks.set(local("2026-12-02 11:59:59"))
    beredd.start()
    page, = sms_gateway.wait_for(BO)
    assert page.text.startswith("ÖVNING ÖVNING ÖVNING") and not sms_gateway.to(ANNA)
    assert listed(beredd)["drills"][0]["targets"] == ["person:bo.ek"]
