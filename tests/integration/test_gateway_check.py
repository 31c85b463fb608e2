"""Scheduled checks of a gateway, with receipts and without, what the administrators are told, and balances."""

import json

import pytest

from harness.config import DRIFT, HOOK_SECRET
from harness.provider import Provider
from harness.ports import free_port
from harness.waiting import eventually

OWN = "+46701740699"
CHECK = f"check = 24h\ncheck-to = {OWN}\n"


def listed(beredd, name):
    return next(gateway for gateway in beredd.get("/v1/gateways").json["gateways"] if gateway["name"] == name)


def states(beredd):
    return [entry for entry in map(json.loads, beredd.ctl("log", "--json").stdout.splitlines()) if entry["event"] == "gateway-state"]


def mails(smtp_server, containing):
    return [mail for mail in smtp_server.to("drift@example.se") if containing in mail["Subject"]]


@pytest.fixture(name="second")
def second_fixture():
    provider = Provider(free_port()).start()
    yield provider
    provider.stop()


@pytest.fixture(name="checked")
def checked_fixture(stopped):
    """46elks gives receipts, and they are waited for."""
    stopped.config.files["gateways/elks.ini"] = stopped.config.elks_ini(more=CHECK)
    return stopped.start()


def test_check_with_a_receipt(checked, sms_gateway):
    sms, = sms_gateway.wait_for(OWN)
    assert sms.text == "TEST av larmvägen elks, Botkyrka kommun. Inget har hänt. Svara inte."
    eventually(lambda: listed(checked, "elks")["state"] == "ok")
    assert not states(checked)                    # it was taken, which is not enough
    assert sms_gateway.receipt(checked, sms, "delivered").status == 200
    entry, = eventually(lambda: states(checked))
    assert entry["gateway"] == "elks" and entry["text"] == "the check got through"
    check = listed(checked, "elks")["check"]
    assert check["last_at"] and not check["failed"]
    for end in (checked.stop, checked.kill):      # the schedule is in the log
        end()
        checked.start()
        assert listed(checked, "elks")["check"] == check
    assert len(sms_gateway.to(OWN)) == 1


def test_receipt_that_says_never_alarms_the_administrators(stopped, sms_gateway, smtp_server, second):
    """By every channel that they have, and not through the gateway that it is about where there is another."""
    config = stopped.config
    config.files["gateways/elks.ini"] = config.elks_ini(more=CHECK)
    config.files["gateways/two.ini"] = f"[gateway two]\ntype = http\npreset = generic-form\nurl = http://127.0.0.1:{second.port}/\nfrom = +46701740693\n"
    config.change("beredd.ini", "sms = elks", "sms = elks, two").change("beredd.ini", "admin-channels = email", "admin-channels = email, sms")
    checked = stopped.start()
    sms, = sms_gateway.wait_for(OWN)
    eventually(lambda: listed(checked, "elks")["state"] == "ok")
    sms_gateway.receipt(checked, sms, "failed")
    mail, = eventually(lambda: mails(smtp_server, "provet av larmvägen elks kom INTE fram"))
    assert "Kontrollera den nu" in mail.get_body(("plain",)).get_content()
    text, = second.wait_for()
    assert text.fields["to"] == DRIFT and "PROVET av larmvägen elks kom INTE fram" in text.fields["text"]
    elks = listed(checked, "elks")
    assert (elks["state"], elks["working"]) == ("failing", False) and elks["state_reason"].startswith("its check did not get through")
    line = next(line for line in checked.ctl("gateway", "list").stdout.splitlines() if line.startswith("elks"))
    assert "FAILS" in line and "its check did not get through" in line
    checked.kill()
    checked.start()
    assert listed(checked, "elks")["state"] == "failing"      # and nobody is told anew
    assert len(mails(smtp_server, "kom INTE fram")) == 1 == len(second.messages)
    assert not sms_gateway.to(DRIFT)


def test_check_without_receipts(stopped, sms_gateway, smtp_server):
    """Mail has no receipts: taken is got through. And a refusal is told at once."""
    stopped.config.files["gateways/mail.ini"] = stopped.config.mail_ini(more="check = 24h\ncheck-to = larm@example.se\n")
    stopped.config.files["gateways/elks.ini"] = stopped.config.elks_ini(more=CHECK)
    stopped.config.change("beredd.ini", "admin-channels = email", "admin-channels = email, sms")
    sms_gateway.behave("error", OWN)
    beredd = stopped.start()
    eventually(lambda: mails(smtp_server, "provet av larmvägen elks kom INTE fram"))
    sms, = sms_gateway.wait_for(DRIFT, containing="PROVET av larmvägen elks kom INTE fram (HTTP 500")
    assert sms
    assert eventually(lambda: smtp_server.to("larm@example.se"))[0]["Subject"] == "TEST av larmvägen mail, Botkyrka kommun"
    eventually(lambda: [entry["text"] for entry in states(beredd) if entry["gateway"] == "mail"] == ["the check got through"])
    assert len(sms_gateway.tried(OWN)) == 1


class Account(Provider):
    """46elks's account: in ten-thousandths of a krona."""

    balance = 3125000

    def answer(self, asked):
        self.messages.append(asked)
        return 200, "application/json", json.dumps({"id": "u1", "currency": "SEK", "balance": self.balance})


def test_balance(stopped, sms_gateway, smtp_server):
    account = Account(free_port()).start()
    try:
        url = f"http://127.0.0.1:{account.port}/a1/me"
        config = stopped.config
        config.files["gateways/elks.ini"] = config.elks_ini(more=f"balance-url = {url}\nbalance-warning = 500\n")
        beredd = stopped.start()
        mail, = eventually(lambda: mails(smtp_server, "larmvägen elks har bara 312.50 SEK kvar"))
        assert "Fyll på" in mail.get_body(("plain",)).get_content()
        balance = listed(beredd, "elks")["balance"]
        assert balance["amount"] == "312.50 SEK" and balance["low"] and balance["at"]
        assert "312.50 SEK" in beredd.ctl("gateway", "list").stdout
        assert account.messages[0].method == "GET" and account.messages[0].headers["Authorization"].startswith("Basic ")
        beredd.reload()
        eventually(lambda: len(account.messages) == 2)
        account.balance = 9000000
        beredd.reload()
        eventually(lambda: listed(beredd, "elks")["balance"] and not listed(beredd, "elks")["balance"]["low"])
        assert len(mails(smtp_server, "har bara")) == 1
        assert [entry["text"] for entry in states(beredd)][-1] == "the balance is good again: 900.00 SEK"
        assert not sms_gateway.taken and HOOK_SECRET not in beredd.stderr()
    finally:
        account.stop()


@pytest.mark.parametrize("reply, why", [('{"balance": "much", "currency": "SEK"}', "the reply has no number at json:balance"), ("<html>", "the reply has no number"),
                                        ('{"balance": 1e30}', "the reply has no number"), (None, "HTTP 401")])
def test_balance_that_cannot_be_read_is_told_once(stopped, smtp_server, reply, why):
    class Broken(Provider):
        def answer(self, asked):
            self.messages.append(asked)
            return (200, "application/json", reply) if reply else (401, "text/plain", "who are you?")
    account = Broken(free_port()).start()
    try:
        config = stopped.config
        config.files["gateways/elks.ini"] = config.elks_ini(more=f"balance-url = http://127.0.0.1:{account.port}/a1/me\nbalance-warning = 500\n")
        beredd = stopped.start()
        eventually(lambda: f"gateway elks: its balance is not known: {why}" in beredd.stderr())
        assert listed(beredd, "elks")["balance"] is None and not mails(smtp_server, "kvar")
        assert len(account.messages) == 1 and "p-elks" not in beredd.stderr()
    finally:
        account.stop()
