"""A full, dead or hanging disk does not stop paging (P12): 503 and never 2xx, from memory, and the administrators are told."""

import contextlib
import re
import sqlite3
import subprocess
import threading

import pytest

from harness.config import ANNA
from harness.waiting import eventually


def trigger_degraded(beredd, summary):
    """503, with what was done."""
    answer = beredd.post("/v1/incidents", {"summary": summary}, token="token-of-rtj")
    assert answer.status == 503 and answer.headers["Retry-After"] and answer.json["error"], answer
    return answer.json


def wait_until_degraded(beredd):
    eventually(lambda: beredd.request("GET", "/readyz").status == 503, what="degraded")
    assert beredd.request("GET", "/healthz").status == 200


@pytest.mark.parametrize("mode", ["hang", "hang-sync", "eio", "eio-sync", "enospc"])
def test_pages_without_a_disk_and_recovers(stopped, faulty_disk, sms_gateway, smtp_server, mode):
    beredd = stopped.start()
    before = beredd.trigger("Före")
    sms_gateway.wait_for(ANNA, containing="Före")
    faulty_disk.be(mode)
    body = trigger_degraded(beredd, "Medan disken är borta")
    sms = sms_gateway.wait_for(ANNA, containing="Medan disken")[0]
    wait_until_degraded(beredd)
    smtp_server.wait_for("drift@example.se")
    answer = beredd.form(sms.link.split(str(beredd.config.port), 1)[1], answer="yes")
    assert "sparat" in answer.text.lower(), "the page says that it is not yet saved"
    assert beredd.ctl("status").returncode == 1
    assert beredd.ctl("trigger", "Från terminalen").returncode == 1
    sms_gateway.wait_for(ANNA, containing="Från terminalen")

    faulty_disk.be("ok")
    eventually(lambda: beredd.request("GET", "/readyz").status == 200, what="restored")
    smtp_server.wait_for("drift@example.se", 2)
    incidents = {incident["summary"]: incident for incident in beredd.get("/v1/incidents?state=all").json["incidents"]}
    assert set(incidents) >= {"Före", "Medan disken är borta", "Från terminalen"}
    ident = incidents["Medan disken är borta"]["id"]
    assert re.fullmatch(r"20\d\d-(D\d+|\d{4,})", ident) and ident in str(body)
    assert beredd.callout(ident)["acknowledged_by"] == "anna.berg"
    after = beredd.trigger("Efteråt")
    beredd.kill()
    beredd.start()
    for known in (before, ident, after):
        assert beredd.incident(known)["state"] == "open"
    assert beredd.callout(ident)["acknowledged_by"] == "anna.berg"
    assert beredd.ctl("verify").returncode == 0


@pytest.fixture(name="small_disk")
def small_disk_fixture(config, tmp_path):
    """Where the log will be: a tmpfs of its own, of a few pages."""
    del config                      # it makes the directory
    state = tmp_path / "state"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(state)], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no mounts here: {mounted.stderr.strip()}")
    yield state
    subprocess.run(["umount", "--lazy", str(state)], check=True)


def test_full_disk(small_disk, stopped, sms_gateway):
    """A real one, filled by somebody else, and emptied again."""
    stopped.config.change("sources.ini", "[source rtj]\n", "[source rtj]\nlimit = 100000/m\n")
    beredd = stopped.start()
    ballast = small_disk / "ballast"
    with open(ballast, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    degraded = eventually(lambda: fill(beredd), what="503")
    sms_gateway.wait_for(ANNA, containing=degraded)
    ballast.unlink()
    eventually(lambda: beredd.request("GET", "/readyz").status == 200, what="restored")
    beredd.trigger("Efteråt")
    assert beredd.ctl("verify").returncode == 0


def fill(beredd, counter=iter(range(100000))):
    """The summary of the first alarm that was answered 503."""
    summary = f"Larm {next(counter)} " + "x" * 900
    answer = beredd.post("/v1/incidents", {"summary": summary, "details": "y" * 6000}, token="token-of-rtj")
    if answer.status != 503:
        assert answer.status in (200, 201)
        return None
    assert answer.json["incident"]["id"], answer
    return summary[:12]


def test_store_that_cannot_be_opened_is_degraded(stopped, sms_gateway, tmp_path):
    """A state directory that is a file: the daemon starts, says so, and pages."""
    (tmp_path / "state").rmdir()
    (tmp_path / "state").write_text("no directory")
    beredd = stopped.start()
    wait_until_degraded(beredd)
    trigger_degraded(beredd, "Utan lagring")
    sms_gateway.wait_for(ANNA, containing="Utan lagring")


def test_log_that_comes_late_joins(stopped, faulty_disk, sms_gateway):
    """Started on a dead disk that holds an open incident: new alarms are paged at once, the old one goes on when the disk is back."""
    stopped.config.ladder("step = 0s primary sms\nrepeat = 1s")
    beredd = stopped.start()
    old = beredd.trigger("Från förr")
    sms_gateway.wait_for(ANNA, containing="Från förr")
    beredd.kill()
    faulty_disk.be("eio")
    paged = len(sms_gateway.to(ANNA, "Från förr"))
    beredd.start()
    wait_until_degraded(beredd)
    trigger_degraded(beredd, "Från nu")
    new = sms_gateway.wait_for(ANNA, containing="Från nu")[0]
    faulty_disk.be("ok")
    eventually(lambda: beredd.request("GET", "/readyz").status == 200, what="restored")
    eventually(lambda: len(sms_gateway.to(ANNA, "Från förr")) > paged, what="the old one's ladder")
    known = {incident["summary"]: incident["id"] for incident in beredd.get("/v1/incidents?state=all").json["incidents"]}
    assert set(known) == {"Från förr", "Från nu"} and known["Från förr"] == old
    sms_gateway.reply(beredd, ANNA, f"JA {new.code}")
    eventually(lambda: beredd.callout(known["Från nu"])["state"] == "acknowledged")
    assert beredd.callout(old)["state"] == "paging"
    assert beredd.ctl("verify").returncode == 0
    beredd.kill()
    beredd.start()
    assert beredd.callout(known["Från nu"])["state"] == "acknowledged" and beredd.callout(old)["state"] == "paging"


def test_reads_that_hang(stopped, faulty_disk, sms_gateway):
    """Reads alone, of what nobody holds in memory: who asks hears after 2 s what memory knows, and the loop turns and pages all the while."""
    stopped.config.change("sources.ini", "[source rtj]\n", "[source rtj]\nlimit = 100000/m\n")
    beredd = stopped.start()
    first = beredd.trigger("Det första", details="x" * 6000)
    for n in range(250):                                     # more than the store's megabyte
        beredd.trigger(f"Larm {n}.", details="y" * 6000)
    faulty_disk.be("hang-read")
    answers = []
    asking = threading.Thread(target=lambda: answers.append(beredd.get(f"/v1/incidents/{first}")))
    asking.start()
    assert beredd.request("GET", "/healthz").status == 200
    asking.join()
    shown, = answers
    assert shown.status == 200 and shown.json["summary"] == "Det första" and shown.json["details"] is None and not shown.json["timeline"]
    wait_until_degraded(beredd)
    trigger_degraded(beredd, "Medan ingen läser")
    sms_gateway.wait_for(ANNA, containing="Medan ingen läser")
    faulty_disk.be("ok")
    eventually(lambda: beredd.request("GET", "/readyz").status == 200, what="restored")
    assert beredd.incident(first)["details"] == "x" * 6000


def test_disk_that_comes_and_goes(stopped, faulty_disk, sms_gateway):
    """Again and again; each alarm is paged, and all of them are in the log in the end."""
    beredd = stopped.start()
    summaries = []
    for turn, mode in enumerate(["eio-sync", "hang"]):     # each time the disk is believed later
        for state in (mode, "ok"):
            faulty_disk.be(state)
            summaries.append(f"Larm {turn} {state}.")
            status = beredd.post("/v1/incidents", {"summary": summaries[-1]}, token="token-of-rtj").status
            assert status in (201, 503)
            sms_gateway.wait_for(ANNA, containing=summaries[-1])
        eventually(lambda: beredd.request("GET", "/readyz").status == 200, what="restored")
    assert [incident["summary"] for incident in beredd.get("/v1/incidents?state=all").json["incidents"]] == summaries
    assert beredd.ctl("verify").returncode == 0
    beredd.stop()
    beredd.start()
    assert len(beredd.get("/v1/incidents").json["incidents"]) == len(summaries)


def test_newer_log_is_refused(stopped, tmp_path):
    beredd = stopped.start()
    beredd.trigger()
    beredd.stop()
    database = tmp_path / "state" / "beredd.db"
    with sqlite3.connect(database) as connection:
        version = connection.execute("pragma user_version").fetchone()[0]
        connection.execute(f"pragma user_version = {version + 1000}")
    connection.close()
    beredd.start(ready=False)
    assert beredd.process.wait(20) != 0
    assert "newer" in beredd.stderr()
    beredd.process = None
