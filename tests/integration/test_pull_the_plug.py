"""Two providers and a modem, and an alarm that goes on: the plug is pulled on each in turn, and put back. The pages go round, and come home."""

import pytest

from harness.config import ANNA
from harness.fault_proxy import Proxy
from harness.provider import Twilio
from harness.ports import free_port
from harness.waiting import eventually


@pytest.fixture(name="twilio")
def twilio_fixture():
    provider = Twilio(free_port()).start()
    yield provider
    provider.stop()
    assert not provider.violations


@pytest.fixture(name="plugs")
def plugs_fixture(sms_gateway, twilio):
    """Between the daemon and each of the providers."""
    plugs = [Proxy(provider.port).start() for provider in (sms_gateway, twilio)]
    yield plugs
    for plug in plugs:
        plug.stop()


@pytest.fixture(name="three_ways")
def three_ways_fixture(stopped, plugs, twilio, smsd):
    config = stopped.config
    config.files["gateways/elks.ini"] = config.elks_ini(port=plugs[0].port).replace("timeout = 10s", "timeout = 1s")
    config.files["gateways/twilio.ini"] = (
        f"[gateway twilio]\ntype = http\npreset = twilio\nusername = {twilio.ACCOUNT}\npassword = {twilio.TOKEN}\nfrom = {twilio.NUMBER}\n"
        f"timeout = 1s\nurl = http://127.0.0.1:{plugs[1].port}/2010-04-01/Accounts/{{username}}/Messages.json\n")
    config.files["gateways/modem.ini"] = smsd.gateway_ini(timeout="3s")
    config.change("beredd.ini", "sms = elks", "sms = elks, twilio, modem")
    config.ladder("step = 0s primary sms\nrepeat = 1s")
    smsd.start()
    return stopped.start()


def wait_for_sent(beredd, ident, *gateways):
    """By these in turn, as far as the daemon knows: a reply that is still on its way would be lost with the plug."""
    def turns():
        sent = [entry["gateway"] for entry in beredd.timeline(ident, "page-sent")]
        return tuple(gateway for gateway, before in zip(sent, ["", *sent]) if gateway != before)
    eventually(lambda: turns() == gateways, what=f"pages sent by {gateways}")


def test_each_in_turn(three_ways, plugs, sms_gateway, twilio, smsd):
    beredd, (elks_plug, twilio_plug) = three_ways, plugs
    ident = beredd.trigger()
    sms_gateway.wait_for(ANNA)
    wait_for_sent(beredd, ident, "elks")

    elks_plug.unplug()
    twilio.wait_for()                                   # round to the second
    n = len(sms_gateway.to(ANNA))
    elks_plug.start()
    sms_gateway.wait_for(ANNA, n + 1)                   # and home
    wait_for_sent(beredd, ident, "elks", "twilio", "elks")

    elks_plug.unplug()
    twilio_plug.unplug()
    assert ident in smsd.modem.wait_for(ANNA)[0]        # the Internet is gone: round to the modem

    wait_for_sent(beredd, ident, "elks", "twilio", "elks", "modem")

    smsd.end()
    dead = eventually(lambda: [entry["text"] for entry in beredd.timeline(ident, "page-failed") if entry["gateway"] == "modem"],
                      what="that the modem's plug is out, too")
    assert "smsd has not taken it" in dead[0] or "the modem has not sent it" in dead[0]
    rounds = beredd.callout(ident)["round"]
    eventually(lambda: beredd.callout(ident)["round"] > rounds + 1, what="that the alarm goes on")
    assert beredd.callout(ident)["state"] == "paging" and len(sms_gateway.to(ANNA)) == n + 1

    elks_plug.start()
    last = sms_gateway.wait_for(ANNA, n + 2)[-1]        # at once: no other is any better
    assert sms_gateway.reply(beredd, ANNA, f"JA {last.code}").status in (200, 204)
    eventually(lambda: beredd.callout(ident)["state"] == "acknowledged")
    wait_for_sent(beredd, ident, "elks", "twilio", "elks", "modem", "elks")
    eventually(lambda: not smsd.files("outgoing"), what="that nothing waits in the modem's spool for the day it is found")
