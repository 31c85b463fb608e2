"""Providers that nobody here has heard of, added with nothing but a file in gateways/."""

import json
import re
import subprocess
import urllib.parse

import pytest

from harness.config import ANNA, HOOK_SECRET
from harness.daemon import BUILD, TOP
from harness.provider import Provider
from harness.ports import free_port
from harness.waiting import eventually

SECRET = "hook-secret-of-the-provider"
SUMMARY = 'Läcka i "Åvägen" {to} \\ 100 % & <rök> +1'


class Nested(Provider):
    """JSON in a JSON of its own making. It says 200 to everything, and means it only with "result": "queued"."""

    busy = False

    def answer(self, asked):
        if asked.headers.get("Authorization") != "Bearer nyckel:1+2":
            return self.refuse(401, "who are you?")
        if self.busy:
            return 200, "application/json", json.dumps({"result": "rejected", "items": [{"ref": {"no": 1}}]})
        self.messages.append(asked.json)
        return 200, "application/json", json.dumps({"result": "queued", "items": [{"ref": {"no": 700 + len(self.messages)}}]})


NESTED = """[gateway nested]
type = http
method = PUT
url = http://127.0.0.1:{port}/v7/outbox
header = Authorization: Bearer {{password}}
header = X-Reference: {{page}}
password = nyckel:1+2
content-type = application/json
body = {{"batch": [{{"recipient": {{"msisdn": "{{to}}"}}, "originator": "{{from}}",
       "content": {{"title": "{{subject}}", "body": "{{text}}", "odd": {{"x": {{}}}}}},
       "hook": "{{receipt-url}}"}}]}}
accept = 200 /"result": *"queued"/
message-id = json:items.0.ref.no
from = +46701740696
hook-secret = {secret}
reply-from = json:sms.sender.msisdn
reply-text = json:sms.parts.0
receipt-status = json:report.state
receipt-delivered = HANDSET, READ
receipt-failed = EXPIRED, NOROUTE
"""


class Limited(Provider):
    """Asks to be left alone."""

    def answer(self, asked):
        return 429, "text/plain", "too many", ("Retry-After", "60")


class OnlyGet(Provider):
    """Everything stands in the address; the answer is a line of text."""

    def answer(self, asked):
        if asked.method != "GET" or asked.body or asked.query.get("key") != "hemlig&=?":
            return self.refuse(403, "ERR")
        self.messages.append(asked.query)
        return 200, "text/plain", f"OK {9000 + len(self.messages)}\r\n"


ONLY_GET = """[gateway getter]
type = http
method = GET
url = http://127.0.0.1:{port}/http/send?user={{username}}&key={{password}}
      &msisdn={{to}}&originator={{from}}&message={{text}}&title={{subject}}&callback={{receipt-url}}
username = beredd
password = hemlig&=?
accept = /^OK [0-9]+/
message-id = /^OK ([0-9]+)/
from = 71234
hook-secret = {secret}
reply-from = msisdn
reply-text = message
receipt-status = state
receipt-delivered = D
receipt-failed = U, X
"""


@pytest.fixture(name="through")
def through_fixture(stopped):
    """Starts the provider, and the daemon with its gateway before the others."""
    started = []

    def start(kind, name, ini):
        provider = kind(free_port()).start()
        started.append(provider)
        config = stopped.config
        config.files[f"gateways/{name}.ini"] = ini.format(port=provider.port, secret=SECRET)
        config.change("beredd.ini", "sms = elks", f"sms = {name}, elks")
        config.change("beredd.ini", "email = mail", f"email = {name}, mail")
        return stopped.start(), provider
    yield start
    for provider in started:
        provider.stop()
        assert not provider.violations


def by_number(messages, key):
    """The SMS, and the mail, which has a subject and more lines than one."""
    sms, = [message for message in messages if key(message) == ANNA]
    mail, = [message for message in messages if key(message) == "anna.berg@example.se"]
    return sms, mail


def code_in(text):
    return re.search(r"JA (\d{6})", text).group(1)


def path_of(url):
    parts = urllib.parse.urlsplit(url)
    return f"{parts.path}?{parts.query}"


def test_nested_json(through):
    beredd, provider = through(Nested, "nested", NESTED)
    ident = beredd.trigger(SUMMARY)
    messages = [message["batch"][0] for message in provider.wait_for(2)]
    sms, mail = by_number(messages, lambda message: message["recipient"]["msisdn"])
    page, = [entry["page"] for entry in beredd.timeline(ident, "page-queued") if entry["channel"] == "sms"]
    assert page in {asked.headers["X-Reference"] for asked in provider.asked}
    assert all(asked.method == "PUT" and asked.headers["Content-Type"] == "application/json" for asked in provider.asked)
    assert sms["originator"] == "+46701740696" and SUMMARY in sms["content"]["body"] and sms["content"]["odd"] == {"x": {}}
    assert SUMMARY in mail["content"]["body"] and mail["content"]["body"].count("\n") > 3 and "LARM" in mail["content"]["title"]
    report = {"report": {"state": "SMSC"}}
    assert beredd.request("POST", path_of(sms["hook"]), report).status == 200
    report["report"]["state"] = "handset"
    assert beredd.request("POST", path_of(sms["hook"]), report).status == 200
    delivered, = eventually(lambda: beredd.timeline(ident, "page-delivered"))
    assert (delivered["page"], delivered["gateway"]) == (page, "nested")
    report["report"]["state"] = "NOROUTE"
    assert beredd.request("POST", path_of(mail["hook"]), report).status == 200
    assert [page["channel"] for page in eventually(lambda: beredd.timeline(ident, "page-failed"))] == ["email"]
    answer = {"sms": {"sender": {"msisdn": ANNA[1:]}, "parts": [f'"Ja"\n{code_in(sms["content"]["body"])}, på väg åäö']}}
    assert beredd.request("POST", f"/hooks/nested/{SECRET}/reply", answer).status == 200
    assert not beredd.timeline(ident, "acknowledged")        # more words than an answer has: that is not one
    answer["sms"]["parts"] = [f"Ja\n{code_in(sms['content']['body'])}"]
    assert beredd.request("POST", f"/hooks/nested/{SECRET}/reply", answer).status == 200
    assert beredd.callout(ident)["acknowledged_by"] == "anna.berg"


def test_what_the_pattern_does_not_accept_goes_elsewhere(through, sms_gateway):
    beredd, provider = through(Nested, "nested", NESTED)
    provider.busy = True
    ident = beredd.trigger(SUMMARY)
    sms, = sms_gateway.wait_for(ANNA)
    assert SUMMARY in sms.text
    eventually(lambda: [page for page in beredd.timeline(ident, "page-sent") if page["gateway"] == "elks"])
    gateways = {gateway["name"]: gateway for gateway in beredd.get("/v1/gateways").json["gateways"]}
    assert "not what 'accept' asks for" in gateways["nested"]["last_reason"]


def test_only_get(through):
    beredd, provider = through(OnlyGet, "getter", ONLY_GET)
    ident = beredd.trigger(SUMMARY)
    sms, mail = by_number(provider.wait_for(2), lambda message: message["msisdn"])
    assert set(sms) == {"user", "key", "msisdn", "originator", "message", "title", "callback"} and sms["originator"] == "71234"
    assert SUMMARY in sms["message"] and SUMMARY in mail["message"] and mail["message"].count("\n") > 3
    assert beredd.request("GET", f"{path_of(sms['callback'])}&state=D").status == 200
    delivered, = eventually(lambda: beredd.timeline(ident, "page-delivered"))
    assert delivered["channel"] == "sms"
    assert beredd.request("GET", f"{path_of(mail['callback'])}&state=X").status == 200
    assert [page["channel"] for page in eventually(lambda: beredd.timeline(ident, "page-failed"))] == ["email"]
    query = urllib.parse.urlencode({"msisdn": f"00{ANNA[1:]}", "message": f"Nej {code_in(sms['message'])}"})
    assert beredd.request("GET", f"/hooks/getter/{SECRET}/reply?{query}").status == 200
    assert [entry["person"] for entry in beredd.timeline(ident, "declined")] == ["anna.berg"]


def test_who_asks_to_be_left_alone_is_tried_last(through, sms_gateway, smtp_server):
    beredd, provider = through(Limited, "nested", NESTED)
    beredd.trigger("Brand ett")
    sms_gateway.wait_for(ANNA, containing="Brand ett")
    smtp_server.wait_for("anna.berg@example.se")
    asked = len(provider.asked)
    assert asked in (1, 2)               # the SMS and the mail, unless the mail had heard of it
    beredd.trigger("Brand två")
    sms_gateway.wait_for(ANNA, containing="Brand två")
    assert len(provider.asked) == asked
    sms_gateway.behave("error")
    beredd.trigger("Brand tre")
    eventually(lambda: len(provider.asked) > asked, what="that the last one left is tried all the same")


def test_what_a_provider_says_and_nobody_understands_is_logged(beredd):
    """It may have been somebody's yes. What it said is not written down: it may hold a code."""
    path = f"/hooks/elks/{HOOK_SECRET}/"
    assert beredd.form(path + "reply", sender=ANNA, text="JA 417302").status == 400
    assert beredd.request("POST", path + "receipt?page=x", b'{"state": "DELIVRD"}', headers={"Content-Type": "application/json"}).status == 400
    eventually(lambda: beredd.stderr().count("was not understood") == 2)
    lines = [line for line in beredd.stderr().splitlines() if "was not understood" in line]
    assert lines == ["<4>gateway elks: a call to its reply hook from 127.0.0.1 was not understood: it is not said who the reply is from",
                     "<4>gateway elks: a call to its receipt hook from 127.0.0.1 was not understood: neither the address names a page, nor the "
                     "receipt a message"]
    assert beredd.form(path.replace(HOOK_SECRET, "guessed") + "reply", sender=ANNA).status == 404      # nobody fills the log from outside
    assert beredd.stderr().count("was not understood") == 2


def readme_gateways():
    """Every [gateway ...] that the README shows, as (name, text); some are shown twice."""
    blocks = re.findall(r"((?:^ {4}.*\n|^\n)+)", (TOP / "README.md").read_text(), re.M)
    blocks = [re.sub(r"^ {4}", "", block, flags=re.M) for block in blocks]
    return [(re.match(r"\s*\[gateway (\w+)\]", block).group(1), block) for block in blocks if block.lstrip().startswith("[gateway ")]


@pytest.mark.parametrize("pick, voice", [(0, "twilio"), (-1, "twilio, elks")])
def test_what_the_readme_shows_works(config, pick, voice):
    shown = readme_gateways()
    names = {name for name, _ in shown}
    assert names == {"elks", "twilio", "kannel", "provider", "mail", "modem", "try"}
    for name in names:
        config.files[f"gateways/{name}.ini"] = [text for shown_name, text in shown if shown_name == name][pick]
        for secret in ("user", "password", "hook", "account", "token"):
            config.files[f"credentials/{name}-{secret}"] = "0123456789abcdef0123"
    config.change("beredd.ini", "sms = elks\n", f"sms = elks, twilio, kannel, provider, modem\nvoice = {voice}, try\n").write()
    done = subprocess.run([BUILD / "beredd", "-c", config.directory, "-t"], env={"BEREDD_PRESETS": str(TOP / "conf" / "presets")},
                          capture_output=True, text=True, timeout=30, check=False)
    said = [line for line in done.stdout.splitlines() if "gateways/" in line and "/var/spool/sms/" not in line]
    assert done.returncode == 0 and not said, done
