"""The journal, read back with journalctl from journald itself: one entry for each record, its fields, its priority, and no secrets."""

import json
import re
import shutil
import subprocess

import pytest

from harness.config import ANNA, FAST_LADDER
from harness.daemon import TOP
from harness.waiting import eventually

IDS = dict(re.findall(r'X\("([a-z-]+)",\s*"([0-9a-f]{32})"\)', (TOP / "src" / "message_ids.h").read_text()))


@pytest.fixture(name="journalled")
def journalled_fixture(stopped, journald):
    stopped.prefix = journald.prefix()
    stopped.config.ladder(FAST_LADDER)
    return stopped.start()


@pytest.fixture(name="journalled_on_a_faulty_disk")
def journalled_on_a_faulty_disk_fixture(stopped, journald, faulty_disk):
    stopped.prefix = journald.prefix()
    return stopped.start(), faulty_disk


def said(journald):
    """All that the daemon said there. Six digits are soon found in times and hashes, and those that the journal adds are not its own."""
    return json.dumps([{key: value for key, value in entry.items() if not key.startswith("_") and key != "BEREDD_LOG_HEAD"}
                       for entry in journald.entries()], ensure_ascii=False)


def test_every_step_stands_in_the_journal(journalled, journald, sms_gateway):
    beredd = journalled
    ident = beredd.trigger("Brand i skola, Tumba", callback="08-123 45 67")
    sms = sms_gateway.wait_for(ANNA)[0]
    sms_gateway.receipt(beredd, sms, "delivered")
    eventually(lambda: beredd.callout(ident)["round"] >= 1)
    sms_gateway.reply(beredd, ANNA, f"JA {sms.code}")
    eventually(lambda: beredd.callout(ident)["state"] == "acknowledged")
    beredd.post(f"/v1/incidents/{ident}/close", {"reason": "släckt"})

    def both():     # the journal comes after the log, and notices go on after the closing
        known, found = beredd.timeline(ident), journald.entries(f"BEREDD_INCIDENT={ident}")
        return [entry["BEREDD_EVENT"] for entry in found] == [entry["event"] for entry in known] and (known, found)
    timeline, entries = eventually(both, what="that the journal holds the timeline")

    for entry, known in zip(entries, timeline):
        assert entry["MESSAGE_ID"] == IDS[entry["BEREDD_EVENT"]] and entry["SYSLOG_IDENTIFIER"] == "beredd"
        assert entry["BEREDD_DRILL"] == "0" and entry["MESSAGE"]
        for field, key in (("ROLE", "role"), ("PERSON", "person"), ("CHANNEL", "channel"), ("GATEWAY", "gateway"), ("PAGE", "page")):
            assert entry.get(f"BEREDD_{field}") == known[key], (field, entry, known)
    opened = entries[0]
    assert opened["BEREDD_SOURCE"] == "rtj" and "Brand i skola" in opened["MESSAGE"] and ident in opened["MESSAGE"]

    closed = entries[[entry["BEREDD_EVENT"] for entry in entries].index("closed")]
    seq, link = closed["BEREDD_LOG_HEAD"].split("-")
    assert int(seq) >= int(closed["BEREDD_SEQ"]) and re.fullmatch("[0-9a-f]{64}", link)
    everything = said(journald)
    token = sms.link.rsplit("/", 1)[1]
    for secret in (token, sms.code, "p-elks", "token-of-rtj", "hook-secret", ANNA, ANNA[1:]):
        assert secret not in everything, secret
    assert "605" in everything, "a number is masked but for its last three digits"


def test_priorities(journalled, journald, sms_gateway):
    beredd = journalled
    sms_gateway.behave("error")
    ident = beredd.trigger()
    eventually(lambda: beredd.timeline(ident, "page-failed"))
    failed = eventually(lambda: journald.entries(f"BEREDD_INCIDENT={ident}", "BEREDD_EVENT=page-failed"))
    assert {entry["PRIORITY"] for entry in failed} == {"4"}
    code = beredd.ctl("show", ident).stdout and sms_gateway.tried(ANNA)[0]["message"].split("JA ")[1][:6]
    everything = said(journald) + json.dumps(beredd.timeline(ident), ensure_ascii=False)
    assert ANNA not in everything and code not in everything and "/a/" not in everything, "not even in what the gateway said"


def test_degraded_is_critical(journalled_on_a_faulty_disk, journald, sms_gateway):
    """And the entries go to the journal all the same: it is the copy that is left."""
    beredd, disk = journalled_on_a_faulty_disk
    disk.be("eio")
    assert beredd.post("/v1/incidents", {"summary": "Utan disk"}, token="token-of-rtj").status == 503
    sms_gateway.wait_for(ANNA)
    entry = eventually(lambda: journald.entries("BEREDD_EVENT=degraded"))[0]
    assert entry["PRIORITY"] == "2" and entry["MESSAGE_ID"] == IDS["degraded"]
    assert eventually(lambda: journald.entries("BEREDD_EVENT=opened"))[0]["PRIORITY"]
    disk.be("ok")
    assert eventually(lambda: journald.entries("BEREDD_EVENT=restored"))[0]["MESSAGE_ID"] == IDS["restored"]


def test_step_with_nobody_is_an_error(stopped, journald):
    stopped.prefix = journald.prefix()
    stopped.config.files["rosters/TIB.ini"] = ("[roster]\nrole = TIB\ntitle = TIB\n[shifts]\nshift = 2020-01-01 00:00 / 2020-01-02 00:00 anna.berg\n"
                                               "[ladder]\nstep = 0m primary sms\nstep = 10m group:krisledning sms\nrepeat = 10m\n")
    beredd = stopped.start()
    ident = beredd.trigger()
    entry, = eventually(lambda: journald.entries(f"BEREDD_INCIDENT={ident}", "BEREDD_EVENT=step-skipped"))
    assert entry["PRIORITY"] == "3"


def test_drill_is_marked(journalled, journald):
    ident = journalled.trigger("Prov", token="token-of-monitor", drill=True)
    entries = eventually(lambda: journald.entries(f"BEREDD_INCIDENT={ident}"))
    assert {entry["BEREDD_DRILL"] for entry in entries} == {"1"}


def test_reload_stands_in_the_journal(journalled, journald):
    journalled.reload()
    assert eventually(lambda: journald.entries("BEREDD_EVENT=reloaded"))[0]["MESSAGE_ID"] == IDS["reloaded"]
    journalled.config.change("beredd.ini", "language = sv", "language = xx")
    journalled.reload_refused()
    assert eventually(lambda: journald.entries("BEREDD_EVENT=reload-refused"))[0]["MESSAGE_ID"] == IDS["reload-refused"]


def test_journal_that_hangs_stops_nothing(journalled, journald, sms_gateway):
    """P12: sd_journal_send blocks when journald does; it has a thread of its own."""
    journald.pause()
    try:
        for n in range(40):
            journalled.trigger(f"Larm {n}.")
            sms_gateway.wait_for(ANNA, containing=f"Larm {n}.")
    finally:
        journald.go_on()
    eventually(lambda: any("Larm 39." in entry["MESSAGE"] for entry in journald.entries("BEREDD_EVENT=opened")), what="the last one")


def test_start_without_a_journal_says_so(stopped, journald):
    """A /run with nothing in it: sd_journal_send would lose everything and say nothing."""
    journald.process.kill()
    journald.process.wait()
    subprocess.run([*journald.prefix(), "rm", "-rf", "/run/systemd"], check=True)
    stopped.prefix = journald.prefix()
    beredd = stopped.start()
    beredd.trigger("Utan journal")
    beredd.wait_for_word("journal")


def test_catalog_explains_an_entry(journalled, journald, tmp_path):
    """What an administrator types: journalctl -x."""
    for directory in ("var/lib/systemd/catalog", "usr/lib/systemd/catalog"):
        (tmp_path / "root" / directory).mkdir(parents=True)
    shutil.copy(TOP / "systemd" / "beredd.catalog", tmp_path / "root" / "usr/lib/systemd/catalog")
    subprocess.run(["journalctl", "--update-catalog", f"--root={tmp_path / 'root'}"], check=True, capture_output=True)
    journalled.trigger()
    entry, = eventually(lambda: journald.entries("BEREDD_EVENT=opened"))
    out = subprocess.run(["journalctl", f"--root={tmp_path / 'root'}", "--dump-catalog", entry["MESSAGE_ID"]], capture_output=True, text=True, check=True)
    assert "Subject:" in out.stdout
