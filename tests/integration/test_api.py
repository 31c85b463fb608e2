"""The API as it is written down: statuses, headers, bodies, over TCP and over the local socket."""

import contextlib
import http.client
import json
import os
import re
import socket
import subprocess
import threading

import pytest

from harness.config import ANNA
from harness.waiting import eventually

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
INCIDENT = {"id", "state", "summary", "details", "severity", "source", "dedup_key", "location", "callback", "drill", "opened_at", "closed_at", "callouts"}
CALLOUT = {"role", "state", "step", "round", "acknowledged_by", "acknowledged_at", "eta_minutes", "next_page_at"}
ENTRY = {"seq", "at", "event", "role", "person", "channel", "gateway", "page", "text"}


def test_trigger_and_the_incident(beredd):
    full = {"summary": "Brand i skola", "details": "Rök\nLågor", "severity": "error", "dedup_key": "k", "roles": ["TIB"], "location": "Tumba",
            "callback": "08-123 45 67", "talkgroup": "RAPS-1", "sensitive": False, "drill": False}
    answer = beredd.post("/v1/incidents", full, token="token-of-rtj")
    assert answer.status == 201 and answer.headers["Content-Type"] == "application/json"
    incident = answer.json
    assert answer.headers["Location"].endswith(f"/v1/incidents/{incident['id']}")
    assert INCIDENT <= set(incident)
    assert {key: incident[key] for key in ("summary", "details", "severity", "dedup_key", "location", "callback", "drill")} == {
        key: full[key] for key in ("summary", "details", "severity", "dedup_key", "location", "callback", "drill")}
    assert re.fullmatch(TIME, incident["opened_at"]) and incident["closed_at"] is None
    callout, = incident["callouts"]
    assert CALLOUT <= set(callout) and callout["role"] == "TIB" and callout["state"] == "paging" and callout["step"] == 1 and callout["round"] == 0
    assert callout["acknowledged_by"] is None and re.fullmatch(TIME, callout["next_page_at"])

    read = beredd.get(answer.headers["Location"], token="token-of-rtj").json
    assert {key: read[key] for key in INCIDENT - {"callouts"}} == {key: incident[key] for key in INCIDENT - {"callouts"}}
    assert all(ENTRY <= set(entry) and re.fullmatch(TIME, entry["at"]) for entry in read["timeline"])
    assert [entry["seq"] for entry in read["timeline"]] == sorted({entry["seq"] for entry in read["timeline"]})


def test_update(beredd):
    ident = beredd.trigger("Brand", dedup_key="k")
    answer = beredd.post("/v1/incidents", {"summary": "Större brand", "dedup_key": "k"}, token="token-of-rtj")
    assert answer.status == 200 and answer.json["id"] == ident and answer.json["summary"] == "Större brand"
    other = beredd.post("/v1/incidents", {"summary": "Vattenläcka", "dedup_key": "k"}, token="token-of-monitor")
    assert other.status == 201, "the same key from another source is another incident"


def test_idempotency_key(beredd):
    headers = {"Idempotency-Key": "a1b2"}
    first = beredd.post("/v1/incidents", {"summary": "Brand"}, token="token-of-rtj", headers=headers)
    again = beredd.post("/v1/incidents", {"summary": "Brand"}, token="token-of-rtj", headers=headers)
    other = beredd.post("/v1/incidents", {"summary": "Brand igen"}, token="token-of-rtj", headers={"Idempotency-Key": "c3"})
    assert first.status == 201 and again.status in (200, 201) and again.json["id"] == first.json["id"] != other.json["id"]


def test_drill_by_its_words_alone_is_real_and_warned_of(beredd, sms_gateway):
    answer = beredd.post("/v1/incidents", {"summary": "ÖVNING brand i skola"}, token="token-of-rtj")
    assert answer.status == 201 and answer.json["warning"] and answer.json["drill"] is False
    assert sms_gateway.wait_for(ANNA)[0].text.startswith("SKARPT LARM TIB")


def test_list(beredd):
    idents = [beredd.trigger(f"Larm {n}") for n in range(5)]
    beredd.post(f"/v1/incidents/{idents[1]}/close")

    def listed(query):
        return [incident["id"] for incident in beredd.get(f"/v1/incidents{query}").json["incidents"]]
    assert listed("") == listed("?state=open") == [ident for ident in idents if ident != idents[1]]
    assert listed("?state=closed") == [idents[1]] and listed("?state=all") == idents
    assert listed("?state=all&limit=2") == idents[:2]
    third = beredd.get("/v1/incidents?state=all&limit=2").json["next_after"]
    assert listed(f"?state=all&limit=2&after={third}") == idents[2:4]
    for query in ("?state=x", "?limit=0", "?limit=x", "?after=-1", "?limit=99999999999999999999"):
        assert beredd.get(f"/v1/incidents{query}").status in (400, 422), query


def test_sources_see_their_own(beredd):
    mine, theirs = beredd.trigger("Mitt"), beredd.trigger("Deras", token="token-of-monitor")
    assert [incident["id"] for incident in beredd.get("/v1/incidents", token="token-of-rtj").json["incidents"]] == [mine]
    assert {incident["id"] for incident in beredd.get("/v1/incidents", token="token-of-operator").json["incidents"]} == {mine, theirs}


def test_note_and_close_by_the_source(beredd):
    ident = beredd.trigger()
    assert beredd.post(f"/v1/incidents/{ident}/note", {"text": "Tre bilar på plats"}, token="token-of-rtj").status == 200
    assert beredd.post(f"/v1/incidents/{ident}/note", {"text": ""}, token="token-of-rtj").status in (400, 422)
    answer = beredd.post(f"/v1/incidents/{ident}/close", {"reason": "släckt"}, token="token-of-rtj")
    assert answer.status == 200 and answer.json["state"] == "closed" and re.fullmatch(TIME, answer.json["closed_at"])
    assert "Tre bilar på plats" in [entry["text"] for entry in beredd.timeline(ident, "note")]


def test_answers_for_a_person(beredd):
    ident = beredd.trigger()
    answer = beredd.post(f"/v1/incidents/{ident}/acknowledge", {"person": "anna.berg"}, token="token-of-operator")
    assert answer.status == 200 and answer.json["callouts"][0]["acknowledged_by"] == "anna.berg"
    answer = beredd.post(f"/v1/incidents/{ident}/callouts", {"role": "KIB"}, token="token-of-operator")
    assert answer.status in (200, 201) and [callout["role"] for callout in answer.json["callouts"]] == ["TIB", "KIB"]
    answer = beredd.post(f"/v1/incidents/{ident}/decline", {"person": "cia.lund", "role": "KIB"}, token="token-of-operator")
    assert answer.status == 200 and answer.json["callouts"][1]["state"] == "paging"


def test_oncall(beredd):
    answer = beredd.get("/v1/oncall", token="token-of-operator").json["oncall"]
    tib = next(entry for entry in answer if entry["role"] == "TIB")
    assert tib["primary"] == "anna.berg" and tib["backups"] == ["bo.ek"] and tib["title"] and {"from", "until", "next", "at"} <= set(tib)
    assert [entry["role"] for entry in beredd.get("/v1/oncall?role=kib").json["oncall"]] == ["KIB"]
    early = beredd.get("/v1/oncall?role=TIB&at=2019-06-01T12:00:00Z").json["oncall"][0]
    assert early["primary"] is None and early["next"] == "anna.berg"
    assert beredd.get("/v1/oncall?role=TIB&at=2026-12-24%2008:00").json["oncall"][0]["at"] == "2026-12-24T07:00:00.000Z"
    assert beredd.get("/v1/oncall?at=imorgon").status in (400, 422)


def test_status_and_probes(beredd):
    status = beredd.get("/v1/status", token="token-of-chief").json
    assert status["degraded"] is False and status["store"]["takes_commits"] is True
    assert {gateway["name"] for gateway in status["gateways"]} == {"elks", "mail"}
    assert {roster["role"]: roster["covered"] for roster in status["rosters"]} == {"TIB": True, "KIB": True}
    for path in ("/healthz", "/readyz"):
        assert beredd.request("GET", path).status == 200 and beredd.request("HEAD", path).body == b""


def test_check_and_reload(beredd):
    answer = beredd.post("/v1/check", token="token-of-chief")
    assert answer.status == 200 and answer.json["problems"] == []
    assert beredd.post("/v1/reload", token="token-of-chief").status == 200
    beredd.config.change("people.ini", "name = Bo Ek", "nam = Bo Ek").write()
    problems = beredd.post("/v1/check", token="token-of-chief").json["problems"]
    assert [(problem["level"], problem["file"]) for problem in problems][0] == ("error", "people.ini") and problems[0]["line"] > 0
    assert beredd.post("/v1/reload", token="token-of-chief").status == 422


class Stream:
    """An event stream, read by a thread."""

    def __init__(self, beredd, query="", token="token-of-operator", headers=None):
        self.events = []
        self.connection = http.client.HTTPConnection("127.0.0.1", beredd.config.port, timeout=60)
        self.connection.connect()
        self.socket = self.connection.sock
        self.connection.request("GET", f"/v1/events{query}", headers={"Authorization": f"Bearer {token}", **(headers or {})})
        self.reply = self.connection.getresponse()
        assert self.reply.status == 200 and self.reply.headers.get_content_type() == "text/event-stream"
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            for line in self.reply:
                if line.startswith(b"data: "):
                    self.events.append(json.loads(line[6:]))

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)
        self.socket.close()


def test_events_live_and_from_the_past(beredd):
    first = beredd.trigger("Ett")
    past = Stream(beredd, "?after=0")
    eventually(lambda: past.events and past.events[0]["event"] == "opened")
    live = Stream(beredd)
    second = beredd.trigger("Två")
    eventually(lambda: any(event["incident"] == second and event["event"] == "page-sent" for event in past.events))
    eventually(lambda: any(event["incident"] == second and event["event"] == "page-sent" for event in live.events))
    assert not any(event["incident"] == first and event["event"] == "opened" for event in live.events)
    seqs = [event["seq"] for event in past.events]
    assert seqs == sorted(set(seqs)), "neither gap nor double"
    resumed = Stream(beredd, headers={"Last-Event-ID": str(seqs[1])})
    eventually(lambda: resumed.events)
    assert resumed.events[0]["seq"] == seqs[2]
    for stream in (past, live, resumed):
        stream.close()


def test_events_end_when_the_daemon_stops(stopped):
    beredd = stopped.start()
    stream = Stream(beredd, "?after=0")
    beredd.trigger()
    eventually(lambda: stream.events)
    beredd.stop()
    stream.thread.join(10)
    assert not stream.thread.is_alive()


def test_a_reader_that_reads_nothing_holds_nobody_up(stopped, sms_gateway):
    """P15: its backlog is bounded, and it is dropped."""
    stopped.config.change("sources.ini", "[source rtj]\n", "[source rtj]\nlimit = 100000/m\n")
    beredd = stopped.start()
    sleeper = socket.create_connection(("127.0.0.1", beredd.config.port))
    sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sleeper.sendall(b"GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-of-operator\r\n\r\n")
    for n in range(400):
        beredd.trigger(f"Larm {n} " + "x" * 900)
    sms_gateway.wait_for(ANNA, containing="Larm 399")
    sleeper.close()


def test_local_socket_knows_its_peer(beredd):
    """Root and the members of the socket's group have every right; others none."""
    assert beredd.request("GET", "/v1/status", local=True).status == 200
    assert oct(os.stat(beredd.socket_path).st_mode & 0o777) == "0o660"


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming somebody else needs root")
def test_local_socket_refuses_strangers(beredd):
    """Even if the file's mode lets them in."""
    path = beredd.socket_path
    for directory in (path, *path.parents[:4]):
        if directory != path.parents[-1]:
            os.chmod(directory, os.stat(directory).st_mode | 0o055)
    os.chmod(path, 0o666)
    out = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "curl", "-sS", "--unix-socket", str(path), "-w", "%{http_code}",
                          "-o", "/dev/null", "http://localhost/v1/status"], capture_output=True, text=True, check=False)
    assert out.stdout in ("401", "403"), out


def test_html_and_headers_of_the_page(beredd, sms_gateway):
    beredd.trigger("Brand <b>i</b> skola & mer", details="<script>alert(1)</script>")
    sms, = sms_gateway.wait_for(ANNA)
    answer = beredd.request("GET", sms.link.split(str(beredd.config.port), 1)[1])
    assert answer.headers.get_content_type() == "text/html" and "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "no-referrer" and "script" not in answer.headers["Content-Security-Policy"].replace("script-src 'none'", "")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script" not in answer.text and "Brand &lt;b&gt;i&lt;/b&gt; skola &amp; mer" in answer.text


def test_no_secret_in_what_the_api_tells(beredd, sms_gateway):
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    eventually(lambda: beredd.timeline(ident, "page-sent"))
    everything = beredd.get(f"/v1/incidents/{ident}").text + beredd.get("/v1/status").text + beredd.get("/v1/incidents").text + beredd.ctl("log", "--json").stdout
    for secret in (sms.code, sms.link.rsplit("/", 1)[1], "p-elks", ANNA, "hook-secret"):
        assert secret not in everything, secret
