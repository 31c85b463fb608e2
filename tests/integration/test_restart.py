"""kill -9 between any two steps of the line; restart; and the ladder goes on, under the same page ids (P1, P2, P3)."""

import socket
import threading

import pytest

from harness.config import ANNA, BO, FAST_LADDER, SLOW_LADDER
from harness.ports import free_port
from harness.waiting import eventually


class BlackHole:
    """A port that takes connections into its backlog and never more: what is sent there has not left."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", free_port()), backlog=0)
        self.port = self.listener.getsockname()[1]
        self.fillers = []
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
            self.fillers.append(filler)

    def close(self):
        for filler in self.fillers:
            filler.close()
        self.listener.close()


def test_before_the_commit_nothing_was_promised(stopped, faulty_disk, sms_gateway):
    """The disk hangs in the middle of the commit. Nobody got a 2xx, and nobody was paged; what comes back after the crash is whole or not there."""
    beredd = stopped.start()
    faulty_disk.be("hang")
    answers = []

    def ask():
        try:
            answers.append(beredd.post("/v1/incidents", {"summary": "Mitt i skrivningen"}, token="token-of-rtj").status)
        except OSError:
            answers.append("gone")

    caller = threading.Thread(target=ask)
    caller.start()
    eventually(lambda: beredd.request("GET", "/healthz").status == 200)
    assert not sms_gateway.to(ANNA), "a page before its intent was committed"
    beredd.kill()
    caller.join()
    assert answers == ["gone"]
    faulty_disk.be("ok")
    beredd.start()
    incidents = beredd.get("/v1/incidents?state=all").json["incidents"]
    assert len(incidents) <= 1
    if incidents:
        sms_gateway.wait_for(ANNA)
    beredd.trigger("Efter kraschen")
    sms_gateway.wait_for(ANNA, containing="Efter kraschen")


def test_after_the_commit_before_sending(stopped, sms_gateway):
    hole = BlackHole()
    stopped.config.ladder(SLOW_LADDER).change("gateways/elks.ini", f":{sms_gateway.port}/", f":{hole.port}/")
    stopped.config.change("gateways/elks.ini", "timeout = 10s", "timeout = 60s")
    beredd = stopped.start()
    ident = beredd.trigger()
    queued = {entry["page"] for entry in beredd.timeline(ident, "page-queued") if entry["channel"] == "sms"}
    assert queued
    beredd.kill()
    hole.close()
    stopped.config.change("gateways/elks.ini", f":{hole.port}/", f":{sms_gateway.port}/")
    beredd.start()
    sms, = sms_gateway.wait_for(ANNA)
    assert {sms.page} == queued
    eventually(lambda: {entry["page"] for entry in beredd.timeline(ident, "page-sent")} >= queued)
    assert len([entry for entry in beredd.timeline(ident, "page-queued") if entry["channel"] == "sms"]) == 1
    sms_gateway.reply(beredd, ANNA, f"JA {sms.code}")
    eventually(lambda: beredd.callout(ident)["state"] == "acknowledged")


def test_after_sending_before_the_outcome(stopped, sms_gateway):
    """The gateway has it, we never heard so: it is sent again under the same id, with the same code and link."""
    beredd = stopped.start()
    sms_gateway.behave("slow")
    ident = beredd.trigger()
    eventually(lambda: sms_gateway.tried(ANNA))
    beredd.kill()
    first = sms_gateway.tried(ANNA)[0]
    sms_gateway.modes.clear()
    sms_gateway.released.set()
    beredd.start()
    again = eventually(lambda: len(sms_gateway.tried(ANNA)) >= 2 and sms_gateway.tried(ANNA)[1])
    assert again == first
    sms = eventually(lambda: sms_gateway.to(ANNA))[-1]
    assert sms_gateway.receipt(beredd, sms, "delivered").status in (200, 204)
    assert beredd.form(sms.link.split(str(beredd.config.port), 1)[1], answer="yes").status == 200
    assert beredd.callout(ident)["acknowledged_by"] == "anna.berg"


def test_the_ladder_goes_on(stopped, sms_gateway):
    stopped.config.ladder("step = 0s primary sms\nstep = 2s secondary sms\nrepeat = 2s")
    beredd = stopped.start()
    ident = beredd.trigger()
    first = sms_gateway.wait_for(ANNA)[0]
    eventually(lambda: beredd.timeline(ident, "page-sent"))
    beredd.kill()
    beredd.start()
    second = sms_gateway.wait_for(BO)[0]
    assert beredd.callout(ident)["step"] == 2
    assert len({sms.page for sms in sms_gateway.to(ANNA)}) == len(sms_gateway.to(ANNA)), "what has an outcome is not sent again"
    eventually(lambda: beredd.callout(ident)["round"] >= 1)
    assert sms_gateway.wait_for(ANNA, 2)[1].code == first.code and second.code != first.code
    sms_gateway.reply(beredd, ANNA, first.code)
    eventually(lambda: beredd.callout(ident)["state"] == "acknowledged")


def test_killed_again_and_again(stopped, sms_gateway):
    """Five crashes wherever they fall; no incident lost, and each can be answered."""
    stopped.config.ladder(FAST_LADDER)
    beredd = stopped.start()
    idents = []
    for n in range(5):
        idents.append(beredd.trigger(f"Larm {n}"))
        beredd.kill()
        beredd.start()
    for n, ident in enumerate(idents):
        sms = sms_gateway.wait_for(ANNA, containing=f"Larm {n}")[-1]
        sms_gateway.reply(beredd, ANNA, f"JA {sms.code}")
        eventually(lambda ident=ident: beredd.callout(ident)["state"] == "acknowledged")
    assert len(set(idents)) == 5
    assert beredd.ctl("verify").returncode == 0


def test_acknowledgement_survives(stopped, sms_gateway):
    """P4 across a crash: who answered is not called again."""
    stopped.config.ladder(FAST_LADDER)
    beredd = stopped.start()
    ident = beredd.trigger()
    sms = sms_gateway.wait_for(ANNA)[0]
    assert beredd.form(sms.link.split(str(beredd.config.port), 1)[1], answer="yes").status == 200
    beredd.kill()
    paged = len(sms_gateway.attempts)
    beredd.start()
    callout = beredd.callout(ident)
    assert callout["state"] == "acknowledged" and callout["acknowledged_by"] == "anna.berg"
    other = beredd.trigger("Ett nytt larm")
    eventually(lambda: beredd.callout(other)["round"] >= 1)
    again = [fields for fields in sms_gateway.attempts[paged:] if "LARM TIB" in fields["message"] and "Brand i skola" in fields["message"]]
    assert not again


def test_numbers_are_never_given_twice(stopped):
    beredd = stopped.start()
    first = beredd.trigger("Ett")
    beredd.post(f"/v1/incidents/{first}/close")
    beredd.stop()
    beredd.start()
    second = beredd.trigger("Två")
    assert int(second.split("-")[1]) == int(first.split("-")[1]) + 1


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_code_and_link_from_before_still_work(stopped, sms_gateway, end):
    beredd = stopped.start()
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    getattr(beredd, end)()
    beredd.start()
    assert "Brand i skola" in beredd.request("GET", sms.link.split(str(beredd.config.port), 1)[1]).text
    sms_gateway.reply(beredd, ANNA, f"JA {sms.code}")
    eventually(lambda: beredd.callout(ident)["state"] == "acknowledged")


def test_second_daemon_on_the_same_log_refuses(stopped, tmp_path):
    """Two that page would be worse than one."""
    import subprocess
    from harness.daemon import BUILD
    beredd = stopped.start()
    out = subprocess.run([BUILD / "beredd", "-c", str(beredd.config.directory)], env=beredd.env() | {"NOTIFY_SOCKET": ""}, capture_output=True,
                         text=True, timeout=20, check=False)
    assert out.returncode != 0 and out.stderr
    assert beredd.request("GET", "/readyz").status == 200
    assert tmp_path.exists()
