"""Through Kannel itself, as an operator's SMS gateway would be: out, the receipt, and a reply that acknowledges."""

import pytest

from harness.config import ANNA
from harness.daemon import TOP
from harness.waiting import eventually


@pytest.fixture(name="through_kannel")
def through_kannel_fixture(stopped, kannel):
    config = stopped.config
    config.files["gateways/kannel.ini"] = kannel.gateway_ini(TOP / "conf" / "presets" / "kannel.ini")
    config.change("beredd.ini", "sms = elks", "sms = kannel")
    return stopped.start()


def sent_to(kannel, number):
    """The texts, a part each."""
    return [line.split(" text ", 1)[1] for line in kannel.out() if f" {number} text " in line]


def test_out_receipt_and_reply(through_kannel, kannel):
    beredd = through_kannel
    ident = beredd.trigger("Översvämning på Åvägen")
    text = " ".join(eventually(lambda: "eller NEJ" in " ".join(sent_to(kannel, ANNA)) and sent_to(kannel, ANNA), what="the SMS"))
    assert text.startswith("LARM TIB") and "Översvämning på Åvägen" in text
    delivered, = eventually(lambda: beredd.timeline(ident, "page-delivered"))
    assert delivered["gateway"] == "kannel"
    assert beredd.callout(ident)["state"] == "paging"
    code = text.split("JA ", 1)[1][:6]
    phone = kannel.inbound(ANNA, f"Ja {code}")
    callout = eventually(lambda: beredd.callout(ident)["state"] == "acknowledged" and beredd.callout(ident))
    assert callout["acknowledged_by"] == "anna.berg"
    eventually(lambda: any("Kvitterat" in part for part in sent_to(kannel, ANNA)), what="the confirmation")
    phone.terminate()               # the network has a place for one
    phone.wait()
    kannel.inbound(ANNA, f"Ja {code}")
    eventually(lambda: sum("Kvitterat" in part for part in sent_to(kannel, ANNA)) == 2, what="that a second text is one: Kannel's id tells them apart")


def test_a_real_alarm_in_the_middle_of_a_drill(through_kannel, kannel):
    out = through_kannel.ctl("drill", "start", "--role", "TIB", "--scenario", "Strömavbrott, Alby", "--yes")
    assert out.returncode == 0, out.stderr
    eventually(lambda: any(part.startswith("ÖVNING ÖVNING ÖVNING TIB") for part in sent_to(kannel, ANNA)), what="the drill's SMS")
    through_kannel.trigger("Brand i skola")
    eventually(lambda: any(part.startswith("SKARPT LARM TIB") for part in sent_to(kannel, ANNA)), what="the real alarm's")
    eventually(lambda: any("ÖVNINGEN AVBRUTEN" in part for part in sent_to(kannel, ANNA)), what="that the drill has ended")


def test_no_network_is_a_failure_at_once(through_kannel, kannel, smtp_server):
    """Kannel says 202 and queues for later where no SMS centre is connected: too late for an alarm."""
    kannel.network.terminate()
    kannel.network.wait()
    eventually(lambda: kannel.send_status("12345", "x").startswith("3:"), what="Kannel's 3: Queued for later delivery")
    ident = through_kannel.trigger()
    failed = eventually(lambda: [entry for entry in through_kannel.timeline(ident, "page-failed") if entry["channel"] == "sms"])
    assert (failed[0]["gateway"], failed[0]["text"]) == ("kannel", "it keeps the message, and cannot send it now")
    smtp_server.wait_for("anna.berg@example.se")
    kannel.connect_network()                             # and what it kept it sends now, once
    eventually(lambda: "eller NEJ" in " ".join(sent_to(kannel, ANNA)), what="the SMS")
    delivered, = eventually(lambda: [entry for entry in through_kannel.timeline(ident, "page-delivered") if entry["channel"] == "sms"])
    assert delivered["gateway"] == "kannel"
    sent = [entry for entry in through_kannel.timeline(ident, "page-sent") if entry["channel"] == "sms"]
    assert not sent and sum("LARM TIB" in part for part in sent_to(kannel, ANNA)) == 1
