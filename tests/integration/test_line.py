"""The whole line: an alarm comes in over HTTP, SMS and e-mail go out, a human answers, and every step stands in the log."""

import json
import pathlib
import re
import subprocess
import time
import urllib.parse

import pytest

from harness.config import ANNA, BO, CIA
from harness.waiting import eventually


def curl(*arguments):
    """As a rescue service would call us: curl, its exit status, and the reply's status and body."""
    out = subprocess.run(["curl", "-sS", "--max-time", "20", "-w", "\n%{http_code}", *arguments], capture_output=True, text=True, check=False)
    assert out.returncode == 0, out.stderr
    body, _, status = out.stdout.rpartition("\n")
    return int(status), body


def test_from_trigger_to_acknowledgement(beredd, sms_gateway, smtp_server):
    url = f"http://127.0.0.1:{beredd.config.port}"
    status, body = curl("-H", "Authorization: Bearer token-of-rtj", "--json",
                        json.dumps({"summary": "Brand i skola, Tumba", "location": "Tumba torg 1", "callback": "08-123 45 67"}), f"{url}/v1/incidents")
    assert status == 201, body
    incident = json.loads(body)
    assert re.fullmatch(r"20\d\d-0001", incident["id"]) and incident["state"] == "open" and incident["source"] == "rtj"

    sms, = sms_gateway.wait_for(ANNA)
    assert sms.text.startswith("LARM TIB ") and "Brand i skola, Tumba" in sms.text and "08-123" in sms.text
    assert f"Svara JA {sms.code} eller NEJ {sms.code}" in sms.text
    mail, = smtp_server.wait_for("anna.berg@example.se")
    assert "Brand i skola, Tumba" in mail.get_body(("plain",)).get_content() and mail["From"] and mail["Date"] and mail["Message-ID"]

    status, page = curl(sms.link)
    assert status == 200 and "Brand i skola" in page
    assert beredd.callout(incident["id"])["state"] == "paging", "looking acknowledges nothing"
    status, page = curl("--data", "answer=yes", sms.link)
    assert status == 200, page
    callout = beredd.callout(incident["id"])
    assert callout["state"] == "acknowledged" and callout["acknowledged_by"] == "anna.berg"

    eventually(lambda: {"page-sent", "acknowledged"} <= set(beredd.events(incident["id"])))
    events = beredd.events(incident["id"])
    order = ["opened", "callout-started", "step-begun", "page-queued", "page-sent", "acknowledged"]
    assert [events.index(event) for event in order] == sorted(events.index(event) for event in order)
    assert not sms_gateway.to(BO), "the next step must not begin"


def test_receipt_is_written_down(beredd, sms_gateway):
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    assert sms_gateway.receipt(beredd, sms, "delivered").status in (200, 204)
    entry, = eventually(lambda: beredd.timeline(ident, "page-delivered"))
    assert entry["page"] == sms.page and entry["person"] == "anna.berg" and entry["channel"] == "sms"
    assert beredd.callout(ident)["state"] == "paging", "delivered is not seen (P6)"
    assert sms_gateway.receipt(beredd, sms, "delivered").status in (200, 204), "providers repeat themselves"
    assert len(beredd.timeline(ident, "page-delivered")) == 1


def test_reply_by_sms_acknowledges(beredd, sms_gateway):
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    reply = sms_gateway.reply(beredd, ANNA, f"ja {sms.code} 45")
    assert reply.status in (200, 204) and not reply.body, "46elks would send a body back as an SMS"
    callout = eventually(lambda: beredd.callout(ident)["state"] == "acknowledged" and beredd.callout(ident))
    assert callout["acknowledged_by"] == "anna.berg" and callout["eta_minutes"] == 45
    confirmation = sms_gateway.wait_for(ANNA, containing="Kvitterat")[0]
    assert f"NEJ {sms.code}" in confirmation.text


@pytest.mark.parametrize("text", ["JA", "STOP", "ja tack", "JA 000000", "417302x"])
def test_reply_that_is_none_changes_nothing(beredd, sms_gateway, text):
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    if sms.code in text:
        pytest.skip("the code was drawn that this test takes for a wrong one")
    assert sms_gateway.reply(beredd, ANNA, text).status in (200, 204)
    sms_gateway.wait_for(ANNA, containing="INTE kvitterat")
    assert beredd.callout(ident)["state"] == "paging"
    assert beredd.timeline(ident, "note"), "no word of it is swallowed"


def test_reply_of_a_stranger_gets_no_answer(beredd, sms_gateway):
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    assert sms_gateway.reply(beredd, "+46701740699", f"JA {sms.code}").status in (200, 204)
    sms_gateway.reply(beredd, ANNA, f"JA {sms.code}")
    eventually(lambda: beredd.callout(ident)["state"] == "acknowledged")
    assert not sms_gateway.to("+46701740699")


def test_link_by_a_scanner_acknowledges_nothing(beredd, sms_gateway):
    """P6: a mail scanner gets and heads; a preview bot brings its own headers."""
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    path = urllib.parse.urlsplit(sms.link).path
    for method in ("GET", "HEAD", "GET", "OPTIONS", "PUT"):
        beredd.request(method, path, headers={"User-Agent": "WhatsApp/2"})
    assert beredd.request("POST", path, b"", headers={"Content-Type": "application/x-www-form-urlencoded"}).status >= 400
    assert beredd.callout(ident)["state"] == "paging"


def test_page_says_who_answered(beredd, sms_gateway):
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    path = urllib.parse.urlsplit(sms.link).path
    assert beredd.post(f"/v1/incidents/{ident}/acknowledge", {"person": "bo.ek", "role": "TIB"}).status == 200
    assert "Bo Ek" in beredd.request("GET", path).text
    sms_gateway.wait_for(ANNA, containing="av Bo Ek")
    beredd.form(path, answer="yes")
    assert beredd.callout(ident)["acknowledged_by"] == "bo.ek", "the first one has it (P5)"


def test_release_pages_the_next_at_once(beredd, sms_gateway):
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    path = urllib.parse.urlsplit(sms.link).path
    assert beredd.form(path, answer="yes").status == 200
    assert beredd.form(path, answer="release").status == 200
    sms_gateway.wait_for(BO)
    assert "released" in beredd.events(ident) and beredd.callout(ident)["state"] == "paging"


def test_both_roles_side_by_side(beredd, sms_gateway):
    """TIB and KIB have a ladder and an acknowledgement each (P5)."""
    ident = beredd.trigger(roles=["TIB", "KIB"])
    tib, = sms_gateway.wait_for(ANNA)
    kib, = sms_gateway.wait_for(CIA)
    assert "TIB" in tib.text and "KIB" in kib.text and tib.code != kib.code
    sms_gateway.reply(beredd, CIA, kib.code)
    eventually(lambda: beredd.callout(ident, "KIB")["state"] == "acknowledged")
    assert beredd.callout(ident, "TIB")["state"] == "paging"


def test_kib_is_called_in_from_the_page(beredd, sms_gateway):
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    path = urllib.parse.urlsplit(sms.link).path
    beredd.form(path, answer="yes")
    assert not sms_gateway.to(CIA)
    beredd.form(path, callout="KIB")
    sms_gateway.wait_for(CIA)
    assert beredd.callout(ident, "KIB")["state"] == "paging"


def test_kib_is_called_in_by_sms(beredd, sms_gateway):
    beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    sms_gateway.reply(beredd, ANNA, f"JA {sms.code}")
    sms_gateway.wait_for(ANNA, containing="Kvitterat")
    sms_gateway.reply(beredd, ANNA, f"KIB {sms.code}")
    sms_gateway.wait_for(CIA)


def test_drill_is_marked_everywhere(beredd, sms_gateway, smtp_server):
    """P13, on the same path as a real alarm."""
    ident = beredd.trigger("Larmprov", token="token-of-monitor", drill=True)
    sms, = sms_gateway.wait_for(ANNA)
    mail, = smtp_server.wait_for("anna.berg@example.se")
    assert sms.text.startswith("ÖVNING ÖVNING ÖVNING TIB") and "ÖVNING" in mail["Subject"]
    assert "Inget har hänt" in mail.get_body(("plain",)).get_content()
    assert "ÖVNING" in beredd.request("GET", urllib.parse.urlsplit(sms.link).path).text
    assert beredd.incident(ident)["drill"] is True
    assert "ÖVNING" in beredd.ctl("list").stdout and "ÖVNING" in beredd.ctl("show", ident).stdout
    beredd.trigger("Brand på riktigt")
    sharp = sms_gateway.wait_for(ANNA, containing="Brand på riktigt")[0]
    assert sharp.text.startswith("SKARPT LARM TIB")


def test_update_follows_the_acknowledgement(beredd, sms_gateway):
    ident = beredd.trigger(dedup_key="brand-1")
    sms, = sms_gateway.wait_for(ANNA)
    sms_gateway.reply(beredd, ANNA, f"JA {sms.code}")
    eventually(lambda: beredd.callout(ident)["state"] == "acknowledged")
    answer = beredd.post("/v1/incidents", {"summary": "Branden sprider sig", "dedup_key": "brand-1"}, token="token-of-rtj")
    assert answer.status == 200 and answer.json["id"] == ident
    assert sms_gateway.wait_for(ANNA, containing="Branden sprider sig")[0].text.startswith("UPPDATERING")
    assert beredd.callout(ident)["state"] == "acknowledged"


def test_the_same_trigger_twice_is_one_incident(beredd, sms_gateway):
    """A client that lost its 201 tries again."""
    first, second = beredd.trigger(), beredd.trigger()
    assert first == second
    beredd.trigger("Något annat")
    sms_gateway.wait_for(ANNA, containing="Något annat")
    assert len(sms_gateway.to(ANNA, "Brand i skola")) == 1


def test_closing_withdraws(beredd, sms_gateway):
    ident = beredd.trigger()
    sms_gateway.wait_for(ANNA)
    assert beredd.post(f"/v1/incidents/{ident}/close", {"reason": "falskt"}, token="token-of-rtj").status == 200
    assert sms_gateway.wait_for(ANNA, containing="gäller inte längre")[0].text.startswith("ÅTERKALLAT")
    incident = beredd.incident(ident)
    assert incident["state"] == "closed" and incident["callouts"][0]["state"] == "cancelled"


def test_storm_is_bundled_and_loses_nothing(stopped, sms_gateway):
    """P9: above its limit a source's alarms become updates of one incident; each is still to be read."""
    stopped.config.change("sources.ini", "[source rtj]\n", "[source rtj]\nlimit = 5/m\n")
    beredd = stopped.start()
    idents = [beredd.trigger(f"Larm {n}") for n in range(20)]
    assert len(set(idents[:5])) == 5 and len(set(idents[5:])) == 1
    texts = " ".join(entry["text"] or "" for ident in set(idents) for entry in beredd.timeline(ident))
    assert all(re.search(rf"Larm {n}\b", texts) for n in range(20))
    for n in range(5):
        sms_gateway.wait_for(ANNA, containing=f"Larm {n}.")


def test_no_by_sms_after_a_yes_releases(beredd, sms_gateway):
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    sms_gateway.reply(beredd, ANNA, f"JA {sms.code}")
    eventually(lambda: beredd.callout(ident)["state"] == "acknowledged")
    sms_gateway.reply(beredd, ANNA, f"Kan inte {sms.code}")
    sms_gateway.wait_for(BO)
    assert "released" in beredd.events(ident)


def test_wrong_codes_lock_the_number_but_not_the_link(stopped, sms_gateway):
    """Five guesses; then only a new code, in the next page, is good by SMS."""
    stopped.config.ladder("step = 0s primary sms\nrepeat = 4s")
    beredd = stopped.start()
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    wrong = f"{(int(sms.code) + 1) % 1000000:06d}"
    for _ in range(5):
        sms_gateway.reply(beredd, ANNA, f"JA {wrong}")
    sms_gateway.wait_for(ANNA, containing="spärrad")
    sms_gateway.reply(beredd, ANNA, f"JA {sms.code}")
    assert beredd.callout(ident)["state"] == "paging"
    again = eventually(lambda: [page for page in sms_gateway.to(ANNA, "Svara JA") if page.text.startswith("LARM") and page.code != sms.code])[0]
    sms_gateway.reply(beredd, ANNA, f"JA {again.code}")
    eventually(lambda: beredd.callout(ident)["state"] == "acknowledged")


def test_link_works_while_the_number_is_locked(beredd, sms_gateway):
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    for n in range(6):
        sms_gateway.reply(beredd, ANNA, f"JA {(int(sms.code) + 1 + n) % 1000000:06d}")
    assert beredd.form(urllib.parse.urlsplit(sms.link).path, answer="yes").status == 200
    assert beredd.callout(ident)["state"] == "acknowledged"


def test_sensitive_page_says_no_more_than_it_must(beredd, sms_gateway, smtp_server):
    ident = beredd.trigger("Hot mot namngiven person", location="Storgatan 1", details="Hemligt", sensitive=True, callback="08-123 45 67")
    sms, = sms_gateway.wait_for(ANNA)
    mail, = smtp_server.wait_for("anna.berg@example.se")
    parts = [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]
    for text in (sms.text, mail["Subject"], *parts):         # "Hot" alone may be in a link by chance
        assert "Hot mot" not in text and "Storgatan" not in text and "Hemligt" not in text and "namngiven" not in text
    assert "TIB" in sms.text and sms.code and sms.link
    page = beredd.request("GET", urllib.parse.urlsplit(sms.link).path).text
    assert "Hot mot namngiven person" in page, "who holds the link is told"
    assert beredd.incident(ident)["sensitive"] is True


def test_sender_that_is_a_name_asks_for_no_reply(stopped, sms_gateway):
    """What could not be answered must not ask for an answer."""
    stopped.config.change("gateways/elks.ini", "from = +46701740692", "from = Botkyrka")
    beredd = stopped.start()
    beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    assert "Svara" not in sms.text and sms.link


def test_english_for_who_wants_it(stopped, sms_gateway):
    stopped.config.change("people.ini", "name = Anna Berg\n", "name = Anna Berg\nlanguage = en\n")
    beredd = stopped.start()
    beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    assert sms.text.startswith("ALARM TIB") and "Reply" in sms.text


def test_page_fits_one_sms(beredd, sms_gateway):
    """160 septets; Swedish letters count one."""
    beredd.trigger("Åska och översvämning på Åvägen i Tumba, många källare fyllda, elavbrott i hela centrum", location="Åvägen 1, Tumba centrum",
                   callback="08-123 45 67")
    sms, = sms_gateway.wait_for(ANNA)
    assert sms.code and sms.link and "08-123" in sms.text
    beredd.trigger("kort")
    assert len(sms_gateway.wait_for(ANNA, containing="kort")[0].text) <= 160


def times_put_to_sleep(beredd):
    """Of all threads: each time, it had been awake."""
    statuses = pathlib.Path(f"/proc/{beredd.process.pid}/task").glob("*/status")
    return sum(int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status.read_text(), re.M).group(1)) for status in statuses)


def is_asleep(beredd, seconds):
    before = times_put_to_sleep(beredd)
    time.sleep(seconds)
    return times_put_to_sleep(beredd) == before


def test_who_has_nothing_to_do_sleeps(beredd):
    """No timer goes off for nothing, once the start is over."""
    eventually(lambda: is_asleep(beredd, 1))
    assert is_asleep(beredd, 6)
