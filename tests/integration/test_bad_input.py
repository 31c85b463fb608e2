"""What bad input gets: a clear error, nothing lost, nothing crashed. After every one of them the daemon still takes an alarm."""

import contextlib
import os
import random
import socket
import subprocess

import pytest

from harness.config import ANNA, HOOK_SECRET
from harness.daemon import BUILD, TOP
from harness.waiting import eventually


@pytest.fixture(name="alive", autouse=True)
def alive_fixture(request, sms_gateway):
    """Whatever was done to it: a real alarm goes out."""
    if "beredd" not in request.fixturenames:
        yield
        return
    beredd = request.getfixturevalue("beredd")
    yield
    if beredd.process is None:
        return
    sms_gateway.modes.clear()
    sms_gateway.released.set()
    beredd.trigger("Och nu ett riktigt larm")
    sms_gateway.wait_for(ANNA, containing="Och nu ett riktigt larm")


def error_of(answer, status, field=None):
    assert answer.status == status, answer
    body = answer.json
    assert body["error"] and (field is None or body["field"] == field), body
    return body["error"]


# ---- JSON

@pytest.mark.parametrize("body, status, field", [
    (b"", 400, None), (b"{", 400, None), (b"[]", 400, None), (b"null", 400, None), (b"\xff\xfe{}", 400, None), (b'{"summary": "x"} x', 400, None),
    (b'{"summary": "x", "summary": "y"}', 400, None), (b'{"summary": "\\ud800"}', 400, None), (b"[" * 50000, 400, None),
    (b'{"summary": "\xc3\x28"}', 400, None), (b"{}", 422, "summary"), (b'{"summary": ""}', 422, "summary"), (b'{"summary": "  \\n "}', 422, "summary"),
    (b'{"summary": 5}', 422, "summary"), (b'{"summary": "x", "severity": "apocalyptic"}', 422, "severity"),
    (b'{"summary": "x", "roles": "TIB"}', 422, "roles"), (b'{"summary": "x", "roles": [7]}', 422, "roles"),
    (b'{"summary": "x", "roles": ["TBI"]}', 422, "roles"), (b'{"summary": "x", "drill": "yes"}', 422, "drill"),
    (b'{"summary": "x", "sumary": "y"}', 422, "sumary"),
])
def test_malformed_trigger(beredd, body, status, field):
    answer = beredd.request("POST", "/v1/incidents", body, token="token-of-rtj", headers={"Content-Type": "application/json"})
    assert answer.status in ({status, 422} if status == 400 else {status, 400}), answer
    error_of(answer, answer.status, field)
    assert beredd.get("/v1/incidents").json["incidents"] == []


@pytest.mark.parametrize("field, length", [("summary", 1025), ("details", 6145), ("dedup_key", 256), ("location", 100000)])
def test_too_long(beredd, field, length):
    answer = beredd.post("/v1/incidents", {"summary": "x", field: "å" * length}, token="token-of-rtj")
    assert answer.status in (413, 422), answer
    if answer.status == 422:
        error_of(answer, 422, field)


def test_limits_are_counted_in_characters(beredd):
    assert beredd.post("/v1/incidents", {"summary": "å" * 1024, "details": "ö" * 6144}, token="token-of-rtj").status == 201


def test_oversized_body_is_refused(beredd):
    answer = beredd.request("POST", "/v1/incidents", b'{"summary": "' + b"x" * 200000 + b'"}', token="token-of-rtj",
                            headers={"Content-Type": "application/json"})
    assert answer.status == 413


def test_unknown_role_names_the_nearest(beredd):
    assert "TIB" in error_of(beredd.post("/v1/incidents", {"summary": "x", "roles": ["TIBB"]}, token="token-of-rtj"), 422, "roles")


def test_wrong_content_type(beredd):
    answer = beredd.request("POST", "/v1/incidents", b'{"summary": "x"}', token="token-of-rtj", headers={"Content-Type": "text/plain"})
    error_of(answer, 415)


def test_crlf_in_a_summary(beredd, sms_gateway, smtp_server):
    """No header, no SMS and no line of the log can be made up by whoever triggers."""
    ident = beredd.trigger("Brand\r\nBcc: alla@example.se\r\n\r\nHej\x1b[2J\u202e")
    sms, = sms_gateway.wait_for(ANNA)
    mail, = smtp_server.wait_for("anna.berg@example.se")
    assert "\n" not in sms.text and "\x1b" not in sms.text and "\u202e" not in sms.text
    assert mail["Bcc"] is None and "\n" not in mail["Subject"]
    summary = beredd.incident(ident)["summary"]
    assert summary.startswith("Brand Bcc: alla@example.se Hej") and not any(ord(c) < 32 for c in summary)


# ---- who asks, and for what

@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer ", "Bearer wrong", "Basic dG9rZW4tb2YtcnRq", "Bearer token-of-rtj ", "Bearer token-of-rt",
                                           "bearer\ttoken-of-rtj", "Bearer " + "x" * 4000])
def test_wrong_token(beredd, authorization):
    headers = {"Authorization": authorization} if authorization is not None else {}
    answer = beredd.request("POST", "/v1/incidents", {"summary": "x"}, headers=headers)
    if authorization == "Bearer token-of-rtj ":
        assert answer.status in (201, 401)      # white space around a value is no part of it
        return
    error_of(answer, 401)


def test_rights_are_kept_apart(beredd):
    ident = beredd.trigger()
    denied = [("GET", "/v1/status"), ("POST", "/v1/reload"), ("GET", "/v1/oncall"), ("GET", "/v1/events"), ("POST", f"/v1/incidents/{ident}/acknowledge")]
    for method, path in denied:
        assert beredd.request(method, path, {} if method == "POST" else None, token="token-of-rtj").status == 403, path
    assert beredd.request("POST", "/v1/incidents", {"summary": "x", "drill": True}, token="token-of-rtj").status == 403
    for method, path in (("GET", f"/v1/incidents/{ident}"), ("POST", f"/v1/incidents/{ident}/close")):
        answer = beredd.request(method, path, {} if method == "POST" else None, token="token-of-monitor")
        assert answer.status == 404, "somebody else's incident is not there"
    assert beredd.callout(ident)["state"] == "paging"


@pytest.mark.parametrize("ident", ["2026-9999", "9999", "0", "2026-0000", "x", "2026-1-1", "%00", "..%2f..", "2026-00001x", "99999999999999999999", "-1"])
def test_unknown_incident(beredd, ident):
    for method, path in (("GET", f"/v1/incidents/{ident}"), ("POST", f"/v1/incidents/{ident}/acknowledge"), ("POST", f"/v1/incidents/{ident}/close")):
        answer = beredd.request(method, path, {"person": "bo.ek"} if "ack" in path else {} if method == "POST" else None, local=True)
        assert answer.status in (400, 404, 422), (path, answer)


def test_answering_what_is_answered_or_closed(beredd):
    ident = beredd.trigger()
    path = f"/v1/incidents/{ident}"
    assert beredd.post(f"{path}/acknowledge", {"person": "anna.berg"}).status == 200
    assert beredd.post(f"{path}/acknowledge", {"person": "anna.berg"}).status == 200, "the same person again"
    taken = beredd.post(f"{path}/acknowledge", {"person": "bo.ek", "role": "TIB"})
    assert "Anna Berg" in error_of(taken, 409)
    assert beredd.post(f"{path}/close", {"reason": "klart"}).status == 200
    error_of(beredd.post(f"{path}/acknowledge", {"person": "bo.ek"}), 409)
    error_of(beredd.post(f"{path}/callouts", {"role": "KIB"}), 409)
    again = beredd.post(f"{path}/close")
    assert again.status in (200, 409)


def test_unknown_person_and_role_in_an_answer(beredd):
    ident = beredd.trigger()
    assert "bo.ek" in error_of(beredd.post(f"/v1/incidents/{ident}/acknowledge", {"person": "bo.ekk"}), 422, "person")
    error_of(beredd.post(f"/v1/incidents/{ident}/acknowledge", {"person": "bo.ek", "role": "XYZ"}), 422, "role")
    assert beredd.post(f"/v1/incidents/{ident}/acknowledge", {"person": "bo.ek", "role": "KIB"}).status in (409, 422)
    assert beredd.callout(ident)["state"] == "paging"


@pytest.mark.parametrize("path", ["/a/", "/a/x", "/a/" + "A" * 28, "/a/" + "A" * 5000, "/a/%2e%2e", "/a/AAAA%00AAAA"])
def test_unknown_link(beredd, path):
    assert beredd.request("GET", path).status in (400, 404, 414)
    assert beredd.form(path, answer="yes").status in (400, 404, 414)


@pytest.mark.parametrize("fields", [{"answer": "maybe"}, {"answer": "eta", "minutes": "x"}, {"answer": "eta", "minutes": "-5"},
                                    {"answer": "eta", "minutes": "99999999999"}, {"callout": "XYZ"}, {"x": "y"}])
def test_nonsense_on_the_page(beredd, sms_gateway, fields):
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    assert beredd.form(sms.link.split(str(beredd.config.port), 1)[1], **fields).status in (400, 409, 422)
    assert beredd.callout(ident)["state"] == "paging"


@pytest.mark.parametrize("path, body", [
    (f"/hooks/elks/{HOOK_SECRET}x/reply", b"from=%2B46701740605&message=JA"), ("/hooks/elks//reply", b""), ("/hooks/nothing/x/reply", b"x=y"),
    (f"/hooks/elks/{HOOK_SECRET}/reply", b""), (f"/hooks/elks/{HOOK_SECRET}/reply", b"from=&message="), (f"/hooks/elks/{HOOK_SECRET}/reply", b"from=%FF&message=%C3%28"),
    (f"/hooks/elks/{HOOK_SECRET}/reply", b"from=%2B46701740605&message=" + b"A" * 60000), (f"/hooks/elks/{HOOK_SECRET}/receipt?page=x", b"status=delivered"),
    (f"/hooks/elks/{HOOK_SECRET}/receipt?page=2026-0001-1-00000000", b"status=delivered"), (f"/hooks/elks/{HOOK_SECRET}/receipt", b"status=delivered&id=1"),
])
def test_bad_hook(beredd, path, body):
    ident = beredd.trigger()
    answer = beredd.request("POST", path, body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status < 500, answer
    if HOOK_SECRET + "x" in path or HOOK_SECRET not in path:
        assert answer.status in (401, 403, 404)
    assert beredd.callout(ident)["state"] == "paging" and not beredd.timeline(ident, "page-delivered")


def test_methods_that_do_not_fit(beredd):
    answer = beredd.request("DELETE", "/v1/incidents", token="token-of-rtj")
    assert answer.status in (405, 501)
    answer = beredd.request("PUT", "/v1/incidents", b"{}", token="token-of-rtj")
    assert answer.status in (405, 501)
    answer = beredd.request("GET", "/v1/reload", token="token-of-chief")
    assert answer.status == 405 and "POST" in answer.headers["Allow"]
    assert beredd.request("GET", "/nothing", token="token-of-rtj").status == 404


# ---- framing

def raw(beredd, data, more=b""):
    """What comes back for these bytes, until the daemon closes or has answered."""
    with socket.create_connection(("127.0.0.1", beredd.config.port), timeout=20) as connection:
        connection.sendall(data + more)
        connection.shutdown(socket.SHUT_WR)
        reply = b""
        try:
            while piece := connection.recv(65536):
                reply += piece
        except OSError:
            pass
        return reply


HEAD = b"POST /v1/incidents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-of-rtj\r\nContent-Type: application/json\r\n"
BODY = b'{"summary": "smugglat"}'


@pytest.mark.parametrize("data", [
    b"\x00\x01\x02\x03\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET http:// HTTP/1.1\r\n\r\n", b"\r\n" * 1000, b"A" * 100000,
    HEAD + b"Content-Length: 23\r\nContent-Length: 22\r\n\r\n" + BODY, HEAD + b"Content-Length: -1\r\n\r\n" + BODY, HEAD + b"Content-Length: 23x\r\n\r\n" + BODY,
    HEAD + b"Content-Length: +23\r\n\r\n" + BODY, HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 23\r\n\r\n17\r\n" + BODY + b"\r\n0\r\n\r\n",
    HEAD + b"Host: y\r\nContent-Length: 23\r\n\r\n" + BODY, HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    HEAD + b"X: " + b"y" * 100000 + b"\r\nContent-Length: 23\r\n\r\n" + BODY, HEAD + b"Content-Length: 99999999999999999999\r\n\r\n" + BODY,
], ids=lambda data: repr(data.replace(HEAD, b""))[2:40])
def test_doubtful_framing_is_refused(beredd, data):
    reply = raw(beredd, data)
    assert not reply.startswith(b"HTTP/1.1 2"), reply
    assert beredd.get("/v1/incidents").json["incidents"] == []


def test_body_that_stops_half_way(beredd):
    reply = raw(beredd, HEAD + b"Content-Length: 100\r\n\r\n" + BODY)
    assert not reply.startswith(b"HTTP/1.1 2")
    assert beredd.get("/v1/incidents").json["incidents"] == []


# ---- gateways

def test_gateway_that_is_down(stopped, sms_gateway, smtp_server):
    sms_gateway.stop()
    beredd = stopped.start()
    ident = beredd.trigger()
    smtp_server.wait_for("anna.berg@example.se")
    eventually(lambda: beredd.timeline(ident, "page-failed"))
    assert beredd.callout(ident)["state"] == "paging"


# ---- configuration

def check(config):
    config.write()
    out = subprocess.run([BUILD / "beredd", "-t", "-c", str(config.directory)], capture_output=True, text=True, timeout=20, check=False,
                         env=env_of(config))
    return out.returncode, out.stdout + out.stderr


def env_of(config):
    return {"PATH": "/usr/bin:/bin", "BEREDD_PRESETS": str(TOP / "conf" / "presets"), "HOME": str(config.root)}


def test_good_configuration_is_silent(config):
    code, out = check(config)
    assert code == 0 and ": error: " not in out and ": warning: " not in out, out


@pytest.mark.parametrize("name, old, new, line, says", [
    ("beredd.ini", "language = sv", "languge = sv", 4, "language"),
    ("beredd.ini", "language = sv", "language = de", 4, "sv"),
    ("beredd.ini", "Europe/Stockholm", "Europe/Stokholm", 3, "Europe/Stokholm"),
    ("beredd.ini", "sms = elks", "sms = elsk", None, "elks"),
    ("beredd.ini", "[channels]", "[chanels]", None, "channels"),
    ("people.ini", "name = Bo Ek", "name = Anna Berg\n[person anna.berg]", None, "anna.berg"),
    ("people.ini", "sms = +46701740606", "sms = 0701740606", None, "+46"),
    ("people.ini", "email = bo.ek@example.se", "email = bo.ek@example.se\\r\\nBcc: x", None, "email"),
    ("people.ini", "name = Bo Ek", "   sms = +46701740699\nname = Bo Ek", None, "indent"),
    ("groups.ini", "bo.ek, cia.lund", "bo.ekk, cia.lund", 3, "bo.ek"),
    ("rosters/TIB.ini", "primary sms, email", "primry sms, email", None, "primary"),
    ("rosters/TIB.ini", "repeat = 10m", "repeat = 10", None, "5m"),
    ("rosters/TIB.ini", "repeat = 10m", "repeat = 0s", None, "repeat"),
    ("gateways/elks.ini", "preset = 46elks", "preset = 46elk", None, "46elks"),
    ("sources.ini", "rights = trigger\n", "rights = trigga\n", None, "trigger"),
])
def test_error_in_the_configuration(config, name, old, new, line, says):
    config.change(name, old, new)
    code, out = check(config)
    found = [row for row in out.splitlines() if row.startswith(f"{name}:") and ": error: " in row]
    assert code == 1 and found, out
    assert any(says in row for row in found), found
    if line:
        assert any(row.startswith(f"{name}:{line}: ") for row in found), found


def test_every_error_at_once(config):
    config.change("beredd.ini", "language = sv", "languge = sv").change("people.ini", "name = Bo Ek", "nam = Bo Ek")
    config.change("groups.ini", "cia.lund", "sia.lund")
    code, out = check(config)
    assert code == 1 and {row.split(":")[0] for row in out.splitlines() if ": error: " in row} >= {"beredd.ini", "people.ini", "groups.ini"}, out


@pytest.mark.parametrize("text", ["x = " + "y" * 5000, "organisation = \xff\xfe", "organisation = a\x00b", "[daemon", "= 5", "ensam"])
def test_broken_line(config, text):
    config.files["beredd.ini"] = config.files["beredd.ini"].replace("organisation = Botkyrka kommun", text).encode("latin-1", "replace")
    code, out = check(config)
    assert code == 1 and "beredd.ini:2: error: " in out, out


def test_byte_order_mark_and_crlf_are_taken(config):
    config.files["people.ini"] = "\ufeff" + config.files["people.ini"].replace("\n", "\r\n")
    code, out = check(config)
    assert code == 0, out


def test_no_configuration_at_all(config, tmp_path):
    out = subprocess.run([BUILD / "beredd", "-c", str(tmp_path / "nowhere")], capture_output=True, text=True, timeout=20, check=False, env=env_of(config))
    assert out.returncode != 0 and "nowhere" in out.stdout + out.stderr


# ---- at random

SEEDS = [
    b'POST /v1/incidents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-of-rtj\r\nContent-Type: application/json\r\nContent-Length: 62\r\n\r\n'
    b'{"summary":"s","roles":["TIB"],"severity":"info","drill":false}',
    b"GET /v1/incidents/2026-0001?after=1&limit=2 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-of-operator\r\n\r\n",
    b"GET /v1/oncall?role=TIB&at=2026-12-24T08:00:00%2B01:00 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-of-operator\r\n\r\n",
    b"GET /v1/incidents?state=all&after=0&limit=3 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-of-operator\r\n\r\n",
    b"POST /hooks/elks/hook-secret-46elks/reply HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 36\r\n\r\n"
    b"from=%2B46701740605&message=JA+41730",
    b"POST /hooks/elks/hook-secret-46elks/receipt?page=2026-0001-1-9f3a2c41 HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 21\r\n\r\nid=1&status=delivered",
    b"POST /a/OAAAAAGCeZ27p4oR3HsJi5y5xaHj HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\nanswer=yes",
    b"POST /v1/incidents/1/acknowledge HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-of-operator\r\nContent-Type: application/json\r\n"
    b'Content-Length: 36\r\n\r\n{"person":"anna.berg","role":"TIB"} ',
    b"GET /v1/events?after=0&follow=no HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-of-operator\r\nLast-Event-ID: 2\r\n\r\n",
]
PIECES = [b"\x00", b"\r\n", b"\n", b"%00", b"%", b"\xff", b'"', b"{", b"[" * 50, b"-1", b"99999999999999999999", b"\xe2\x80\xae", b"\\ud800", b" ", b":", b"%2e%2e/",
          b"&", b"=", b"A" * 300, b"\xc3", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"1e999", b"null", b"/"]


def mutated(chance):
    """One of the requests with a few bytes changed, cut out, doubled, or put in."""
    data = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(data) + 1)
        what = chance.randrange(4)
        if what == 0 and at < len(data):
            data[at] = chance.randrange(256)
        elif what == 1:
            del data[at:at + chance.randrange(1, 20)]
        elif what == 2:
            data[at:at] = chance.choice(PIECES)
        else:
            data[at:at] = data[at:at + chance.randrange(1, 40)]
    return bytes(data)


@pytest.mark.parametrize("seed", range(4))
def test_mutated_requests_crash_nothing(beredd, seed):
    """The same ones every time; a longer look: BEREDD_FUZZ=100000."""
    beredd.trigger()
    chance = random.Random(seed)
    for _ in range(int(os.environ.get("BEREDD_FUZZ", "250"))):
        data = mutated(chance)
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", beredd.config.port), timeout=5) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            reply = connection.recv(65536)
            assert not reply or reply.startswith((b"HTTP/", b"<")), (data, reply)
        assert beredd.process.poll() is None, (data, beredd.stderr())
