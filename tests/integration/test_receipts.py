"""What becomes of a page after a provider took it: two gateways, and what the first says of it, says too late, says twice, or does not say."""

import urllib.parse

import pytest

from harness.config import ANNA, HOOK_SECRET
from harness.elks import SmsGateway
from harness.ports import free_port
from harness.waiting import eventually


@pytest.fixture(name="reserve")
def reserve_fixture():
    gateway = SmsGateway(free_port()).start()
    yield gateway
    gateway.stop()
    assert not gateway.violations


@pytest.fixture(name="two")
def two_fixture(stopped, reserve):
    """elks, and then reserve. Nothing but SMS, so that no other channel gets in between."""
    stopped.config.files["gateways/reserve.ini"] = stopped.config.elks_ini("reserve", reserve.port)
    stopped.config.change("beredd.ini", "sms = elks", "sms = elks, reserve")
    stopped.config.ladder("step = 0s primary sms\nstep = 10m secondary sms\nrepeat = 10m")
    return stopped


def attempts(beredd, ident, page):
    """The page's story, as an administrator reads it."""
    events = ("page-sent", "page-failed", "page-delivered")
    return [(entry["event"][5:], entry["gateway"], entry.get("receipt"))
            for entry in beredd.timeline(ident) if entry["page"] == page and entry["event"] in events]


def settled(beredd, ident, page, n):
    return eventually(lambda: len(attempts(beredd, ident, page)) >= n and attempts(beredd, ident, page), what=f"{n} entries of {page}")


def state(beredd, ident, page):
    return [(entry["state"], entry["gateway"]) for entry in beredd.incident(ident)["pages"] if entry["page"] == page]


def told(gateway, words, n):
    """Messages that say it: what is sent again after a crash is the same message."""
    return eventually(lambda: len(pages := {sms.page for sms in gateway.to(ANNA, words)}) >= n and pages, what=f"{n} messages with {words}")


def post_receipt(beredd, url, **fields):
    parts = urllib.parse.urlsplit(url)
    return beredd.form(f"{parts.path}?{parts.query}", **fields)


def test_never_goes_to_the_next_gateway(two, sms_gateway, reserve):
    beredd = two.start()
    ident = beredd.trigger()
    first, = sms_gateway.wait_for(ANNA)
    settled(beredd, ident, first.page, 1)
    assert state(beredd, ident, first.page) == [("sent", "elks")]
    for _ in range(3):
        assert sms_gateway.receipt(beredd, first, "failed").status == 200
    second, = reserve.wait_for(ANNA)
    assert (second.page, second.text) == (first.page, first.text), "it is the same page"
    assert settled(beredd, ident, first.page, 3) == [("sent", "elks", None), ("failed", "elks", "never"), ("sent", "reserve", None)]
    sent = beredd.timeline(ident, "page-sent")
    assert [entry["provider_id"] for entry in sent] == [first.id, second.id]
    failed, = beredd.timeline(ident, "page-failed")
    assert failed["final"] is False and failed["text"] == "the provider says that it was not delivered (failed)"
    # The first, again, and then the second: nobody is left.
    assert sms_gateway.receipt(beredd, first, "failed").status == 200
    assert reserve.receipt(beredd, second, "failed").status == 200
    anyway, = eventually(lambda: [entry for entry in beredd.timeline(ident, "page-queued") if entry["channel"] == "email"])
    assert anyway["person"] == "anna.berg"
    assert attempts(beredd, ident, first.page)[3:] == [("failed", "reserve", "never")]
    assert state(beredd, ident, first.page) == [("failed", "reserve")] and state(beredd, ident, anyway["page"])[0][0] in ("queued", "sent")
    # It came after all, and a denial after that is not believed.
    assert sms_gateway.receipt(beredd, first, "delivered").status == 200
    assert sms_gateway.receipt(beredd, first, "failed").status == 200
    assert attempts(beredd, ident, first.page)[4:] == [("delivered", "elks", None)]
    assert state(beredd, ident, first.page) == [("delivered", "elks")]
    assert len(sms_gateway.to(ANNA)) == 1 and len(reserve.to(ANNA)) == 1


def test_silence_goes_to_the_next_gateway_across_a_crash(two, sms_gateway, reserve):
    two.config.files["gateways/elks.ini"] += "receipt-timeout = 2s\n"
    beredd = two.start()
    ident = beredd.trigger()
    first, = sms_gateway.wait_for(ANNA)
    settled(beredd, ident, first.page, 1)
    beredd.kill()
    beredd.start()
    second, = reserve.wait_for(ANNA)
    assert (second.page, second.text) == (first.page, first.text)
    assert settled(beredd, ident, first.page, 3) == [("sent", "elks", None), ("failed", "elks", "missing"), ("sent", "reserve", None)]
    assert beredd.timeline(ident, "page-failed")[0]["text"] == "no receipt within 2s"
    assert not beredd.timeline(ident, "step-skipped") and beredd.callout(ident)["step"] == 1
    # Late, from the one that was doubted: written down once, and no more.
    for _ in range(2):
        assert sms_gateway.receipt(beredd, first, "failed").status == 200
    assert reserve.receipt(beredd, second, "delivered").status == 200
    assert attempts(beredd, ident, first.page)[3:] == [("failed", "elks", "never"), ("delivered", "reserve", None)]
    assert len(sms_gateway.to(ANNA)) == 1 and len(reserve.to(ANNA)) == 1


def test_receipt_in_time_raises_no_doubt(two, sms_gateway, reserve):
    two.config.files["gateways/elks.ini"] += "receipt-timeout = 3s\n"
    beredd = two.start()
    ident = beredd.trigger()
    first, = sms_gateway.wait_for(ANNA)
    assert sms_gateway.receipt(beredd, first, "delivered").status == 200
    other = beredd.trigger("Brand i affär")
    second = sms_gateway.wait_for(ANNA, 2)[1]
    assert reserve.wait_for(ANNA)[0].page == second.page, "of which nothing was said"
    settled(beredd, other, second.page, 3)
    assert ("failed", "elks", "missing") not in attempts(beredd, ident, first.page) and len(reserve.to(ANNA)) == 1


def test_doubt_where_there_is_no_other_gateway(stopped, sms_gateway, smtp_server):
    stopped.config.files["gateways/elks.ini"] += "receipt-timeout = 1s\n"
    stopped.config.ladder("step = 0s primary sms\nstep = 10m secondary sms\nrepeat = 10m")
    beredd = stopped.start()
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    mail, = smtp_server.wait_for("anna.berg@example.se")
    assert "Brand i skola" in mail["Subject"]
    assert state(beredd, ident, sms.page) == [("doubted", "elks")]
    failed, = beredd.timeline(ident, "page-failed")
    assert (failed["final"], failed["receipt"]) == (False, "missing") and beredd.callout(ident)["step"] == 1
    assert sms_gateway.receipt(beredd, sms, "delivered").status == 200
    assert state(beredd, ident, sms.page) == [("delivered", "elks")]


def test_receipt_before_the_answer(two, sms_gateway, reserve):
    sms_gateway.behave("slow")
    beredd = two.start()
    ident = beredd.trigger()
    url = eventually(lambda: sms_gateway.tried(ANNA))[0]["whendelivered"]
    page = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["page"][0]
    for _ in range(2):
        assert post_receipt(beredd, url, id="s1", status="failed").status == 200
    assert not reserve.to(ANNA), "elks has not let go of it"
    sms_gateway.released.set()
    assert reserve.wait_for(ANNA)[0].page == page
    assert settled(beredd, ident, page, 2) == [("failed", "elks", "never"), ("sent", "reserve", None)]


def test_receipts_of_what_nobody_knows(two, sms_gateway):
    beredd = two.start()
    ident = beredd.trigger()
    first, = sms_gateway.wait_for(ANNA)
    settled(beredd, ident, first.page, 1)
    before = beredd.events(ident)
    for page in ("2026-0001-1-00000000", "2026-9999-1-00000000", "2026-0001-77-00000000"):
        assert post_receipt(beredd, f"/hooks/elks/{HOOK_SECRET}/receipt?page={page}", id="s1", status="failed").status == 200
    for fields in ({"id": "unheard-of", "status": "failed"}, {"id": "unheard-of", "status": "delivered"}):
        assert post_receipt(beredd, f"/hooks/elks/{HOOK_SECRET}/receipt?", **fields).status == 200
    assert post_receipt(beredd, f"/hooks/reserve/{HOOK_SECRET}/receipt?", id=first.id, status="failed").status == 200, "another's number"
    assert beredd.events(ident) == before


def test_provider_that_has_one_address_for_all_receipts(two, sms_gateway, reserve):
    """It is told no address a message: its own id tells which page is meant."""
    two.config.files["gateways/elks.ini"] += "receipt-timeout = 60s\nbody = to={to}&from={from}&message={text}\n"
    sms_gateway.behave("slow")
    beredd = two.start()
    address = f"/hooks/elks/{HOOK_SECRET}/receipt?"
    ident = beredd.trigger()
    eventually(lambda: sms_gateway.tried(ANNA))
    # This one comes before the answer that tells what the id means.
    assert post_receipt(beredd, address, id=f"s{0:032x}", status="failed").status == 200
    sms_gateway.released.set()
    page = reserve.wait_for(ANNA)[0].page
    assert settled(beredd, ident, page, 3) == [("sent", "elks", None), ("failed", "elks", "never"), ("sent", "reserve", None)]
    other = beredd.trigger("Brand i affär")
    sms = sms_gateway.wait_for(ANNA, 2)[1]
    eventually(lambda: beredd.timeline(other, "page-sent"))
    beredd.kill()
    beredd.start()
    for _ in range(2):
        assert post_receipt(beredd, address, id=sms.id, status="delivered").status == 200
    assert len(beredd.timeline(other, "page-delivered")) == 1


def test_reply_that_is_handed_over_again(beredd, sms_gateway):
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    for _ in range(3):
        assert sms_gateway.reply(beredd, ANNA, f"JA {sms.code}", "r-yes").status == 200
    sms_gateway.wait_for(ANNA, containing="Kvitterat")
    assert sms_gateway.reply(beredd, ANNA, f"NEJ {sms.code}", "r-no").status == 200
    assert sms_gateway.reply(beredd, ANNA, f"JA {sms.code}", "r-yes-again").status == 200
    sms_gateway.wait_for(ANNA, 2, containing="Kvitterat")
    beredd.kill()
    beredd.start()
    for text, name in ((f"NEJ {sms.code}", "r-no"), (f"JA {sms.code}", "r-yes"), (f"JA {sms.code}", "r-yes-again")):
        assert sms_gateway.reply(beredd, ANNA, text, name).status == 200
    assert beredd.callout(ident)["state"] == "acknowledged", "she is not let go of by what she took back"
    # Whoever writes it once more is told once more: what came before it, twice, was not.
    assert sms_gateway.reply(beredd, ANNA, f"JA {sms.code}", "r-third").status == 200
    assert len(told(sms_gateway, "Kvitterat", 3)) == 3


def test_unclear_text_without_an_incident_is_answered_once(beredd, sms_gateway):
    """Such a text belongs to no incident, and yet a restart does not forget it."""
    for _ in range(2):
        assert sms_gateway.reply(beredd, ANNA, "Vem är du?", "r1").status == 200
    sms_gateway.wait_for(ANNA, containing="Förstod inte")
    beredd.kill()
    beredd.start()
    assert sms_gateway.reply(beredd, ANNA, "Vem är du?", "r1").status == 200
    assert sms_gateway.reply(beredd, ANNA, "Vem är du?", "r2").status == 200
    assert len(told(sms_gateway, "Förstod inte", 2)) == 2
