"""P12 on file systems that really are full, read-only, broken or hanging, and beside a journald that has stopped reading."""

import contextlib
import pathlib
import threading

import pytest

from harness.config import ANNA, DRIFT
from harness.volume import Volume
from harness.waiting import eventually


@pytest.fixture(name="volume")
def volume_fixture(tmp_path, stopped):
    """Where the daemon keeps its log."""
    stopped.config.change("beredd.ini", "admin-channels = email", "admin-channels = sms, email")
    volume = Volume(tmp_path, tmp_path / "state")
    reason = volume.missing()
    try:
        if reason:
            pytest.skip(reason)
        yield volume
    finally:
        if volume.thaw_by:
            volume.thaw()
        stopped.give_up_process()
        volume.close()


def ready(beredd):
    return beredd.request("GET", "/readyz").status == 200


def administrators_told(sms_gateway, smtp_server, n):
    """By every channel, n times in all."""
    sms_gateway.wait_for(DRIFT, n)
    smtp_server.wait_for("drift@example.se", n)


def until_degraded(beredd, sms_gateway, details=""):
    """Triggers until one is answered 503. Its summary and id. Those before it were promised."""
    promised = []
    for n in range(200):
        summary = f"Larm {n}."
        answer = beredd.post("/v1/incidents", {"summary": summary, "details": details}, token="token-of-rtj")
        if answer.status == 503:
            assert answer.headers["Retry-After"] and answer.json["error"] and answer.json["incident"], answer
            sms_gateway.wait_for(ANNA, containing=summary)
            return promised, summary, answer.json["incident"]["id"]
        assert answer.status in (200, 201), answer
        promised.append(answer.json["id"])
    raise AssertionError("it never said 503")


def works_from_memory(beredd, sms_gateway, smtp_server, summary):
    """While the disk is away: an answer by the link is taken, and everybody is told how it stands."""
    administrators_told(sms_gateway, smtp_server, 1)
    assert not ready(beredd) and beredd.request("GET", "/healthz").status == 200
    status = beredd.get("/v1/status").json
    assert status["degraded"] and status["store"]["reason"], status
    assert beredd.ctl("status").returncode == 1
    sms = sms_gateway.to(ANNA, summary)[0]
    answer = beredd.form(sms.link.split(str(beredd.config.port), 1)[1], answer="yes")
    assert answer.status == 503 and "inte sparat" in answer.text


def whole_again(beredd, sms_gateway, smtp_server, ident):
    eventually(lambda: ready(beredd), what="restored")
    administrators_told(sms_gateway, smtp_server, 2)
    assert not beredd.get("/v1/status").json["degraded"]
    assert beredd.callout(ident)["acknowledged_by"] == "anna.berg"
    assert beredd.ctl("verify").returncode == 0


def all_kept(beredd, idents, acknowledged):
    """Also by the next process."""
    beredd.kill()
    beredd.start()
    for ident in idents:
        assert beredd.incident(ident)["state"] == "open"
    if acknowledged:
        assert beredd.callout(acknowledged)["acknowledged_by"] == "anna.berg"
    assert beredd.ctl("verify").returncode == 0
    beredd.stop()


def through(beredd, sms_gateway, smtp_server, fail, mend, details=""):
    before = beredd.trigger("Före")
    fail()
    promised, summary, ident = until_degraded(beredd, sms_gateway, details)
    works_from_memory(beredd, sms_gateway, smtp_server, summary)
    mend()
    whole_again(beredd, sms_gateway, smtp_server, ident)
    all_kept(beredd, [before, *promised, ident, beredd.trigger("Efteråt")], ident)


def test_full(stopped, volume, sms_gateway, smtp_server):
    stopped.config.change("sources.ini", "[source rtj]\n", "[source rtj]\nlimit = 100000/m\n")
    through(stopped.start(), sms_gateway, smtp_server, volume.fill, volume.empty, details="y" * 6000)


def test_hangs(stopped, volume, sms_gateway, smtp_server):
    through(stopped.start(), sms_gateway, smtp_server, volume.freeze, volume.thaw)


def test_hangs_and_so_does_the_journal(stopped, volume, journald, sms_gateway, smtp_server):
    """Both at once, as when they are on the same dead disk."""
    stopped.prefix = journald.prefix()
    beredd = stopped.start()

    def fail():
        volume.freeze()
        journald.pause()

    def mend():
        volume.thaw()
        journald.go_on()
    try:
        through(beredd, sms_gateway, smtp_server, fail, mend)
    finally:
        journald.go_on()


def test_a_timeline_is_asked_for_while_it_hangs(stopped, volume, sms_gateway):
    """Behind a commit that hangs: who asks hears what memory knows, who triggers that it is not saved, and the page goes."""
    beredd = stopped.start()
    ident = beredd.trigger("Före")
    volume.freeze()
    answers = {}
    triggering = threading.Thread(
        target=lambda: answers.update(trigger=beredd.post("/v1/incidents", {"summary": "Under"}, token="token-of-rtj")))
    asking = threading.Thread(target=lambda: answers.update(show=beredd.get(f"/v1/incidents/{ident}")))
    triggering.start()
    asking.start()
    assert beredd.request("GET", "/healthz").status == 200
    sms_gateway.wait_for(ANNA, containing="Under")
    triggering.join()
    asking.join()
    assert answers["trigger"].status == 503 and answers["show"].status == 200 and answers["show"].json["summary"] == "Före"
    assert beredd.get(f"/v1/incidents/{ident}").json["callouts"][0]["state"] == "paging"      # and whoever asks from now on, at once
    volume.thaw()
    eventually(lambda: ready(beredd), what="restored")
    assert [entry["event"] for entry in beredd.incident(ident)["timeline"]][0] == "opened"


def test_read_only_from_the_start(stopped, volume, sms_gateway, smtp_server):
    """As after an error at boot: the log of yesterday is there, and takes nothing."""
    beredd = stopped.start()
    before = beredd.trigger("Före")
    beredd.stop()
    volume.remount("ro")
    beredd.start()
    _, summary, ident = until_degraded(beredd, sms_gateway)
    works_from_memory(beredd, sms_gateway, smtp_server, summary)
    volume.remount("rw")
    whole_again(beredd, sms_gateway, smtp_server, ident)
    all_kept(beredd, [before, ident], ident)


def heard_of_the_end(beredd):
    return any('"notice-sent"' in line and '"restored"' in line for line in beredd.ctl("log", "--json").stdout.splitlines())


def test_breaks_and_is_read_only_from_then_on(stopped, volume, sms_gateway, smtp_server):
    """What ext4 does on an error of the disk. It does not come back under a running daemon: what was promised before is there afterwards."""
    beredd = stopped.start()
    before = beredd.trigger("Före")
    volume.remount("abort")
    promised, summary, _ident = until_degraded(beredd, sms_gateway)
    works_from_memory(beredd, sms_gateway, smtp_server, summary)
    beredd.kill()
    volume.unmount()
    volume.mount()
    beredd.start()
    administrators_told(sms_gateway, smtp_server, 2)         # of the end, by a process that knows of the beginning from no log
    assert "sparar till disk igen" in sms_gateway.to(DRIFT)[-1].text
    eventually(lambda: heard_of_the_end(beredd), what="that the log has that it was told")
    all_kept(beredd, [before, *promised], None)
    words = ["sparar till disk igen" in sms.text for sms in sms_gateway.to(DRIFT)]       # more than two: the machine's own disk was slow
    assert words == [False, True] * (len(words) // 2), sms_gateway.to(DRIFT)


def journal_thread_waits(beredd):
    """It sleeps in the kernel until journald reads."""
    for task in pathlib.Path(f"/proc/{beredd.process.pid}/task").iterdir():
        with contextlib.suppress(OSError):
            if (task / "comm").read_text().strip() == "beredd-journal" and "unix" in (task / "wchan").read_text():
                return True
    return False


def test_journald_that_has_stopped_reading(stopped, journald, sms_gateway):
    """Until its socket is full, and after that. Nothing is degraded, the end does not wait for it, and nothing was lost that the log has."""
    stopped.prefix = journald.prefix()
    stopped.config.change("sources.ini", "[source rtj]\n", "[source rtj]\nlimit = 100000/m\n")
    beredd = stopped.start()
    journald.pause()
    try:
        idents = []
        while not journal_thread_waits(beredd):
            idents.append(beredd.trigger(f"Larm {len(idents)}."))
            assert len(idents) < 2000, "the journal's thread never had to wait"
        idents.append(beredd.trigger("Det sista"))
        sms, = sms_gateway.wait_for(ANNA, containing="Det sista")
        answer = beredd.form(sms.link.split(str(beredd.config.port), 1)[1], answer="yes")
        assert answer.status == 200 and "sparat" not in answer.text
        assert ready(beredd) and not beredd.get("/v1/status").json["degraded"]
        beredd.kill()
        beredd.start()
        assert beredd.callout(idents[-1])["acknowledged_by"] == "anna.berg" and beredd.ctl("verify").returncode == 0
        beredd.stop()
    finally:
        journald.go_on()
