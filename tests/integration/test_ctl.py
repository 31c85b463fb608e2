"""bereddctl, as people and programs use it: each command, its exit status, and what a terminal sees."""

import hashlib
import json
import os
import pty
import re
import select
import signal
import subprocess

import pytest

from harness.config import ANNA, BO, CIA, SLOW_LADDER
from harness.daemon import BUILD
from harness.waiting import eventually

CTL = str(BUILD / "bereddctl")


def alone(*arguments, **env):
    """Without a daemon."""
    return subprocess.run([CTL, *arguments], capture_output=True, text=True, timeout=20, check=False, stdin=subprocess.DEVNULL,
                          env={"PATH": os.environ["PATH"], **env})


# ---- without a daemon

@pytest.mark.parametrize("command", ["trigger", "list", "show", "log", "ack", "decline", "note", "close", "callout", "oncall", "gateway list",
                                     "gateway test", "gateway vcard", "status", "check", "reload", "token new", "verify",
                                     "roster show", "roster edit", "roster shift add", "roster shift list", "roster shift remove"])
def test_help_of_each_command(command):
    out = alone(*command.split(), "--help")
    assert out.returncode == 0 and out.stdout.startswith(f"Usage: bereddctl {command}") and "--json" in out.stdout and not out.stderr
    assert command in alone("--help").stdout


@pytest.mark.parametrize("group", ["gateway", "drill", "roster", "roster shift"])
@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_help_of_a_group(group, asked):
    """What there is to choose from, and nothing else, in columns."""
    out = alone(*group.split(), asked)
    assert out.returncode == 0 and not out.stderr and out.stdout.startswith(f"Usage: bereddctl {group} COMMAND")
    rows = [line for line in out.stdout.splitlines() if line.startswith("  ")]
    assert len(rows) >= 3 and all(row.startswith(f"  {group} ") for row in rows)
    assert len({re.match(r"  \S.*?  +", row).end() for row in rows}) == 1, out.stdout


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["trigger"], ["trigger", "ett", "två"], ["show"], ["note", "42"], ["list", "--bogus"], ["gateway"],
                                       ["ack", "1", "2"], ["--bogus"], ["oncall", "--at"], ["token", "new"], ["token", "new", "a b"], ["trigger", b"\xff"],
                                       ["roster"], ["roster", "nonsense"], ["roster", "show", "--from"], ["roster", "edit"], ["roster", "shift"],
                                       ["roster", "shift", "add", "TIB", "now", "mån"], ["roster", "shift", "remove", "TIB"]])
def test_usage_errors(arguments):
    out = alone(*arguments)
    assert out.returncode == 2 and out.stderr and not out.stdout


def test_near_command_is_named():
    assert "trigger" in alone("triger").stderr


@pytest.mark.parametrize("arguments", [["list"], ["trigger", "x"], ["status"], ["log", "-f"], ["log"], ["verify"], ["reload"]])
def test_no_daemon(tmp_path, arguments):
    path = str(tmp_path / "nobody.sock")
    for out in (alone("--socket", path, *arguments), alone(*arguments, BEREDD_SOCKET=path), alone(*arguments, "--socket", path)):
        assert out.returncode == 3 and path in out.stderr and not out.stdout


def test_token_new():
    out = alone("token", "new", "rtj")
    token, hashed = re.fullmatch(r"([A-Za-z0-9_-]{43})\n\ntoken-sha256 = ([0-9a-f]{64})\n", out.stdout).groups()
    assert out.returncode == 0 and hashlib.sha256(token.encode()).hexdigest() == hashed
    assert alone("token", "new", "rtj").stdout != out.stdout
    assert json.loads(alone("token", "new", "rtj", "--json").stdout)["source"] == "rtj"


# ---- with one

def test_trigger(beredd, sms_gateway):
    out = beredd.ctl("trigger", "Brand i skola", "--role", "tib", "--severity", "critical", "--key", "k1", "--location", "Tumba", "--callback",
                     "08-123 45 67", "--details", "-", stdin="Rök ur taket.\nBarnen är ute.\n")
    ident = re.match(r"(20\d\d-\d{4}) opened: TIB paging", out.stdout).group(1)
    assert out.returncode == 0 and not out.stderr
    incident = beredd.incident(ident)
    assert incident["source"] == "local" and incident["dedup_key"] == "k1" and incident["details"] == "Rök ur taket.\nBarnen är ute."
    sms_gateway.wait_for(ANNA)
    out = beredd.ctl("--json", "trigger", "Mer rök", "--key", "k1")
    assert json.loads(out.stdout)["id"] == ident
    out = beredd.ctl("trigger", "x", "--role", "TBI")
    assert out.returncode == 1 and "TIB" in out.stderr and not out.stdout


def test_trigger_drill_and_warning(beredd):
    assert "ÖVNING" in beredd.ctl("trigger", "--drill", "Larmprov").stdout
    out = beredd.ctl("trigger", "ÖVNING brand")
    assert out.returncode == 0 and "warning" in out.stderr


def test_list_and_show(beredd, sms_gateway):
    assert beredd.ctl("list").stdout == "No open incidents.\n"
    ident = beredd.trigger("Brand i skola, Åby", details="första\nandra", location="Åby")
    sms_gateway.wait_for(ANNA)
    eventually(lambda: beredd.timeline(ident, "page-sent"))
    out = beredd.ctl("list").stdout
    assert ident in out and "Brand i skola, Åby" in out and "TIB paging" in out
    shown = beredd.ctl("show", ident.split("-")[1].lstrip("0")).stdout
    for word in ("Brand i skola, Åby", "    första\n    andra\n", "opened", "page-sent", "anna.berg", "sms via elks", "next at"):
        assert word in shown, shown
    assert not re.search(r"[ \t]$", shown, re.MULTILINE), "no line ends in blanks"
    assert json.loads(beredd.ctl("show", ident, "--json").stdout)["timeline"]
    assert beredd.ctl("show", "9999").returncode == 1
    beredd.ctl("close", ident, "släckt")
    assert beredd.ctl("list").stdout == "No open incidents.\n" and ident in beredd.ctl("list", "--all").stdout
    assert len(json.loads(beredd.ctl("list", "--all", "--json").stdout)["incidents"]) == 1


def test_list_is_whole_beyond_one_page(stopped):
    stopped.config.change("sources.ini", "[source rtj]\n", "[source rtj]\nlimit = 100000/m\n")
    beredd = stopped.start()
    idents = [beredd.trigger(f"Larm {n}") for n in range(620)]
    assert [incident["id"] for incident in json.loads(beredd.ctl("list", "--json").stdout)["incidents"]] == idents


def test_times_are_the_municipalitys(beredd):
    ident = beredd.trigger()
    utc = beredd.ctl("show", ident, env={"TZ": "UTC"}).stdout
    assert " UTC" in utc
    env = {"PATH": os.environ["PATH"]}
    out = subprocess.run([CTL, "--socket", str(beredd.socket_path), "show", ident], env=env, capture_output=True, text=True, check=True, timeout=20)
    assert re.search(r"opened +\S+ \S+ CES?T", out.stdout), out.stdout


def test_answers(beredd, sms_gateway):
    ident = beredd.trigger()
    out = beredd.ctl("ack", ident)
    assert out.returncode == 1 and "anna.berg" in out.stderr, "nobody has the login root: it lists whom it could be"
    out = beredd.ctl("ack", ident, "--as", "ANNA.berg")
    assert out.returncode == 0 and "TIB acknowledged by anna.berg" in out.stdout
    out = beredd.ctl("ack", ident, "--as", "bo.ek", "--role", "TIB")
    assert out.returncode == 1 and "Anna Berg" in out.stderr
    out = beredd.ctl("decline", ident, "--as", "anna.berg")
    assert out.returncode == 0 and "TIB paging" in out.stdout
    sms_gateway.wait_for(BO)
    assert beredd.ctl("note", ident, "Räddningstjänsten är på väg").returncode == 0
    assert "Räddningstjänsten är på väg" in beredd.ctl("show", ident).stdout
    assert beredd.ctl("callout", ident, "kib").returncode == 0
    sms_gateway.wait_for(CIA)
    assert beredd.ctl("ack", ident, "--as", "bo.ek").returncode == 1, "two roles are being called: which?"
    assert "KIB" in beredd.ctl("ack", ident, "--as", "bo.ek").stderr
    assert beredd.ctl("close", ident).returncode == 0
    assert beredd.ctl("close", "9999").returncode == 1


def test_login_is_the_person(stopped):
    stopped.config.change("people.ini", "name = Bo Ek\n", f"name = Bo Ek\nlogin = {subprocess.check_output(['id', '-un'], text=True).strip()}\n")
    beredd = stopped.start()
    ident = beredd.trigger()
    out = beredd.ctl("ack", ident)
    assert out.returncode == 0 and "by bo.ek" in out.stdout


def test_oncall(beredd):
    out = beredd.ctl("oncall")
    row = next(line for line in out.stdout.splitlines() if line.startswith("TIB") and "primary" in line)
    assert "Anna Berg" in row and ANNA in row
    assert "Bo Ek" in out.stdout and "Cia Lund" in out.stdout
    only = beredd.ctl("oncall", "--role", "kib", "--at", "2026-12-24 08:00").stdout
    assert "Cia Lund" in only and "Anna" not in only
    assert json.loads(beredd.ctl("oncall", "--json").stdout)["oncall"]
    assert beredd.ctl("oncall", "--at", "imorgon").returncode == 1


def test_gateway(beredd, sms_gateway):
    out = beredd.ctl("gateway", "list")
    assert out.returncode == 0 and "elks" in out.stdout and "mail" in out.stdout
    out = beredd.ctl("gateway", "test", "elks", "bo.ek")
    assert out.returncode == 0, out.stderr
    assert sms_gateway.wait_for(BO)[0].text.startswith("TEST av larmvägen elks")
    sms_gateway.behave("error")
    out = beredd.ctl("gateway", "test", "elks", "bo.ek")
    assert out.returncode == 1 and "elks" in out.stderr
    assert "FAILS" in beredd.ctl("gateway", "list").stdout
    assert beredd.ctl("gateway", "test", "nothing", "bo.ek").returncode == 1
    assert beredd.ctl("gateway", "test", "elks", "nobody").returncode == 1


def test_status(stopped):
    beredd = stopped.start()
    out = beredd.ctl("status")
    assert out.returncode == 0 and "Botkyrka kommun" in out.stdout and "anna.berg" in out.stdout, out.stderr
    assert json.loads(beredd.ctl("status", "--json").stdout)["degraded"] is False
    beredd.config.files["rosters/KIB.ini"] = beredd.config.files["rosters/KIB.ini"].replace("2090-", "2021-")
    beredd.reload()
    out = beredd.ctl("status")
    assert out.returncode == 1 and "KIB" in out.stderr and "NOBODY" in out.stdout


def test_verify(stopped, tmp_path):
    beredd = stopped.start()
    ident = beredd.trigger("Ett sant larm")
    beredd.post(f"/v1/incidents/{ident}/close")
    out = beredd.ctl("verify")
    assert out.returncode == 0 and re.search(r"whole: \d+ records", out.stdout) and json.loads(beredd.ctl("verify", "--json").stdout)["whole"]
    out = alone("verify", "--state", str(tmp_path / "state"))
    assert out.returncode == 1 and "daemon" in out.stderr, "it is held"
    beredd.stop()
    assert alone("verify", "--state", str(tmp_path / "state")).returncode == 0
    database, = (tmp_path / "state").glob("beredd.db")
    database.write_bytes(database.read_bytes().replace(b"Ett sant larm", b"En osanning!!"))
    out = alone("verify", "--state", str(tmp_path / "state"))
    assert out.returncode == 1 and "CHANGED" in out.stderr
    assert alone("verify", "--state", str(tmp_path / "nowhere")).returncode == 1


def test_log_marks_every_line_of_a_drill(beredd, sms_gateway):
    drill = beredd.trigger("Larmprov", token="token-of-monitor", drill=True)
    sms_gateway.wait_for(ANNA)
    real = beredd.trigger("Brand")
    sms_gateway.wait_for(ANNA, 2)
    lines = beredd.ctl("log").stdout.splitlines()
    assert [line for line in lines if line.startswith(real)] and not [line for line in lines if line.startswith(real) and "ÖVNING" in line]
    assert [line for line in lines if line.startswith(drill)] and all("ÖVNING" in line for line in lines if line.startswith(drill))
    after = beredd.timeline(drill)[1]["seq"]
    assert after and all("ÖVNING" in line for line in beredd.ctl("log", drill).stdout.splitlines())


def test_log(beredd, sms_gateway):
    first, second = beredd.trigger("Ett"), beredd.trigger("Två")
    sms_gateway.wait_for(ANNA, 2)
    out = beredd.ctl("log").stdout
    assert "Ett" in out and "Två" in out
    out = beredd.ctl("log", second).stdout
    assert "Två" in out and "Ett" not in out
    events = [json.loads(line) for line in beredd.ctl("log", first, "--json").stdout.splitlines()]
    assert [event["event"] for event in events][:2] == ["opened", "callout-started"] and {event["incident"] for event in events} == {first}
    assert beredd.ctl("log", "9999").returncode == 1


def follow(beredd, *arguments):
    process = subprocess.Popen([CTL, "--socket", str(beredd.socket_path), "log", "-f", "--json", *arguments], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, env={"PATH": os.environ["PATH"]})
    os.set_blocking(process.stdout.fileno(), False)
    text = b""

    def saw(word):
        nonlocal text
        text += process.stdout.read() or b""
        return word.encode() in text
    return process, saw


def test_log_follows_across_a_restart(stopped):
    beredd = stopped.start()
    first = beredd.trigger("Ett")
    everything, saw = follow(beredd)
    one, saw_one = follow(beredd, first)
    try:
        eventually(lambda: saw_one('"Ett"'))
        # Events before it was connected are not told to who follows all: go on until one is.
        eventually(lambda: beredd.post(f"/v1/incidents/{first}/note", {"text": "hörs detta"}).status == 200 and saw("hörs detta"))
        beredd.kill()
        beredd.start()
        second = beredd.trigger("Efter kraschen")
        eventually(lambda: saw("Efter kraschen"))
        beredd.post(f"/v1/incidents/{first}/note", {"text": "sista ordet"})
        eventually(lambda: saw_one("sista ordet"))
        assert not saw_one(second)
    finally:
        for process in (everything, one):
            process.send_signal(signal.SIGINT)
            process.wait(10)
            process.stdout.close()


# ---- on a terminal

def on_terminal(beredd, arguments, answer=None, **env):
    """Runs it on a pseudo-terminal; answers when it is asked. Returns its exit status and all that the terminal saw."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update({"TERM": "xterm", "TZ": "Europe/Stockholm", **env})
        os.execv(CTL, [CTL, "--socket", str(beredd.socket_path), *arguments])
    seen = b""
    while True:
        ready, _, _ = select.select([terminal], [], [], 20)
        assert ready, seen
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            piece = b""
        if not piece:
            break
        seen += piece
        if answer is not None and b"anything else to leave it" in seen:
            os.write(terminal, answer)
            answer = None
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), seen.decode()


def test_a_drill_on_a_terminal(beredd, sms_gateway):
    code, seen = on_terminal(beredd, ["drill", "start", "--to", "krisledning", "--without", "elks", "--wait-for-all", "--deadline", "1h"], b"nej\n")
    assert code == 1 and "nothing was started" in seen
    assert all(text in seen for text in ("Bo Ek (bo.ek)", "Cia Lund (cia.lund)", "Without elks.", "until everybody has answered", "after 1h"))
    for mistyped in (["--to", "krisledningen"], ["--role", "TIB", "--without", "elk"]):
        code, seen = on_terminal(beredd, ["drill", "start", *mistyped])
        assert code == 1 and "did you mean" in seen and "ÖVA" not in seen
    code, seen = on_terminal(beredd, ["drill", "start", "--role", "TIB"], b"\x04")
    assert code == 1 and "Anna Berg" in seen and seen.endswith("it: \r\nbereddctl: nothing was started\r\n")
    code, seen = on_terminal(beredd, ["drill", "start", "--role", "TIB", "--dry-run"])
    assert code == 0 and "ÖVA" not in seen and ".jsonl" in seen
    assert not sms_gateway.attempts
    code, seen = on_terminal(beredd, ["drill", "start", "--role", "TIB"], "öva\n".encode())
    assert code == 0 and "has begun" in seen
    assert sms_gateway.wait_for(ANNA)[0].text.startswith("ÖVNING")
    planned = json.loads(beredd.ctl("--json", "drill", "start", "--role", "TIB", "--within", "4h").stdout)["id"]
    assert "will not begin" in beredd.ctl("drill", "stop", planned).stdout


def test_terminal_is_shown_who_and_asked_for_the_word(beredd, sms_gateway):
    code, seen = on_terminal(beredd, ["trigger", "Brand"], b"ja\n")
    assert code == 1 and "Anna Berg" in seen and "Cia Lund" not in seen and "nothing was sent" in seen
    assert beredd.get("/v1/incidents").json["incidents"] == []
    code, seen = on_terminal(beredd, ["trigger", "Brand"], b"\x04")
    assert code == 1 and beredd.get("/v1/incidents").json["incidents"] == []
    code, seen = on_terminal(beredd, ["trigger", "Brand", "--role", "KIB", "--role", "TBI"])
    assert code == 1 and "TIB" in seen and "LARMA" not in seen, "told before it is asked"
    code, seen = on_terminal(beredd, ["trigger", "Brand", "--role", "KIB"], b"LARMA\n")
    assert code == 0 and "Cia Lund" in seen and "Anna Berg" not in seen and "opened" in seen
    sms_gateway.wait_for(CIA)
    code, seen = on_terminal(beredd, ["trigger", "--yes", "Rök"])
    assert code == 0 and "LARMA" not in seen
    sms_gateway.wait_for(ANNA, containing="Rök")


def test_colours_only_where_they_are_wanted(beredd):
    ident = beredd.trigger()
    assert "\x1b[" in on_terminal(beredd, ["show", ident])[1]
    assert "\x1b[" not in on_terminal(beredd, ["show", ident], NO_COLOR="1")[1]
    assert "\x1b[" not in on_terminal(beredd, ["show", ident], TERM="dumb")[1]
    assert "\x1b[" not in beredd.ctl("show", ident).stdout


def test_columns_are_straight_with_swedish_letters(stopped):
    stopped.config.ladder(SLOW_LADDER)
    beredd = stopped.start()
    for name in ("aaa", "ååå", "a\u030aa\u030aa\u030a"):
        beredd.trigger("Larm", location=name, dedup_key=name)
    rows = [line for line in beredd.ctl("list").stdout.splitlines() if "Larm" in line]
    assert len(rows) == 3 and len({row.index("Larm") for row in rows}) == 1


# ---- gateway vcard

def vcard(text):
    """The properties, unfolded; a value's escapes stay."""
    assert text.startswith("BEGIN:VCARD\r\nVERSION:3.0\r\n") and text.endswith("\r\nEND:VCARD\r\n") and "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return [tuple(line.split(":", 1)) for line in text.replace("\r\n ", "").split("\r\n")[2:-2]]


def raw(beredd, *arguments):
    """The bytes as they are: Python would make one line feed of each line's end."""
    return subprocess.run([CTL, "--socket", str(beredd.socket_path), *arguments], capture_output=True, timeout=20, check=False)


def test_vcard(stopped, tmp_path):
    config = stopped.config
    for name, sender in (("two", "from = 71234\n"), ("three", "from = +46701740692\n"), ("named", "from = Exempelby\n"), ("own", "")):
        config.files[f"gateways/{name}.ini"] = (f"[gateway {name}]\ntype = http\nurl = http://127.0.0.1:9/\nbody = to={{to}}&text={{text}}\n"
                                                f"hook-secret = hook-secret-of-{name}\n{sender}")
    config.files["gateways/unused.ini"] = "[gateway unused]\ntype = http\nurl = http://127.0.0.1:9/{to}/{text}\nfrom = +46701740695\n"
    config.change("beredd.ini", "sms = elks", "sms = elks, two, three, named, own")
    config.change("beredd.ini", "Botkyrka kommun", "Åsele, Ängelholms och Östra Göinges gemensamma räddningsnämnd; Sverige")
    beredd, file = stopped.start(), tmp_path / "larm.vcf"
    out = raw(beredd, "gateway", "vcard", "--out", str(file))
    assert (out.returncode, out.stdout) == (0, b"")
    assert "the gateway named sends as 'Exempelby'" in out.stderr.decode() and "the gateway own has no 'from'" in out.stderr.decode()
    name = r"Åsele\, Ängelholms och Östra Göinges gemensamma räddningsnämnd\; Sverige"
    card = vcard(file.read_bytes().decode())
    assert card[:3] == [("N", f"LARM {name};;;;"), ("FN", f"LARM {name}"), ("ORG", name)]
    assert [value for key, value in card if key.startswith("TEL")] == ["+46701740692", "71234"]
    assert card[-1][0] == "NOTE" and "iPhone" in card[-1][1] and "Android" in card[-1][1] and "Larm" in card[-1][1]
    assert raw(beredd, "gateway", "vcard").stdout == file.read_bytes()
    config.change("beredd.ini", "language = sv", "language = en")
    beredd.reload()
    card = vcard(raw(beredd, "gateway", "vcard").stdout.decode())
    assert card[1] == ("FN", f"BEREDD {name}") and "Do Not Disturb" in card[-1][1]
    out = raw(beredd, "gateway", "vcard", "--out", str(tmp_path / "none" / "x.vcf"))
    assert out.returncode == 1 and b"x.vcf" in out.stderr
    assert json.loads(raw(beredd, "--json", "gateway", "vcard").stdout)["gateways"][0]["from"] == "+46701740692"


def test_vcard_without_a_number(stopped):
    stopped.config.outbox()
    out = stopped.start().ctl("gateway", "vcard")
    assert out.returncode == 1 and not out.stdout and "no gateway" in out.stderr


class Impostor:
    """Whoever listens where the daemon should: what it says is not to be trusted."""

    def __init__(self, path, body, status="200 OK"):
        import socket
        import threading
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(8)
        self.reply = (f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode() + body
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(self.reply)


NASTY = "a\\u001b[2J\\u009b31m\\u202eb\u009b41m\u0085"


@pytest.mark.parametrize("arguments", [["show", "1"], ["list"], ["--json", "show", "1"], ["log", "1"], ["ack", "1"]])
@pytest.mark.parametrize("status", ["200 OK", "409 Conflict"])
def test_control_characters_never_reach_a_terminal(tmp_path, arguments, status):
    body = (f'{{"error": "{NASTY}", "id": "{NASTY}", "state": "open", "summary": "{NASTY}", "severity": "{NASTY}", "details": "{NASTY}",'
            f'"callouts": [{{"role": "{NASTY}", "state": "{NASTY}", "acknowledged_by": "{NASTY}", "acknowledged_at": "{NASTY}"}}], "opened_at": "{NASTY}",'
            f'"timeline": [{{"seq": 1, "at": "{NASTY}", "event": "{NASTY}", "text": "{NASTY}", "channel": "{NASTY}", "gateway": "{NASTY}"}}],'
            f'"incidents": [{{"id": "{NASTY}", "summary": "{NASTY}"}}]}}').encode()
    path = tmp_path / "impostor.sock"
    impostor = Impostor(str(path), body, status)
    beredd = type("At", (), {"socket_path": path})
    code, seen = on_terminal(beredd, arguments, NO_COLOR="1")
    impostor.listener.close()
    assert code == (0 if status.startswith("200") else 1)
    assert not [c for c in seen if (ord(c) < 32 and c not in "\r\n") or 127 <= ord(c) < 160 or c == "\u202e"], seen


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1, 2]", b"null", b'{"incidents": 5}', b'{"incidents": [5, null, "x"]}', b"\xff\xfe", b"[" * 100000])
def test_nonsense_from_the_socket_crashes_nothing(tmp_path, body):
    path = tmp_path / "impostor.sock"
    impostor = Impostor(str(path), body)
    for arguments in (["list"], ["show", "1"], ["oncall"], ["status"], ["verify"], ["check"], ["ack", "1"], ["gateway", "list"], ["gateway", "vcard"],
                      ["--json", "list"]):
        assert alone("--socket", str(path), *arguments).returncode in (0, 1, 3), arguments
    impostor.listener.close()
