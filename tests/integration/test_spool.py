"""Through smstools3 itself: a modem of one's own. Out in every alphabet, replies that acknowledge, reports, what fails."""

import pytest

from harness.config import ANNA, BO
from harness.waiting import eventually

SMS_LADDER = "step = 0s primary sms\nrepeat = 10m"
LONG = "Storbrand i industriområde vid Hågelby, tjock rök driver mot Alby och Fittja; flera skolor berörs och inrymning är begärd av " \
       "räddningsledaren, samverkan i regionen är igång, mötet börjar kvart över tre i ledningscentralen på Munkhättevägen"


@pytest.fixture(name="through_modem")
def through_modem_fixture(stopped, smsd):
    config = stopped.config
    config.files["gateways/modem.ini"] = smsd.gateway_ini()
    config.change("beredd.ini", "sms = elks", "sms = modem")
    config.ladder(SMS_LADDER)
    smsd.start()
    return stopped.start()


def code_in(text):
    return text.split("JA ", 1)[1][:6]


def test_out_reply_and_report(through_modem, smsd):
    """Swedish and a euro sign go out in the GSM alphabet. The report is the network's, the reply is Anna's."""
    beredd, modem = through_modem, smsd.modem
    ident = beredd.trigger("Översvämning på Åvägen, 10 € {ä}")
    text, = modem.wait_for(ANNA)
    assert text.startswith("LARM TIB") and "Översvämning på Åvägen, 10 € {ä}" in text and ident in text
    assert all(part.coding & 0x0C == 0 and part.report for part in modem.parts(ANNA))
    sent, = eventually(lambda: beredd.timeline(ident, "page-sent"))
    assert sent["gateway"] == "modem"
    eventually(lambda: smsd.files("outgoing", "checked", "failed") == [], what="that only sent/ has it")
    modem.report(modem.parts(ANNA)[-1])
    delivered, = eventually(lambda: beredd.timeline(ident, "page-delivered"))
    assert delivered["gateway"] == "modem" and beredd.callout(ident)["state"] == "paging"
    modem.inbound(ANNA, f"Ja {code_in(text)} 20")
    callout = eventually(lambda: beredd.callout(ident)["state"] == "acknowledged" and beredd.callout(ident))
    assert callout["acknowledged_by"] == "anna.berg" and callout["eta_minutes"] == 20
    modem.wait_for(ANNA, containing="Kvitterat")
    eventually(lambda: smsd.files("incoming") == [], what="that what was read is gone")


def test_long_text_in_parts_and_other_alphabets(through_modem, smsd):
    """More than one part arrives as one text; what is outside the GSM alphabet goes out as UCS-2, whole."""
    modem = smsd.modem
    through_modem.trigger(LONG)
    text, = modem.wait_for(ANNA, containing="Hågelby")
    parts = modem.parts(ANNA)
    assert len(parts) > 1 and [part.part for part in parts] == list(range(1, len(parts) + 1)) and "eller NEJ" in text
    through_modem.trigger("Łódź 火 😀")
    assert modem.wait_for(ANNA, containing="Łódź 火 😀") and modem.parts(ANNA)[-1].coding & 0x0C == 8


def test_replies_in_every_alphabet(through_modem, smsd):
    """A reply may come in UCS-2 and in parts. What is not understood stands in the log as it was written."""
    modem = smsd.modem
    ident = through_modem.trigger()
    code = code_in(modem.wait_for(ANNA)[0])
    modem.inbound(ANNA, "På väg åäö €")
    modem.inbound_long(ANNA, "Vad gäller det här? " * 10)
    note = eventually(lambda: [entry for entry in through_modem.timeline(ident, "note") if "På väg åäö €" in entry["text"]])
    assert note[0]["person"] == "anna.berg"
    eventually(lambda: [entry for entry in through_modem.timeline(ident, "note") if entry["text"].count("Vad gäller") == 10])
    assert modem.wait_for(ANNA, containing="Förstod inte")
    modem.inbound(ANNA, f"Ja {code}", ucs2=True)
    eventually(lambda: through_modem.callout(ident)["state"] == "acknowledged")


def test_refused_by_the_network(through_modem, smsd, smtp_server):
    """The modem answers ERROR: a failure at once, with smsd's reason, and not when the time is up."""
    smsd.modem.mode = "error"
    through_modem.config.change("rosters/TIB.ini", "primary sms", "primary sms, email")
    through_modem.reload()
    ident = through_modem.trigger()
    failed = eventually(lambda: through_modem.timeline(ident, "page-failed"))
    assert failed[0]["gateway"] == "modem" and "CMS ERROR: 38" in failed[0]["text"]
    smtp_server.wait_for("anna.berg@example.se")
    smsd.modem.mode = "accept"
    assert smsd.modem.wait_for(ANNA), "it is tried again while it is wanted"
    eventually(lambda: through_modem.timeline(ident, "page-sent"))


def test_report_that_it_never_arrives(through_modem, smsd):
    """Still trying is no news; never is a failure."""
    ident = through_modem.trigger()
    smsd.modem.wait_for(ANNA)
    eventually(lambda: through_modem.timeline(ident, "page-sent"))
    smsd.modem.report(smsd.modem.parts(ANNA)[-1], 0x30)
    smsd.modem.report(smsd.modem.parts(ANNA)[-1], 0x46)
    failed = eventually(lambda: through_modem.timeline(ident, "page-failed"))
    assert failed[0]["gateway"] == "modem" and "70" in failed[0]["text"] and not through_modem.timeline(ident, "page-delivered")


def test_gateway_test(through_modem, smsd):
    done = through_modem.ctl("gateway", "test", "modem", "anna.berg")
    assert done.returncode == 0, done.stderr
    assert smsd.modem.wait_for(ANNA, containing="TEST av larmvägen modem")


def test_real_alarm_before_a_drill(through_modem, smsd):
    """In smsd's own queue, too."""
    smsd.pause()
    through_modem.trigger("Övningen", token="token-of-monitor", drill=True)
    eventually(lambda: smsd.files("outgoing"))
    through_modem.config.ladder("step = 0s secondary sms\nrepeat = 10m")
    through_modem.config.files["rosters/TIB.ini"] += "[drill]\nyield = no\n"
    through_modem.reload()
    through_modem.trigger("Skarpt")
    eventually(lambda: len(smsd.files("outgoing")) == 2)
    smsd.go_on()
    smsd.modem.wait_for(ANNA, containing="Övningen")
    smsd.modem.wait_for(BO, containing="Skarpt")
    order = [part.to for part in smsd.modem.submitted if part.part == 1]
    assert order.index(BO) < order.index(ANNA)


def test_report_after_a_restart(through_modem, smsd):
    """Which page a report speaks of is known from the files in sent/."""
    ident = through_modem.trigger()
    smsd.modem.wait_for(ANNA)
    eventually(lambda: through_modem.timeline(ident, "page-sent"))
    through_modem.kill()
    smsd.modem.report(smsd.modem.parts(ANNA)[-1])
    eventually(lambda: smsd.files("incoming"))
    through_modem.start()
    eventually(lambda: through_modem.timeline(ident, "page-delivered"))


def test_page_is_sent_once_over_a_restart(through_modem, smsd):
    """The file that waits is found again; so is one that was sent meanwhile."""
    smsd.pause()
    waiting = through_modem.trigger("Väntar")
    eventually(lambda: len(smsd.files("outgoing")) == 1)
    through_modem.kill()
    through_modem.start()
    eventually(lambda: through_modem.get("/v1/status").json["gateways"])
    smsd.go_on()
    eventually(lambda: through_modem.timeline(waiting, "page-sent"))
    smsd.pause()
    meanwhile = through_modem.trigger("Meanwhile")
    eventually(lambda: len(smsd.files("outgoing")) == 1)
    through_modem.kill()
    smsd.go_on()
    smsd.modem.wait_for(ANNA, containing="Meanwhile")
    eventually(lambda: len(smsd.files("sent")) == 2)
    through_modem.start()
    eventually(lambda: through_modem.timeline(meanwhile, "page-sent"))
    assert len(smsd.modem.texts(ANNA)) == 2, "nothing went out twice"


def test_reply_while_it_was_away(through_modem, smsd):
    ident = through_modem.trigger()
    code = code_in(smsd.modem.wait_for(ANNA)[0])
    through_modem.kill()
    smsd.modem.inbound(ANNA, code)
    eventually(lambda: smsd.files("incoming"))
    through_modem.start()
    eventually(lambda: through_modem.callout(ident)["state"] == "acknowledged")
    eventually(lambda: smsd.files("incoming") == [])
