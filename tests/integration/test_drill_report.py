"""What a drill came to, in its four formats."""

import csv
import io
import json
import shutil
import subprocess
from html.parser import HTMLParser

from harness.config import ANNA, BO
from harness.waiting import eventually

VOID = {"meta", "link", "br", "img", "hr", "input"}
HOSTILE = "=cmd|' /C calc'!A0 <script>alert(\"å\")</script> & \"Strömavbrott\", Alby"


class Page(HTMLParser):
    """Fails on what does not nest; keeps the texts, and what would be fetched."""

    def __init__(self):
        super().__init__()
        self.open, self.text, self.tags, self.fetched, self.tables = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.fetched += [value for name, value in attrs if name in ("src", "href", "data", "action")]
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append(0)
        if tag in ("td", "th"):
            self.tables[-1][-1] += 1
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> where {self.open[-1:]} is open"

    def handle_data(self, data):
        self.text.append(data)


def read_page(html):
    page = Page()
    page.feed(html)
    page.close()
    assert not page.open and not page.fetched and "script" not in page.tags and "@import" not in html and "url(" not in html
    assert all(len(set(rows)) == 1 for rows in page.tables), "rows of a table have as many cells as each other"
    if shutil.which("tidy"):
        checked = subprocess.run(["tidy", "-e", "-q", "-utf8"], input=html.encode(), capture_output=True, check=False)
        assert checked.returncode == 0, checked.stderr.decode()
    return page


def report(beredd, *arguments):
    out = beredd.ctl("drill", "report", *arguments)
    assert out.returncode == 0, out.stderr
    return out.stdout


def start(beredd, *arguments):
    return json.loads(beredd.ctl("--json", "drill", "start", "--yes", *arguments).stdout)["id"]


def two_gateways(stopped, tmp_path):
    stopped.config.files["gateways/second.ini"] = f"[gateway second]\ntype = outbox\nfile = {tmp_path}/second.jsonl\n"
    stopped.config.change("beredd.ini", "sms = elks", "sms = elks, second")
    stopped.config.ladder("step = 0s primary sms\nstep = 1s secondary sms\nrepeat = 10m")
    return stopped.start()


def answered(beredd, ident):
    return next(drill for drill in json.loads(beredd.ctl("--json", "drill", "list").stdout)["drills"] if drill["id"] == ident)["answered"]


def test_all_formats(stopped, sms_gateway, smtp_server, tmp_path):
    beredd = two_gateways(stopped, tmp_path)
    none = beredd.ctl("drill", "report")
    assert none.returncode == 1 and "no drill yet" in none.stderr
    first = start(beredd, "--role", "TIB", "--dry-run")
    assert beredd.ctl("drill", "stop", first).returncode == 0
    second = start(beredd, "--to", "krisledning", "--scenario", HOSTILE, "--wait-for-all", "--without", "elks")
    eventually(lambda: [entry["event"] for entry in beredd.timeline(second)].count("page-sent") == 4)
    assert beredd.ctl("ack", second, "--as", "bo.ek").returncode == 0
    eventually(lambda: answered(beredd, second) == 1)
    assert beredd.ctl("drill", "stop", second).returncode == 0

    data = json.loads(report(beredd, "--format", "json"))
    assert data["id"] == second and data["ending"] == "stopped" and (data["answered"], data["of"]) == (1, 2) and data["missing"] == ["cia.lund"]
    assert json.loads(beredd.ctl("--json", "drill", "report", second).stdout)["pages"] == data["pages"]
    assert [gateway["left_out"] for gateway in data["gateways"] if gateway["gateway"] == "elks"] == [2]
    assert all(page["state"] == "sent" for page in data["pages"])
    assert sorted((page["person"], page["gateway"]) for page in data["pages"]) == [(who, way) for who in ("bo.ek", "cia.lund")
                                                                                   for way in ("mail", "second")]
    assert [person["answer"] for person in data["people"]] == ["yes", None] and data["first_answer_msec"] is not None
    assert not data["dry_run"] and data["summary"] == HOSTILE and data["earlier"] == []

    text = report(beredd)
    for part in (f"Övningsrapport {second}", "Europe/Stockholm (CE", "1 av 2 personer har svarat; inte cia.lund", "INGET SVAR", "Bo Ek",
                 "2 av 2 utskick togs emot av en annan", "elks bortkopplad i övningen; second tog emot", "stoppad av "):
        assert part in text, (part, text)

    assert report(beredd, second, "--output", str(tmp_path / "rapport.csv")) == ""
    raw = (tmp_path / "rapport.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and raw.count(b"\r\n") == raw.count(b"\n") == 5
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))
    assert {(row["person"], row["state"], row["answer"]) for row in rows} == {("bo.ek", "sent", "yes"), ("cia.lund", "sent", "")}
    assert all(row["scenario"] == "'" + HOSTILE for row in rows) and sum("elks: left-out" in row["attempts"] for row in rows) == 2
    assert rows[0]["queued_at"][-6:] in ("+01:00", "+02:00")

    path = tmp_path / "rapport.html"
    assert report(beredd, second, "--output", str(path)) == ""
    html = path.read_text()
    page = read_page(html)
    assert "<script" not in html and HOSTILE in "".join(page.text) and "svg" in page.tags and html.count("<title") == 2 and "<desc" in html
    assert "INGET SVAR" in html and "Lund" in html and "ÖVNING" in html and 'scope="col"' in html and "@page{size:A4" in html
    assert "Torrkörning" in report(beredd, first)

    many = json.loads(report(beredd, "--since", "1d", "--format", "json"))
    assert [drill["id"] for drill in many["drills"]] == [first, second] and many["dry_runs"] == 1
    assert [(role["role"], role["drills"]) for role in many["roles"]] == [("krisledning", 1)]
    only = json.loads(report(beredd, "--since", "1d", "--role", "tib", "--format", "json"))
    assert [drill["id"] for drill in only["drills"]] == [first]
    read_page(report(beredd, "--since", "1d", "--format", "html"))
    assert first in report(beredd, "--since", "1d") and report(beredd, "--since", "1d", "--format", "csv").count("\n") == 3
    assert all("SLUT" in attempt["message"] for attempt in sms_gateway.attempts) and smtp_server


def test_earlier_drills_a_person_left_out_and_a_real_alarm(stopped, sms_gateway, tmp_path):
    stopped.config.change("beredd.ini", "language = sv", "language = en")
    beredd = two_gateways(stopped, tmp_path)
    before = start(beredd, "--role", "TIB")
    sms_gateway.wait_for(ANNA)
    assert beredd.ctl("ack", before, "--as", "anna.berg").returncode == 0
    eventually(lambda: answered(beredd, before) == 1)
    assert beredd.ctl("drill", "stop").returncode == 0
    ident = start(beredd, "--role", "TIB", "--without", "anna.berg")
    sms_gateway.wait_for(BO)
    real = beredd.trigger("På riktigt")
    eventually(lambda: beredd.incident(ident)["state"] == "closed")
    data = json.loads(report(beredd, ident, "--format", "json"))
    assert data["ending"] == "aborted" and data["real_alarm"] == real
    assert [(drill["id"], drill["answered"], drill["of"]) for drill in data["earlier"]] == [(before, 1, 1)]
    assert [(person["person"], person["held_back"]) for person in data["people"]] == [("anna.berg", True), ("bo.ek", False)]
    text = report(beredd, ident)
    assert f"stopped by a real alarm ({real})" in text and "Anna Berg was not paged" in text and "Earlier drills" in text
    for wrong, status, word in ((real, 1, "no drill"), ("2026-9999", 1, "no incident"), ("x", 1, "id")):
        out = beredd.ctl("drill", "report", wrong)
        assert out.returncode == status and word in out.stderr, out.stderr
    for usage in (("--format", "pdf"), ("--since", "igår"), (ident, "--since", "1d"), ("--output",), (ident, ident)):
        assert beredd.ctl("drill", "report", *usage).returncode == 2, usage
    assert beredd.ctl("drill", "report", "--output", str(tmp_path / "not" / "there")).returncode == 1
    assert beredd.request("GET", "/v1/drills/report", token="token-of-monitor").status == 403
    assert beredd.request("GET", "/v1/drills/report?since=x", token="token-of-operator").status == 422
    assert beredd.ctl("drill", "report", "--role", "KIB").returncode == 1
