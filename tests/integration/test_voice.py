"""Calls: what rings, what is said, what a digit does, and what is no answer. 46elks and Twilio by their presets, a third by INI alone."""

import re

import pytest

from harness.config import ANNA, BO, HOOK_SECRET
from harness.provider import Twilio
from harness.voice import ElksCalls, MadeUp, TwilioCalls
from harness.ports import free_port
from harness.waiting import eventually

PROMPTS = ("alarm", "drill", "yes", "no", "taken", "over", "test")
RECORDED = "".join(f"prompt-sv-{name} = https://www.example.se/larm/sv/{name}.mp3\n" for name in PROMPTS)
LADDER = """step = 0s primary sms, voice
step = 10m secondary sms, voice
repeat = 10m"""
SUMMARY = 'Brand i <skola> & "förskola", ]]>'

MADE_UP = """[gateway madeup]
type = http
header = X-Key: nyckel
hook-secret = {secret}
ring-time = 45s
voice-url = http://127.0.0.1:{port}/ring
voice-method = PUT
voice-body = {{"callee": "{{to}}", "seconds": {{ring-seconds}}, "language": "{{language}}",
             "flow": {{"begin": "{{ask-url}}", "end": "{{end-url}}"}}}}
voice-accept = 202 /queued/
voice-call-id = /call ([0-9]+)/
voice-reply-type = text/plain
voice-ask = ASK {{answer-url}} {{text}}
voice-say = BYE {{text}}
voice-digit = key
voice-status = event
voice-completed = ENDED
voice-no-answer = RANG_OUT
"""


def spoken(name):
    return f"https://www.example.se/larm/sv/{name}.mp3"


@pytest.fixture(name="ring")
def ring_fixture(stopped):
    """Starts a provider, and the daemon with a gateway for it; a second one stands behind it, and must not be asked to ring."""
    started = []

    def start(kind, ini, ladder=LADDER, change=lambda config: None):
        provider = kind(free_port()).start()
        started.append(provider)
        config = stopped.config
        name = re.search(r"\[gateway (\w+)\]", ini).group(1)
        config.ladder(ladder)
        config.files[f"gateways/{name}.ini"] = ini.replace("{port}", str(provider.port))
        config.change("beredd.ini", "sms = elks\n", f"sms = elks\nvoice = {name}\n")
        change(config)
        return stopped.start(), provider
    yield start
    for provider in started:
        provider.stop()
        assert not provider.violations


@pytest.fixture(name="elks")
def elks_fixture(ring, config):
    """One gateway file for SMS and calls."""
    ini = config.elks_ini(more="voice-url = http://127.0.0.1:{port}/a1/calls\n" + RECORDED)
    return lambda **more: ring(ElksCalls, more.pop("ini", ini), **more)


@pytest.fixture(name="twilio")
def twilio_fixture(ring, config):
    ini = (f"[gateway twilio]\ntype = http\npreset = twilio\nusername = {Twilio.ACCOUNT}\npassword = {Twilio.TOKEN}\n"
           f"from = {Twilio.NUMBER}\nhook-secret = {HOOK_SECRET}\n"
           "voice-url = http://127.0.0.1:{port}/2010-04-01/Accounts/{username}/Calls.json\n")

    def start(then="", texts="", **kwargs):
        def change(config):
            config.change("beredd.ini", f"public-url = http://127.0.0.1:{config.port}", "public-url = https://larm.example.se")
            config.change("beredd.ini", "voice = twilio\n", f"voice = twilio, {then}\n")
            config.files["beredd.ini"] += texts
        return ring(TwilioCalls, ini, change=change, **kwargs)
    return start


def failures(beredd, ident):
    return [(page["person"], page["text"]) for page in beredd.timeline(ident, "page-failed") if page["channel"] == "voice"]


def test_one_takes_it(elks, sms_gateway):
    beredd, provider = elks()
    ident = beredd.trigger(SUMMARY)
    call = provider.wait_for_call(beredd, ANNA)
    assert (call.fields["from"], call.fields["timeout"]) == ("+46701740692", "30")
    eventually(lambda: len(beredd.timeline(ident, "page-sent")) == 2, what="that the SMS and the call are on their way")
    before = beredd.events(ident)
    call.pick_up()
    assert call.said == [spoken("alarm")] and beredd.events(ident) == before      # to pick up is no answer
    call.press("1")
    assert call.said[-1] == spoken("yes") and not call.next
    acknowledged, = beredd.timeline(ident, "acknowledged")
    assert (acknowledged["person"], acknowledged["channel"]) == ("anna.berg", "voice")
    call.hang_up()                       # after an answer that is no failure
    for _ in range(2):                   # 46elks asks again for hours, if it did not get its 200
        call.ask(provider.start_url(call)).press("1")
        call.hang_up()
    assert call.said[-1] == spoken("yes")
    assert beredd.events(ident).count("acknowledged") == 1 and not failures(beredd, ident)
    assert len(provider.messages) == 1 and sms_gateway.to(ANNA)


def test_two_declines_and_a_repeated_two_releases_nothing(elks, sms_gateway):
    beredd, provider = elks()
    ident = beredd.trigger()
    first = provider.wait_for_call(beredd, ANNA).pick_up()
    asked = first.next
    first.press("2")
    assert first.said == [spoken("alarm"), spoken("no")]
    second = provider.wait_for_call(beredd, BO)          # everybody in the step declined: the next one begins at once
    assert [entry["channel"] for entry in beredd.timeline(ident, "declined")] == ["voice"]
    sms, = sms_gateway.wait_for(ANNA)
    assert sms_gateway.reply(beredd, ANNA, f"JA {sms.code}").status == 200
    assert beredd.callout(ident)["acknowledged_by"] == "anna.berg"
    first.ask(asked, result="2")                         # the provider's retry of what she pressed before that
    assert beredd.callout(ident)["acknowledged_by"] == "anna.berg" and first.said[-1] == spoken("yes")
    second.pick_up()
    assert second.said == [spoken("taken")] and not second.next
    assert len(provider.messages) == 2


def test_who_answers_late_is_told_who_has_it(twilio, sms_gateway):
    beredd, provider = twilio()
    ident = beredd.trigger()
    call = provider.wait_for_call(beredd, ANNA).pick_up()
    assert beredd.post(f"/v1/incidents/{ident}/acknowledge", {"role": "TIB", "person": "bo.ek"}, token="token-of-operator").status == 200
    call.press("1")
    assert call.said[-1] == "Bo Ek har redan tagit larmet. Du behöver inte göra något."
    assert beredd.callout(ident)["acknowledged_by"] == "bo.ek" and sms_gateway.wait_for(ANNA, 2)
    call.hang_up()
    assert provider.wait_for_call(beredd, ANNA).pick_up().said == ["Bo Ek har redan tagit larmet. Du behöver inte göra något."]
    assert beredd.post(f"/v1/incidents/{ident}/close", {"reason": "klart"}, token="token-of-operator").status == 200
    assert provider.wait_for_call(beredd, ANNA).pick_up().said == ["Larmet gäller inte längre. Du behöver inte göra något."]


def test_who_has_it_gives_it_back_with_two(twilio, sms_gateway):
    beredd, provider = twilio()
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    sms_gateway.reply(beredd, ANNA, f"JA {sms.code}")
    call = provider.wait_for_call(beredd, ANNA).pick_up().press("2")
    assert "Du har svarat att du inte kan." in call.said[-1] and beredd.callout(ident)["state"] == "paging"
    assert [entry["channel"] for entry in beredd.timeline(ident, "released")] == ["voice"]
    assert provider.wait_for_call(beredd, BO)


def test_anything_else_repeats_until_it_is_enough(twilio):
    beredd, provider = twilio()
    ident = beredd.trigger(SUMMARY, callback="08-123 45 67")
    call = provider.wait_for_call(beredd, ANNA).pick_up()
    assert re.fullmatch(r"Larm till roll TIB, Botkyrka kommun, klockan [a-zåäö ]+\. " + re.escape(SUMMARY) + r"\. Ring 08-123 45 67\. "
                        r"Tryck ett om du tar larmet\. Tryck två om du inte kan\.", call.said[0]), call.said
    for digit in ("", "7"):
        call.press(digit)
    assert call.said[1:] == call.said[:1] * 2
    before = beredd.events(ident)
    assert "page-failed" not in before and "acknowledged" not in before
    call.press("#")
    assert call.said[-1] == "Larmet är inte kvitterat. Samtalet avslutas." and not call.next
    assert failures(beredd, ident) == [("anna.berg", "picked up, and gave no answer")]
    call.hang_up()
    assert len(failures(beredd, ident)) == 1
    call.ask(call.fields["Url"]).press("1")              # if it goes on all the same, an answer is an answer
    assert beredd.callout(ident)["acknowledged_by"] == "anna.berg"


@pytest.mark.parametrize("status, reason", [("completed", "hung up without an answer"), ("busy", "busy"), ("no-answer", "no answer"),
                                            ("canceled", "no answer"), ("failed", "the call did not get through")])
def test_what_is_no_answer_moves_on(twilio, sms_gateway, status, reason):
    """Nobody rings the same number again for it; where the call was all there was, other ways are tried, and then the next person."""
    beredd, provider = twilio(ladder="step = 0s primary voice\nstep = 10m secondary voice\nrepeat = 10m")
    ident = beredd.trigger()
    call = provider.wait_for_call(beredd, ANNA)
    assert not sms_gateway.to(ANNA)
    call.end("ringing")
    call.end(status)
    call.end(status)
    assert failures(beredd, ident) == [("anna.berg", reason)]
    sms_gateway.wait_for(ANNA)                           # all her pages in this step have failed: her other contact points
    assert beredd.callout(ident)["step"] == 1 and len(provider.messages) == 1
    assert beredd.callout(ident)["state"] == "paging"


def test_what_never_rang_goes_to_the_next_gateway_and_what_rang_out_does_not(twilio, config):
    second = MadeUp(free_port()).start()
    config.files["gateways/madeup.ini"] = MADE_UP.format(port=second.port, secret=HOOK_SECRET)
    beredd, provider = twilio(then="madeup")
    ident = beredd.trigger()
    provider.wait_for_call(beredd, ANNA).end("failed")
    call = second.wait_for_call(beredd, ANNA)            # the same page, once a gateway
    provider.wait_for_call(beredd, ANNA).end("no-answer")
    assert failures(beredd, ident) == [("anna.berg", "the call did not get through")]
    call.end("RANG_OUT")
    assert failures(beredd, ident)[1:] == [("anna.berg", "no answer")]
    call.pick_up().press("1")
    assert beredd.callout(ident)["acknowledged_by"] == "anna.berg"
    other = beredd.trigger("Vattenläcka")
    provider.wait_for_call(beredd, ANNA, 2).end("no-answer")
    assert failures(beredd, other) == [("anna.berg", "no answer")]
    assert beredd.post(f"/v1/incidents/{other}/decline", {"role": "TIB", "person": "anna.berg"}, token="token-of-operator").status == 200
    provider.wait_for_call(beredd, BO)                   # by then a page that went on would have rung
    second.stop()
    assert len(second.messages) == 1 and not second.violations


def test_voicemail_acknowledges_nothing(twilio):
    beredd, provider = twilio()
    ident = beredd.trigger()
    call = provider.wait_for_call(beredd, ANNA)
    answer = provider.call(beredd, call.fields["Url"], {"CallStatus": "in-progress", "AnsweredBy": "machine_start"})
    assert (answer.status, answer.text) == (200, "<Response/>")
    url = call.fields["Url"].replace("stage=ask", "stage=answer&n=1")
    answer = provider.call(beredd, url, {"CallStatus": "in-progress", "AnsweredBy": "machine_end_beep", "Digits": "1"})
    assert (answer.status, answer.text) == (200, "<Response/>")
    assert failures(beredd, ident) == [("anna.berg", "an answering machine took the call")]
    assert beredd.callout(ident)["state"] == "paging"


def test_nobody_left_by_telephone_and_the_next_step_begins(elks):
    """A person with a telephone alone: a call that rang out voids the step (P7)."""
    def only_voice(config):
        config.files["people.ini"] = config.files["people.ini"].replace(f"sms = {ANNA}\n", "").replace("email = anna.berg@example.se\n", "")
    beredd, provider = elks(change=only_voice)
    ident = beredd.trigger()
    provider.wait_for_call(beredd, ANNA).end("failed")
    assert provider.wait_for_call(beredd, BO)
    assert beredd.callout(ident)["step"] == 2 and failures(beredd, ident) == [("anna.berg", "no answer")]


def test_a_drill_says_so_first(twilio):
    beredd, provider = twilio()
    ident = beredd.trigger(SUMMARY, drill=True, token="token-of-monitor")
    call = provider.wait_for_call(beredd, ANNA).pick_up()
    assert call.said[0].startswith("Övning. Övning. Övning. Övningslarm till ")
    call.press("1")
    assert call.said[1] == "Övning. Tack. Du har tagit larmet."
    assert beredd.callout(ident)["acknowledged_by"] == "anna.berg"


def test_in_a_drill_for_everybody_each_hears_their_own_answer(twilio):
    beredd, provider = twilio(ladder="step = 0s primary voice\nstep = 1h secondary voice\nrepeat = 1h")
    assert beredd.ctl("drill", "start", "--role", "TIB", "--wait-for-all", "--yes").returncode == 0
    call = provider.wait_for_call(beredd, ANNA).pick_up()
    assert call.press("1").said[1:] == ["Övning. Tack. Du har tagit larmet."] and not call.next
    assert call.ask(call.fields["Url"]).said[2:] == ["Övning. Tack. Du har tagit larmet."]       # the provider asks again
    last = provider.wait_for_call(beredd, BO).pick_up().press("2")                               # and with that it is over
    assert last.said[1].startswith("Övning. Du har svarat att du inte kan.")
    ident, = (incident["id"] for incident in beredd.get("/v1/incidents?state=all").json["incidents"])
    assert [entry["person"] for entry in beredd.timeline(ident, "declined")] == ["bo.ek"]


def test_a_drill_that_cannot_say_so_does_not_ring(elks, sms_gateway, config):
    ini = config.elks_ini(more="voice-url = http://127.0.0.1:{port}/a1/calls\n" + RECORDED.replace("prompt-sv-drill", "prompt-en-test"))
    beredd, provider = elks(ini=ini)
    beredd.wait_for_word("no recording 'prompt-sv-drill': this gateway will not ring for drills")
    ident = beredd.trigger(drill=True, token="token-of-monitor")
    assert eventually(lambda: failures(beredd, ident)) == [("anna.berg", "no recording says that it is a drill")]
    assert sms_gateway.wait_for(ANNA)[0].text.startswith("ÖVNING") and not provider.messages
    real = beredd.trigger("Skarpt")
    call = provider.wait_for_call(beredd, ANNA).pick_up()
    assert call.said == [spoken("alarm")] and not failures(beredd, real)


def test_a_drill_says_so_to_the_last_recording(elks, config):
    marked = "".join(f"prompt-sv-drill-{name} = {spoken('drill-' + name)}\n" for name in ("yes", "no", "taken", "over"))
    beredd, provider = elks(ini=config.elks_ini(more="voice-url = http://127.0.0.1:{port}/a1/calls\n" + RECORDED + marked))
    beredd.trigger(drill=True, token="token-of-monitor")
    assert provider.wait_for_call(beredd, ANNA).pick_up().press("2").said == [spoken("drill"), spoken("drill-no")]
    assert provider.wait_for_call(beredd, BO).pick_up().press("1").said == [spoken("drill"), spoken("drill-yes")]
    beredd.trigger("Skarpt")
    assert provider.wait_for_call(beredd, ANNA, 2).pick_up().press("1").said == [spoken("alarm"), spoken("yes")]


def test_sensitive_and_in_english(twilio):
    def english(config):
        config.change("people.ini", "name = Anna Berg\n", "name = Anna Berg\nlanguage = en\n")
    beredd, provider = twilio()
    english(beredd.config)
    beredd.config.write()
    beredd.reload()
    beredd.trigger("Hemlig plats", sensitive=True)
    call = provider.wait_for_call(beredd, ANNA).pick_up().press("1")
    assert call.said[0].startswith("Alarm for roll TIB") and "Press one if you take the alarm." in call.said[0]
    assert "Hemlig" not in "".join(call.said) and call.said[1] == "Thank you. You have taken the alarm."


def test_who_does_not_know_the_secret_or_the_page_gets_404(elks):
    beredd, provider = elks()
    ident = beredd.trigger()
    call = provider.wait_for_call(beredd, ANNA)
    url = call.fields["voice_start"].replace("stage=ask", "stage=answer&n=1")
    path = url[url.index("/hooks/"):]
    nonce = re.search(r"page=([0-9-]+)-([0-9a-f]{8})", path).group(2)
    wrong = [path.replace(HOOK_SECRET, "another"), path.replace(nonce, "00000000"), path.replace("n=1", "n=0"), path.replace("&n=1", ""),
             path.replace("stage=answer", "stage=other"), re.sub(r"page=[^&]*&", "", path), path.replace("page=20", "page=19")]
    sms = [page["page"] for page in beredd.timeline(ident, "page-queued") if page["channel"] == "sms"]
    wrong.append(re.sub(r"page=[^&]*", f"page={sms[0]}", path))
    for bad in wrong:
        assert beredd.form(bad, result="1").status == 404, bad
    assert beredd.callout(ident)["state"] == "paging"
    assert beredd.form(path, result="1").status == 200
    assert beredd.callout(ident)["acknowledged_by"] == "anna.berg"


def test_a_call_that_is_not_signed_changes_nothing(twilio):
    beredd, provider = twilio()
    ident = beredd.trigger()
    call = provider.wait_for_call(beredd, ANNA).pick_up()
    fields = {"CallSid": call.id, "Digits": "1"}
    for signature in (None, "", provider.signature(call.next.replace("n=1", "n=2"), fields), provider.signature(call.next, fields, "x")):
        assert provider.call(beredd, call.next, fields, **{"X-Twilio-Signature": signature}).status == 403
    assert beredd.callout(ident)["state"] == "paging"


def test_a_provider_by_ini_alone(ring):
    beredd, provider = ring(MadeUp, MADE_UP.format(port="{port}", secret=HOOK_SECRET))
    ident = beredd.trigger(SUMMARY)
    call = provider.wait_for_call(beredd, ANNA).pick_up()
    assert (call.fields["seconds"], call.fields["language"]) == (45, "sv-SE") and SUMMARY in call.said[0]
    call.press("9").press("2")
    assert [entry["person"] for entry in beredd.timeline(ident, "declined")] == ["anna.berg"]
    second = provider.wait_for_call(beredd, BO)
    second.end("RANG_OUT")
    assert failures(beredd, ident) == [("bo.ek", "no answer")]
    second.pick_up().press("1")
    assert beredd.callout(ident)["acknowledged_by"] == "bo.ek"
    sent = [page for page in beredd.timeline(ident, "page-sent") if page["channel"] == "voice"]
    assert {page["gateway"] for page in sent} <= {"madeup"}


def test_an_answer_that_cannot_be_saved_says_so(twilio, faulty_disk):
    beredd, provider = twilio()
    ident = beredd.trigger()
    call = provider.wait_for_call(beredd, ANNA).pick_up()
    faulty_disk.be("eio")
    call.press("1")
    assert call.said[-1] == "Tack. Du har tagit larmet. Ditt svar gäller, men är inte sparat än."
    faulty_disk.be("ok")
    assert eventually(lambda: beredd.timeline(ident, "acknowledged"))


def test_the_administrators_own_words(twilio):
    beredd, provider = twilio(texts="[texts]\npage-voice = {severity}, {title}! {what}. Ett är ja, två är nej.\n")
    beredd.trigger("Brand & <rök>", drill=True, token="token-of-monitor")
    call = provider.wait_for_call(beredd, ANNA).pick_up().press("5")
    assert call.said == ["Övning. Övning. Övning. Övningslarm, roll TIB! Brand & <rök>. Ett är ja, två är nej."] * 2


def test_gateway_test_speaks(twilio):
    beredd, provider = twilio()
    done = beredd.ctl("gateway", "test", "twilio", "anna.berg")
    assert done.returncode == 0, done
    call = provider.wait_for_call(beredd, ANNA).pick_up()
    assert call.said == ["TEST av larmvägen twilio, Botkyrka kommun. Inget har hänt. Svara inte."] and not call.next
    call.end("completed")


def test_gateway_test_plays(elks):
    beredd, provider = elks()
    done = beredd.ctl("gateway", "test", "elks", "anna.berg", "--channel", "voice")
    assert done.returncode == 0, done
    call = provider.wait_for_call(beredd, ANNA).pick_up()
    assert call.said == [spoken("test")] and not call.next
    call.hang_up()
