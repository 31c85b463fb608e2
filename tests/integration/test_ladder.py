"""The ladder on a real clock, counted in seconds: it climbs, repeats, skips who cannot be reached, and goes silent when somebody answers."""

from harness.config import ANNA, BO, CIA, FAST_LADDER, SLOW_LADDER
from harness.waiting import eventually


def pages(sms_gateway, summary):
    """What asks for an answer, of that alarm."""
    return [sms for sms in list(sms_gateway.taken) if "Svara JA" in sms.text and summary in sms.text]


def test_climbs_and_repeats_until_somebody_answers(stopped, sms_gateway):
    stopped.config.ladder(FAST_LADDER)
    beredd = stopped.start()
    ident = beredd.trigger()
    sms_gateway.wait_for(ANNA)
    second = sms_gateway.wait_for(BO)[0]
    eventually(lambda: beredd.callout(ident)["round"] >= 1, what="the repeat")
    sms_gateway.wait_for(ANNA, 2), sms_gateway.wait_for(BO, 2)
    assert beredd.callout(ident)["step"] == 2, "it stays at the last while it repeats"
    assert sms_gateway.to(BO)[1].code == second.code
    sms_gateway.reply(beredd, BO, f"JA {second.code}")
    eventually(lambda: beredd.callout(ident)["state"] == "acknowledged")
    sms_gateway.wait_for(ANNA, containing="av Bo Ek")
    assert beredd.callout(ident)["next_page_at"] is None
    paged = len(pages(sms_gateway, "Brand i skola"))
    other = beredd.trigger("Ett annat larm")      # two rounds of its own, while the first one must stay silent (P4)
    eventually(lambda: beredd.callout(other)["round"] >= 2)
    assert len(pages(sms_gateway, "Brand i skola")) == paged


def test_decline_begins_the_next_step_at_once(stopped, sms_gateway):
    stopped.config.ladder(SLOW_LADDER)
    beredd = stopped.start()
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    sms_gateway.reply(beredd, ANNA, f"NEJ {sms.code}")
    sms_gateway.wait_for(BO)
    assert "declined" in beredd.events(ident) and beredd.callout(ident)["step"] == 2


def test_everybody_declines_and_it_still_repeats(stopped, sms_gateway):
    """P2: there is no answer after which nobody is asked."""
    stopped.config.ladder("step = 0s primary sms\nstep = 10m secondary sms\nrepeat = 1s")
    beredd = stopped.start()
    ident = beredd.trigger()
    for number in (ANNA, BO):
        sms = sms_gateway.wait_for(number)[0]
        sms_gateway.reply(beredd, number, f"NEJ {sms.code}")
    eventually(lambda: beredd.callout(ident)["round"] >= 1)
    sms_gateway.wait_for(ANNA, 2), sms_gateway.wait_for(BO, 2)
    assert beredd.callout(ident)["state"] == "paging" and beredd.callout(ident)["next_page_at"]


def test_step_that_reaches_nobody_is_not_waited_out(stopped, sms_gateway):
    """P7: nobody holds the duty; the group is paged now, not in ten minutes."""
    stopped.config.files["rosters/TIB.ini"] = ("[roster]\nrole = TIB\ntitle = TIB\n[shifts]\nshift = 2020-01-01 00:00 / 2020-01-02 00:00 anna.berg\n"
                                               "[ladder]\nstep = 0m primary sms\nstep = 10m group:krisledning sms\nrepeat = 10m\n")
    beredd = stopped.start()
    ident = beredd.trigger()
    sms_gateway.wait_for(BO), sms_gateway.wait_for(CIA)
    skipped = beredd.timeline(ident, "step-skipped")
    assert skipped and skipped[0]["text"], "the log says why"


def test_every_gateway_refuses_and_the_next_step_begins(stopped, sms_gateway, smtp_server):
    """P7, after her other channels were tried."""
    smtp_server.refused.add("anna.berg@example.se")
    stopped.config.ladder("step = 0m primary sms\nstep = 10m secondary sms\nrepeat = 10m")
    beredd = stopped.start()
    sms_gateway.behave("error", ANNA)
    ident = beredd.trigger()
    sms_gateway.wait_for(BO)
    eventually(lambda: beredd.timeline(ident, "page-failed"))


def test_other_channels_are_tried_before_the_next_person(stopped, sms_gateway, smtp_server):
    stopped.config.ladder("step = 0m primary sms\nstep = 10m secondary sms\nrepeat = 10m")
    beredd = stopped.start()
    sms_gateway.behave("error", ANNA)
    beredd.trigger()
    smtp_server.wait_for("anna.berg@example.se")


def test_fails_over_to_the_next_gateway(stopped, sms_gateway, tmp_path):
    path = tmp_path / "second.jsonl"
    stopped.config.files["gateways/second.ini"] = f"[gateway second]\ntype = outbox\nfile = {path}\n"
    stopped.config.change("beredd.ini", "sms = elks", "sms = elks, second")
    beredd = stopped.start()
    sms_gateway.behave("error")
    ident = beredd.trigger()
    eventually(lambda: path.exists() and "Brand i skola" in path.read_text())
    sent = eventually(lambda: [entry for entry in beredd.timeline(ident, "page-sent") if entry["channel"] == "sms"])
    assert sent[0]["gateway"] == "second"
    failed = eventually(lambda: beredd.timeline(ident, "page-failed"))[0]
    assert failed["gateway"] == "elks" and failed["text"]


def test_slow_gateway_delays_nobody_else(stopped, sms_gateway):
    """P8: Anna's page hangs at the gateway; Bo's and Cia's go out."""
    stopped.config.ladder("step = 0m group:alla sms\nrepeat = 10m")
    stopped.config.files["groups.ini"] += "[group alla]\ntitle = Alla\nmembers = anna.berg, bo.ek, cia.lund\n"
    beredd = stopped.start()
    sms_gateway.behave("slow", ANNA)
    beredd.trigger()
    sms_gateway.wait_for(BO), sms_gateway.wait_for(CIA)
    assert not sms_gateway.to(ANNA)


def test_failed_page_is_tried_again_while_it_is_wanted(stopped, sms_gateway):
    stopped.config.ladder("step = 0m primary sms\nrepeat = 10m")
    beredd = stopped.start()
    sms_gateway.behave("error", ANNA)
    beredd.trigger()
    eventually(lambda: len(sms_gateway.tried(ANNA)) >= 2, what="the second attempt")
    sms_gateway.behave("accept", ANNA)
    sms_gateway.wait_for(ANNA)
    assert len({fields["whendelivered"] for fields in sms_gateway.tried(ANNA)}) == 1, "the same page, under its id (P3)"


def test_answer_ends_the_retries(stopped, sms_gateway):
    stopped.config.ladder("step = 0m primary sms\nrepeat = 10m")
    beredd = stopped.start()
    sms_gateway.behave("error", ANNA)
    ident = beredd.trigger()
    eventually(lambda: sms_gateway.tried(ANNA))
    assert beredd.post(f"/v1/incidents/{ident}/acknowledge", {"person": "bo.ek"}).status == 200
    sms_gateway.behave("accept", ANNA)
    told, = sms_gateway.wait_for(ANNA, containing="kvitterat")
    assert [sms.id for sms in sms_gateway.to(ANNA)] == [told.id]


def test_rise_in_severity_restarts_the_ladder(stopped, sms_gateway):
    stopped.config.ladder(SLOW_LADDER + "\n[ladder info]\nstep = 0m secondary sms\nrepeat = 1h")
    beredd = stopped.start()
    ident = beredd.trigger("Rök", severity="info", dedup_key="k")
    sms_gateway.wait_for(BO)
    assert not sms_gateway.to(ANNA)
    assert beredd.trigger("Brand", severity="critical", dedup_key="k") == ident
    sms_gateway.wait_for(ANNA, containing="Brand")
