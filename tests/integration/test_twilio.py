"""Twilio's preset against a strict double: what is sent, what its signed calls do, and what an unsigned one does not."""

import re

import pytest

from harness.config import ANNA
from harness.provider import Twilio
from harness.ports import free_port
from harness.waiting import eventually

SECRET = "hook-secret-twilio"
PUBLIC = "https://larm.example.se"


@pytest.fixture(name="twilio")
def twilio_fixture():
    provider = Twilio(free_port()).start()
    yield provider
    provider.stop()
    assert not provider.violations


@pytest.fixture(name="through_twilio")
def through_twilio_fixture(stopped, twilio):
    config = stopped.config
    config.files["gateways/twilio.ini"] = (
        f"[gateway twilio]\ntype = http\npreset = twilio\nusername = {twilio.ACCOUNT}\npassword = {twilio.TOKEN}\n"
        f"from = {twilio.NUMBER}\nhook-secret = {SECRET}\n"
        f"url = http://127.0.0.1:{twilio.port}/2010-04-01/Accounts/{{username}}/Messages.json\n")
    config.change("beredd.ini", "sms = elks", "sms = twilio")
    config.change("beredd.ini", f"public-url = http://127.0.0.1:{config.port}", f"public-url = {PUBLIC}")
    return stopped.start()


def reply(code, sender=ANNA):
    return {"MessageSid": "SMaa", "AccountSid": Twilio.ACCOUNT, "From": sender, "To": Twilio.NUMBER, "Body": f"Ja {code}",
            "NumMedia": "0"}


def receipt(message, status):
    return {"MessageSid": "SM1", "MessageStatus": status, "To": message["To"], "From": message["From"],
            "AccountSid": Twilio.ACCOUNT}


def test_out_receipt_and_reply(through_twilio, twilio):
    beredd = through_twilio
    ident = beredd.trigger('Översvämning på "Åvägen" & 100 % vått')
    message, = twilio.wait_for()
    assert message["To"] == ANNA and message["From"] == twilio.NUMBER
    assert 'Översvämning på "Åvägen" & 100 % vått' in message["Body"]
    url = message["StatusCallback"]
    assert url.startswith(f"{PUBLIC}/hooks/twilio/{SECRET}/receipt?page={ident}-")
    for status in ("queued", "sending", "sent"):
        assert twilio.call(beredd, url, receipt(message, status)).status == 200
    assert "page-delivered" not in beredd.events(ident)
    answer = twilio.call(beredd, url, receipt(message, "delivered"))
    assert (answer.status, answer.text, answer.headers["Content-Type"]) == (200, "<Response/>", "text/xml; charset=utf-8")
    delivered, = eventually(lambda: beredd.timeline(ident, "page-delivered"))
    assert delivered["gateway"] == "twilio"
    code = re.search(r"JA (\d{6})", message["Body"]).group(1)
    answer = twilio.call(beredd, f"{PUBLIC}/hooks/twilio/{SECRET}/reply", reply(code))
    assert (answer.status, answer.text, answer.headers["Content-Type"]) == (200, "<Response/>", "text/xml; charset=utf-8")
    assert beredd.callout(ident)["acknowledged_by"] == "anna.berg"
    assert "Kvitterat" in twilio.wait_for(2)[1]["Body"]


@pytest.mark.parametrize("status", ["undelivered", "failed"])
def test_what_will_never_arrive_has_failed(through_twilio, twilio, status):
    ident = through_twilio.trigger()
    message, = twilio.wait_for()
    assert twilio.call(through_twilio, message["StatusCallback"], receipt(message, status)).status == 200
    assert eventually(lambda: [page for page in through_twilio.timeline(ident, "page-failed") if page["channel"] == "sms"])


def test_a_wrong_signature_changes_nothing(through_twilio, twilio):
    beredd = through_twilio
    ident = beredd.trigger()
    message, = twilio.wait_for()
    code = re.search(r"JA (\d{6})", message["Body"]).group(1)
    eventually(lambda: len(beredd.timeline(ident, "page-sent")) == 2, what="that the SMS and the mail are sent")
    url, before = f"{PUBLIC}/hooks/twilio/{SECRET}/reply", beredd.events(ident)
    fields = reply(code)
    wrong = [None, "", "x", twilio.signature(url, fields, "another-token"), twilio.signature(url, reply("000000")),
             twilio.signature(f"{PUBLIC}/hooks/twilio/{SECRET}/receipt", fields)]
    for signature in wrong:
        answer = twilio.call(beredd, url, fields, **{"X-Twilio-Signature": signature})
        assert answer.status == 403, (signature, answer)
        answer = twilio.call(beredd, message["StatusCallback"], receipt(message, "failed"), **{"X-Twilio-Signature": signature})
        assert answer.status == 403, (signature, answer)
    assert beredd.events(ident) == before and beredd.callout(ident)["state"] == "paging"
    assert beredd.stderr().count("gateway twilio: a call to its reply hook") == len(wrong)
    assert beredd.stderr().count("gateway twilio: a call to its receipt hook") == len(wrong)
    assert SECRET not in beredd.stderr() and twilio.TOKEN not in beredd.stderr()
    assert twilio.call(beredd, url.replace(SECRET, "another"), fields).status == 404
    assert twilio.call(beredd, url, fields).status == 200
    assert beredd.callout(ident)["state"] == "acknowledged"
