"""Drills, from the command line to the telephone and back, and a real alarm in the middle of one."""

import hashlib
import json
import urllib.parse

import pytest
from harness.config import ANNA, BO, CIA
from harness.waiting import eventually


def drills(beredd):
    return {drill["id"]: drill for drill in json.loads(beredd.ctl("--json", "drill", "list").stdout)["drills"]}


def start(beredd, *arguments):
    out = beredd.ctl("--json", "drill", "start", "--yes", *arguments)
    assert out.returncode == 0, out.stderr
    return json.loads(out.stdout)["id"]


def test_a_drill_and_a_real_alarm_in_the_middle(beredd, sms_gateway, smtp_server):
    out = beredd.ctl("drill", "start", "--role", "TIB", "--scenario", "Strömavbrott, Alby", "--yes")
    assert out.returncode == 0 and "ÖVNING" in out.stdout
    ident, = drills(beredd)
    page, = sms_gateway.wait_for(ANNA)
    mail, = smtp_server.wait_for("anna.berg@example.se")
    assert page.text.startswith("ÖVNING ÖVNING ÖVNING TIB") and "Strömavbrott, Alby" in page.text and "Svara som vid skarpt larm" in page.text
    assert mail["Subject"].startswith("ÖVNING") and "Detta är en övning. Inget har hänt." in mail.get_body(("plain",)).get_content()
    web = beredd.request("GET", urllib.parse.urlsplit(page.link).path).text
    assert "ÖVNING ÖVNING ÖVNING" in web and "Detta är en övning. Inget har hänt." in web
    assert "ÖVNING" in beredd.ctl("list").stdout and "ÖVNING" in beredd.ctl("show", ident).stdout and "open" in beredd.ctl("drill", "list").stdout
    sms_gateway.reply(beredd, ANNA, f"JA {page.code}")
    assert sms_gateway.wait_for(ANNA, containing="Kvitterat")[0].text.startswith("ÖVNING")
    assert drills(beredd)[ident]["answered"] == 1

    real = beredd.trigger("Brand i skola")
    sharp, = sms_gateway.wait_for(ANNA, containing="Brand i skola")
    aborted, = sms_gateway.wait_for(ANNA, containing="AVBRUTEN")
    assert sharp.text.startswith("SKARPT LARM TIB") and "Svara inte på övningslarmet" in aborted.text
    paged, = [entry["seq"] for entry in beredd.timeline(real, "page-queued") if entry["person"] == "anna.berg" and entry["channel"] == "sms"]
    ended, = [entry["seq"] for entry in beredd.timeline(ident, "closed")]
    assert paged < ended, "what is real goes first; two requests on two connections may still arrive the other way round"
    assert beredd.incident(ident)["state"] == "closed" and real in json.dumps(beredd.timeline(ident))
    assert beredd.callout(real)["state"] == "paging" and beredd.incident(real)["drill"] is False
    assert "ÖVNING" in smtp_server.wait_for("drift@example.se")[0]["Subject"]
    refused = beredd.ctl("drill", "start", "--to", "bo.ek", "--yes")
    assert refused.returncode == 1 and "real alarm" in refused.stderr
    refused = beredd.ctl("trigger", "--role", "TIB", "--drill", "Storm")
    assert refused.returncode == 1 and "was stopped before it paged anybody" in refused.stderr and not refused.stdout


def test_waits_for_all_and_says_who_has_not(beredd, sms_gateway, smtp_server):
    ident = start(beredd, "--to", "krisledning", "--wait-for-all")
    bo, = sms_gateway.wait_for(BO)
    cia, = sms_gateway.wait_for(CIA)
    sms_gateway.reply(beredd, BO, f"JA {bo.code}")
    eventually(lambda: drills(beredd)[ident]["missing"] == ["cia.lund"])
    assert "not answered  cia.lund" in beredd.ctl("show", ident).stdout
    answered = beredd.request("GET", urllib.parse.urlsplit(bo.link).path).text
    assert "Du har tagit larmet" in answered and 'value="yes"' not in answered
    assert beredd.form(urllib.parse.urlsplit(cia.link).path, answer="no").status == 200
    eventually(lambda: beredd.incident(ident)["state"] == "closed")
    for number in (BO, CIA):
        assert sms_gateway.wait_for(number, containing="ÖVNINGEN ÄR SLUT")
    assert "2 av 2 har svarat" in smtp_server.wait_for("drift@example.se")[0]["Subject"]

    second = start(beredd, "--to", "krisledning", "--wait-for-all", "--deadline", "1s")
    eventually(lambda: drills(beredd)[second]["state"] == "ended")
    assert drills(beredd)[second]["missing"] == ["bo.ek", "cia.lund"]
    text = smtp_server.wait_for("drift@example.se", 2)[1].get_body(("plain",)).get_content()
    assert "0 av 2 har svarat" in text and "Inget svar: bo.ek, cia.lund" in text


def test_planned_over_a_crash(beredd, sms_gateway):
    kept, stopped = start(beredd, "--role", "TIB", "--within", "3s"), start(beredd, "--to", "cia.lund", "--within", "4h")
    out = beredd.ctl("drill", "list").stdout
    assert "within 4h" in out and "planned" in out and "starts_at" not in out
    listed = beredd.request("GET", "/v1/drills", token="token-of-operator").json["drills"]
    assert len(listed) >= 1 and not any("starts_at" in drill for drill in listed)
    assert beredd.request("GET", f"/v1/incidents/{stopped}", token="token-of-operator").status == 404 and stopped not in beredd.ctl("list").stdout
    assert beredd.ctl("drill", "stop", stopped).returncode == 0 and beredd.ctl("drill", "stop", stopped).returncode == 1
    beredd.kill()
    beredd.start()
    assert stopped not in drills(beredd)
    assert sms_gateway.wait_for(ANNA)[0].text.startswith("ÖVNING")
    assert drills(beredd)[kept]["state"] == "open" and beredd.trigger("Verkligt") not in (kept, stopped)


def test_nothing_of_a_dry_run_leaves(beredd, sms_gateway, smtp_server):
    ident = start(beredd, "--role", "TIB", "--dry-run", "--without", "elks")
    path = beredd.root / "state" / "drills" / f"{ident}.jsonl"
    eventually(path.exists, what="the file of the dry run")
    second = start(beredd, "--to", "krisledning", "--dry-run", "--wait-for-all")
    beredd.kill()
    beredd.start()
    assert beredd.ctl("drill", "stop").returncode == 0
    other = path.with_name(f"{second}.jsonl")
    lines = eventually(lambda: [line for line in map(json.loads, other.read_text().splitlines()) if "SLUT" in line["text"]])
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    assert all(line["drill"] and "ÖVNING" in line["text"] for line in map(json.loads, other.read_text().splitlines())) and lines
    reasons = [entry["text"] for entry in beredd.timeline(ident) if entry["event"] == "page-failed"]
    assert any("left out by the drill" in reason for reason in reasons), reasons
    real = beredd.trigger("På riktigt")
    assert sms_gateway.wait_for(ANNA)[0].text.startswith("LARM TIB"), "nobody heard of the drill: the alarm is not a sharp one"
    assert beredd.incident(real) and len(sms_gateway.attempts) == 1
    assert all("riktigt" in mail["Subject"] for mail in smtp_server.wait_for("anna.berg@example.se"))


def test_the_loss_of_a_gateway_and_of_a_person(stopped, sms_gateway, tmp_path):
    path = tmp_path / "second.jsonl"
    stopped.config.files["gateways/second.ini"] = f"[gateway second]\ntype = outbox\nfile = {path}\n"
    stopped.config.change("beredd.ini", "sms = elks", "sms = elks, second")
    stopped.config.ladder("step = 0s primary sms\nstep = 1s secondary sms\nrepeat = 10m")
    beredd = stopped.start()
    ident = start(beredd, "--role", "TIB", "--without", "elks", "--without", "anna.berg")
    eventually(lambda: path.exists() and BO in path.read_text(), what="the backup's page by the second gateway")
    assert ANNA not in path.read_text() and not sms_gateway.attempts
    eventually(lambda: any(entry["event"] == "page-sent" for entry in beredd.timeline(ident)))
    events = [(entry["event"], entry["person"], entry["gateway"], entry["text"]) for entry in beredd.timeline(ident)]
    assert ("note", "anna.berg", None, "left out by the drill") in events
    assert ("page-failed", "bo.ek", "elks", "left out by the drill") in events
    assert ("page-sent", "bo.ek", "second", None) in events
    beredd.trigger("På riktigt")
    assert sms_gateway.wait_for(ANNA, containing="På riktigt")[0].text.startswith("LARM TIB")


def test_who_may_not_is_refused_and_written_down(stopped, sms_gateway):
    secret = hashlib.sha256(b"token-of-calendar").hexdigest()
    stopped.config.files["sources.ini"] += f"[source calendar]\ntitle = Kalender\nrights = drill\ntoken-sha256 = {secret}\n"
    beredd = stopped.start()
    for path in ("/v1/drills", "/v1/drills/stop", "/v1/drills/2026-0001/stop"):
        assert beredd.request("POST", path, {"all_roles": True}, token="token-of-calendar").status == 403
    answer = beredd.request("POST", "/v1/incidents", {"summary": "Hemlig övning", "drill": True}, token="token-of-rtj")
    assert answer.status == 403 and answer.json["field"] == "drill"
    note = eventually(lambda: [line for line in beredd.ctl("log").stdout.splitlines() if "a drill was refused" in line])[0]
    assert "rtj" in note and "Hemlig övning" in note
    assert beredd.request("POST", "/v1/drills", {"all_roles": True}, token="token-of-rtj").status == 403
    assert beredd.request("POST", "/v1/drills", {"all_roles": True}, token="token-of-operator").status == 403
    assert beredd.request("POST", "/v1/drills/stop", token="token-of-operator").status == 403
    assert not drills(beredd) and not sms_gateway.attempts
    theirs = beredd.request("POST", "/v1/drills", {"to": "cia.lund"}, token="token-of-chief").json["id"]
    planned = beredd.request("POST", "/v1/drills", {"to": "cia.lund", "within_seconds": 9999}, token="token-of-chief").json["id"]
    own = beredd.request("POST", "/v1/drills", {"roles": ["TIB"]}, token="token-of-monitor")
    assert own.status == 201
    for ident in (theirs, planned):
        assert beredd.request("POST", f"/v1/drills/{ident}/stop", token="token-of-monitor").status == 404, "another's"
    assert beredd.request("POST", "/v1/drills/stop", token="token-of-monitor").status == 403
    assert drills(beredd)[theirs]["state"] == "open" and drills(beredd)[planned]["state"] == "planned"
    assert beredd.request("POST", f"/v1/drills/{own.json['id']}/stop", token="token-of-monitor").status == 200


@pytest.mark.parametrize("body, status, word", [
    ({}, 422, "whom"), ({"roles": []}, 422, "whom"), ({"roles": ["TBI"]}, 422, "TIB"), ({"to": "bo.eck"}, 422, "bo.ek"),
    ({"to": "krisledningen"}, 422, "krisledning"), ({"roles": ["TIB"], "without": ["elk"]}, 422, "elks"),
    ({"roles": ["TIB"], "within_seconds": 0}, 422, "within_seconds"), ({"roles": ["TIB"], "within_seconds": "4h"}, 400, "number"),
    ({"roles": ["TIB"], "deadline_seconds": 10 ** 9}, 422, "deadline_seconds"), ({"roles": ["TIB"], "dry": True}, 422, "dry_run"),
    ({"role": "TIB"}, 422, "roles"),
])
def test_what_makes_no_sense(beredd, sms_gateway, body, status, word):
    answer = beredd.request("POST", "/v1/drills", body, token="token-of-chief")
    assert answer.status == status and word in answer.json["error"], answer
    assert not drills(beredd) and not sms_gateway.attempts


def test_a_token_that_starts_too_many(beredd):
    for _ in range(100):
        assert beredd.request("POST", "/v1/drills", {"roles": ["KIB"], "dry_run": True}, token="token-of-monitor").status == 201
    refused = beredd.request("POST", "/v1/drills", {"roles": ["KIB"], "dry_run": True}, token="token-of-monitor")
    assert refused.status == 409 and "too many" in refused.json["error"]
    assert beredd.trigger("På riktigt") and beredd.ctl("drill", "stop").returncode == 0


def test_usage(beredd):
    assert beredd.ctl("drill", "start").returncode == 2
    assert beredd.ctl("drill", "start", "--role", "TIB", "--within", "snart").returncode == 2
    twice = beredd.ctl("drill", "start", "--to", "bo.ek", "--to", "cia.lund", "--dry-run")
    assert twice.returncode == 2 and "--to" in twice.stderr and not drills(beredd), "one of them would be left out in silence"
    for option, too_long in (("--within", "32d"), ("--deadline", "8d")):
        refused = beredd.ctl("drill", "start", "--role", "TIB", "--dry-run", option, too_long)
        assert refused.returncode == 2 and option in refused.stderr
    unknown = beredd.ctl("drill", "start", "--to", "anna.bergg", "--yes")
    assert unknown.returncode == 1 and "anna.berg" in unknown.stderr
    assert beredd.ctl("drill", "stop", "2026-0042").returncode == 1
    assert "drill" in beredd.ctl("--help").stdout and "ÖVA" in beredd.ctl("drill", "start", "--help").stdout
