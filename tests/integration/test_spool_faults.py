"""A modem's spool that nobody empties, that is full, cannot be written or is not there, and files that are not whole. smsd's part is played by
hand where its being real would cost only time."""

import os

import pytest

from harness import disk
from harness.config import ANNA
from harness.waiting import eventually

HEADERS = "From: 46701740605\nFrom_TOA: 91 international, ISDN/telephone\nReceived: 26-11-22 15:44:43\nModem: GSM1\nAlphabet: ISO\n\n"


@pytest.fixture(name="modem_first")
def modem_first_fixture(stopped, smsd):
    """The modem, and then the provider."""
    config = stopped.config
    config.files["gateways/modem.ini"] = smsd.gateway_ini(timeout="1s")
    config.change("beredd.ini", "sms = elks", "sms = modem, elks")
    config.ladder("step = 0s primary sms\nrepeat = 10m")
    return stopped


def why(beredd, ident):
    """What stands in the log of the modem's failure."""
    return eventually(lambda: [entry["text"] for entry in beredd.timeline(ident, "page-failed") if entry["gateway"] == "modem"])[0]


def in_namespace(*commands):
    """A prefix for the daemon: the commands are run in a mount namespace of its own, before it."""
    return ["unshare", "--mount", "sh", "-e", "-c", "\n".join([*commands, 'exec "$@"']), "sh"]


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="a mount namespace needs root")


def test_smsd_stands_still(modem_first, smsd, sms_gateway):
    """The file is taken back, so that it does not go out an hour later, when smsd goes on."""
    smsd.start()
    smsd.pause()
    beredd = modem_first.start()
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    assert "has not taken it; taken back" in why(beredd, ident) and smsd.files("outgoing", "checked") == []
    smsd.go_on()
    smsd.modem.inbound(ANNA, f"JA {sms.code}")          # what comes through now says that smsd has looked at everything
    eventually(lambda: beredd.callout(ident)["state"] == "acknowledged")
    assert not [text for text in smsd.modem.texts(ANNA) if "Svara JA" in text and "Kvitterat" not in text]


def test_modem_has_begun_and_ends_late(modem_first, smsd, sms_gateway):
    """What is being sent is left to the modem, and the page goes on. That it was sent after all is written down, and ends the search."""
    sms_gateway.behave("error")
    beredd = modem_first.start()
    ident = beredd.trigger()
    name, = eventually(lambda: smsd.files("outgoing"))
    (smsd.spool / "checked" / f"{name}.LOCK").touch()
    (smsd.spool / "outgoing" / name).rename(smsd.spool / "checked" / name)
    eventually(lambda: sms_gateway.tried(ANNA), what="that the page goes on")
    assert "may be sending it" in why(beredd, ident) and name in smsd.files("checked")
    (smsd.spool / "checked" / name).rename(smsd.spool / "sent" / name)
    (smsd.spool / "checked" / f"{name}.LOCK").unlink()
    sent, = eventually(lambda: [entry for entry in beredd.timeline(ident, "page-sent") if entry["channel"] == "sms"])
    assert sent["gateway"] == "modem" and smsd.files("outgoing", "checked") == []


@needs_root
def test_full_spool(modem_first, smsd, sms_gateway):
    modem_first.prefix = in_namespace(f"mount -t tmpfs -o size=4k,mode=0777 full '{smsd.spool}/outgoing'",
                                      f"head -c 4096 /dev/zero > '{smsd.spool}/outgoing/filler'")
    beredd = modem_first.start()
    ident = beredd.trigger()
    sms_gateway.wait_for(ANNA)
    assert "No space left on device" in why(beredd, ident)


@needs_root
def test_read_only_spool(modem_first, smsd, sms_gateway):
    modem_first.prefix = in_namespace(f"mount --bind '{smsd.spool}' '{smsd.spool}'", f"mount -o remount,ro,bind '{smsd.spool}'")
    beredd = modem_first.start()
    ident = beredd.trigger()
    sms_gateway.wait_for(ANNA)
    assert "Read-only file system" in why(beredd, ident)


@pytest.mark.parametrize("mode, reason", [("eio", "Input/output error"), ("hang", "does not answer")])
def test_broken_disk(modem_first, smsd, sms_gateway, tmp_path, mode, reason):
    """One that hangs takes its timeout from the page, and from the loop nothing."""
    if disk.missing():
        pytest.skip(disk.missing())
    faulty = disk.FaultyDisk(tmp_path, smsd.spool)
    modem_first.environment |= faulty.environment()
    beredd = modem_first.start()
    faulty.be(mode)
    ident = beredd.trigger()
    sms_gateway.wait_for(ANNA)
    assert reason in why(beredd, ident) and beredd.request("GET", "/readyz").status == 200
    faulty.be("ok")
    eventually(lambda: smsd.files("outgoing", "checked") == [], what="that it does not go out later")


def test_spool_that_comes_later(modem_first, smsd, sms_gateway):
    """Not there: a failure at once, and said so. When it is there it is used, for replies too."""
    smsd.spool.rename(smsd.directory / "away")
    beredd = modem_first.start()
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    assert "No such file or directory" in why(beredd, ident)
    beredd.wait_for_word("cannot watch")
    (smsd.directory / "away").rename(smsd.spool)
    eventually(lambda: "watches" in beredd.stderr(), what="that the directory is watched")
    smsd.put("GSM1.reply", (HEADERS + f"JA {sms.code}").encode())
    eventually(lambda: beredd.callout(ident)["state"] == "acknowledged")
    eventually(lambda: smsd.files("outgoing"), what="the confirmation, through the modem again")


def test_half_a_file_in_incoming(modem_first, smsd, sms_gateway):
    """It is not read before it is whole; what never becomes whole stays, is told of, and keeps nobody's answer from coming in."""
    beredd = modem_first.start()
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    (smsd.spool / "incoming" / "GSM1.empty").touch()
    smsd.put("GSM1.stub", HEADERS[:60].encode())
    eventually(lambda: "incoming/GSM1.stub stays" in beredd.stderr())
    with open(smsd.spool / "incoming" / "GSM1.half", "w", encoding="ascii") as half:
        half.write(HEADERS + f"JA {sms.code[:3]}")
        half.flush()
        smsd.put("GSM1.note", (HEADERS + "Vem ringer?").encode())
        eventually(lambda: beredd.timeline(ident, "note"), what="that what came later is read")
        assert len(beredd.timeline(ident, "note")) == 1 and "GSM1.half" in smsd.files("incoming")
        half.write(sms.code[3:])
    eventually(lambda: beredd.callout(ident)["state"] == "acknowledged")
    eventually(lambda: smsd.files("incoming") == ["GSM1.empty", "GSM1.stub"])
