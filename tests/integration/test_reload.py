"""Reload: never drops or delays what is under way, and never takes a configuration with an error in it (P10)."""

import os
import signal

from harness.config import ANNA, BO, FAST_LADDER, SLOW_LADDER
from harness.waiting import eventually


def test_next_step_pages_who_is_on_duty_now(stopped, sms_gateway):
    stopped.config.ladder("step = 0s primary sms\nstep = 5s primary sms\nrepeat = 10m", who="anna.berg")
    beredd = stopped.start()
    ident = beredd.trigger()
    first, = sms_gateway.wait_for(ANNA)
    beredd.config.ladder("step = 0s primary sms\nstep = 5s primary sms\nrepeat = 10m", who="bo.ek")
    beredd.reload()
    sms_gateway.wait_for(BO)
    sms_gateway.reply(beredd, ANNA, f"JA {first.code}")
    eventually(lambda: beredd.callout(ident)["acknowledged_by"] == "anna.berg")


def test_page_under_way_is_neither_dropped_nor_doubled(stopped, sms_gateway):
    stopped.config.ladder("step = 0s primary sms\nrepeat = 10m")
    stopped.config.change("gateways/elks.ini", "timeout = 10s", "timeout = 20s")
    beredd = stopped.start()
    sms_gateway.behave("slow")
    ident = beredd.trigger()
    eventually(lambda: sms_gateway.tried(ANNA))
    beredd.reload()
    sms_gateway.modes.clear()
    sms_gateway.released.set()
    eventually(lambda: beredd.timeline(ident, "page-sent"))
    beredd.trigger("Efter omläsningen")
    sms_gateway.wait_for(ANNA, containing="Efter omläsningen")
    assert len(sms_gateway.to(ANNA, "Brand i skola")) == 1


def test_gateway_that_is_gone_gives_its_pages_to_the_others(stopped, sms_gateway, tmp_path):
    stopped.config.ladder("step = 0s primary sms\nrepeat = 10m")
    beredd = stopped.start()
    sms_gateway.behave("error")
    beredd.trigger()
    eventually(lambda: sms_gateway.tried(ANNA))
    path = tmp_path / "new.jsonl"
    beredd.config.files["gateways/new.ini"] = f"[gateway new]\ntype = outbox\nfile = {path}\n"
    beredd.config.change("beredd.ini", "sms = elks", "sms = new")
    del beredd.config.files["gateways/elks.ini"]
    beredd.reload()
    eventually(lambda: path.exists() and "Brand i skola" in path.read_text(), what="the page through the new gateway")


def test_error_leaves_the_old_one_in_force(stopped, sms_gateway):
    stopped.config.ladder(SLOW_LADDER)
    beredd = stopped.start()
    beredd.config.change("rosters/TIB.ini", "anna.berg", "ana.berg")
    beredd.config.change("people.ini", ANNA, "+46701740698")
    beredd.reload_refused()
    beredd.trigger()
    sms_gateway.wait_for(ANNA)
    beredd.config.write()
    out = beredd.ctl("reload")
    assert out.returncode == 1 and "rosters/TIB.ini:" in out.stdout + out.stderr and "anna.berg" in out.stdout + out.stderr
    out = beredd.ctl("check")
    assert out.returncode == 1
    beredd.config.change("rosters/TIB.ini", "ana.berg", "anna.berg").change("people.ini", "+46701740698", ANNA)
    beredd.config.write()
    assert beredd.ctl("check").returncode == 0 and beredd.ctl("reload").returncode == 0


def test_check_changes_nothing(beredd, sms_gateway):
    beredd.config.change("people.ini", f"sms = {ANNA}", f"sms = {BO}").write()
    assert beredd.ctl("check").returncode == 0
    beredd.trigger()
    sms_gateway.wait_for(ANNA)
    assert not sms_gateway.to(BO)


def test_new_token_works_and_the_old_one_ends(beredd):
    import hashlib
    old, new = (hashlib.sha256(token.encode()).hexdigest() for token in ("token-of-rtj", "ett-nytt"))
    beredd.config.change("sources.ini", f"token-sha256 = {old}", f"token-sha256 = {old}\ntoken-sha256 = {new}")
    beredd.reload()
    assert beredd.trigger("A", token="token-of-rtj") and beredd.trigger("B", token="ett-nytt")
    beredd.config.change("sources.ini", f"token-sha256 = {old}\n", "")
    beredd.reload()
    assert beredd.post("/v1/incidents", {"summary": "C"}, token="token-of-rtj").status == 401
    assert beredd.trigger("D", token="ett-nytt")


def test_role_that_is_gone_leaves_its_call_out_paging(stopped, sms_gateway):
    """P2: its page is out, and somebody is asked again."""
    stopped.config.ladder(FAST_LADDER)
    beredd = stopped.start()
    ident = beredd.trigger()
    sms = sms_gateway.wait_for(ANNA)[0]
    del beredd.config.files["rosters/TIB.ini"]
    beredd.config.change("rosters/KIB.ini", "call = on-request", "call = always")
    beredd.reload()
    sms_gateway.wait_for(ANNA, len(sms_gateway.to(ANNA)) + 1)
    sms_gateway.reply(beredd, ANNA, f"JA {sms.code}")
    eventually(lambda: beredd.callout(ident)["state"] == "acknowledged")


def test_reloads_under_fire(stopped, sms_gateway):
    """Fifty signals while alarms arrive: each alarm gets its page."""
    stopped.config.ladder(SLOW_LADDER)
    beredd = stopped.start()
    for n in range(50):
        os.kill(beredd.process.pid, signal.SIGHUP)
        beredd.trigger(f"Larm {n}.")
    for n in range(50):
        sms_gateway.wait_for(ANNA, containing=f"Larm {n}.")


def test_service_manager_that_hangs_stops_nothing(stopped, sms_gateway):
    """sd_notify waits for as long as the manager does not read; the daemon must not."""
    beredd = stopped.start()
    beredd.notify.listening.clear()
    for n in range(8):
        os.kill(beredd.process.pid, signal.SIGHUP)
        beredd.trigger(f"Larm {n}.")
        sms_gateway.wait_for(ANNA, containing=f"Larm {n}.")
    beredd.notify.listening.set()


def test_person_removed_while_being_paged(stopped, sms_gateway):
    """Their page is out, and their code still answers; the next step goes to who is left."""
    stopped.config.ladder("step = 0s primary sms\nstep = 4s primary sms\nrepeat = 10m", who="anna.berg")
    beredd = stopped.start()
    ident = beredd.trigger()
    sms, = sms_gateway.wait_for(ANNA)
    before, _, rest = beredd.config.files["people.ini"].partition("[person anna.berg]")
    beredd.config.files["people.ini"] = before + rest[rest.index("[person bo.ek]"):]
    for roster in ("TIB", "KIB"):
        beredd.config.files[f"rosters/{roster}.ini"] = beredd.config.files[f"rosters/{roster}.ini"].replace("anna.berg", "bo.ek")
    beredd.reload()
    sms_gateway.wait_for(BO)
    assert len(sms_gateway.to(ANNA)) == 1
    sms_gateway.reply(beredd, ANNA, f"JA {sms.code}")
    callout = eventually(lambda: beredd.callout(ident)["state"] == "acknowledged" and beredd.callout(ident))
    assert callout["acknowledged_by"] == "anna.berg"


def test_ladder_shortened_below_the_current_step(stopped, sms_gateway):
    """It stands on step 3 of what is now one step: it waits out what it had begun to wait for, and then repeats."""
    stopped.config.ladder("step = 0s primary sms\nstep = 0s secondary sms\nstep = 0s person:cia.lund sms\nstep = 1s person:drift sms\nrepeat = 1s")
    beredd = stopped.start()
    ident = beredd.trigger()
    eventually(lambda: beredd.callout(ident)["step"] >= 3)
    beredd.config.ladder("step = 0s primary sms\nrepeat = 1s", who="bo.ek")
    beredd.reload()
    sms_gateway.wait_for(BO, 3)
    callout = beredd.callout(ident)
    assert callout["state"] == "paging" and callout["round"] >= 1 and callout["next_page_at"]
    code = sms_gateway.to(BO)[-1].code
    sms_gateway.reply(beredd, BO, f"JA {code}")
    eventually(lambda: beredd.callout(ident)["state"] == "acknowledged")


def test_file_of_a_role_deleted_with_alarms_open_and_put_back(stopped, sms_gateway):
    """One call-out is paging, one is acknowledged. Neither is dropped; a new alarm finds no such role, until its file is back."""
    stopped.config.ladder(FAST_LADDER)
    beredd = stopped.start()
    taken, paging = beredd.trigger("Redan tagen"), beredd.trigger("Ännu obesvarad")
    beredd.ctl("ack", taken, "--role", "TIB", "--as", "anna.berg")
    roster = beredd.config.files.pop("rosters/TIB.ini")
    beredd.reload()
    pages = len(sms_gateway.to(ANNA, "obesvarad"))
    sms_gateway.wait_for(ANNA, pages + 1, "obesvarad")
    assert beredd.callout(taken)["state"] == "acknowledged" and beredd.callout(paging)["state"] == "paging"
    assert beredd.post("/v1/incidents", {"summary": "Ny", "roles": ["TIB"]}, token="token-of-rtj").status == 422
    beredd.kill()
    beredd.start()      # without a ladder of its own it goes on in intervals of ten minutes
    assert beredd.callout(paging)["state"] == "paging" and beredd.callout(paging)["next_page_at"]
    beredd.ctl("ack", paging, "--role", "TIB", "--as", "anna.berg")
    assert beredd.callout(paging)["state"] == "acknowledged"
    beredd.config.files["rosters/TIB.ini"] = roster
    beredd.reload()
    assert beredd.trigger("Nu finns den igen", roles=["TIB"])
    sms_gateway.wait_for(ANNA, containing="finns den igen")


def refused(beredd):
    """Reloads what stands on disk now, and gives what the log says of it."""
    before = beredd.log_events().count("reload-refused")
    os.kill(beredd.process.pid, signal.SIGHUP)
    eventually(lambda: beredd.log_events().count("reload-refused") > before, what="that the reload is refused")
    return beredd.ctl("log").stdout


def test_roster_that_is_half_written_leaves_the_old_one(stopped, sms_gateway):
    """Cut at every kind of place, as a copy that is under way would be; what parses all the same is a roster without a ladder or a name."""
    stopped.config.ladder(SLOW_LADDER)
    beredd = stopped.start()
    path = beredd.config.directory / "rosters/TIB.ini"
    text = path.read_text()
    for cut in (0, text.index("[shifts]") + 3, text.index("2090"), text.index("anna.berg") + 5, text.index("repeat") + 3, text.index("= 10m") + 2):
        path.write_text(text[:cut])
        assert "rosters/TIB.ini" in refused(beredd), text[:cut]
    beredd.trigger()
    sms_gateway.wait_for(ANNA)


def test_roster_that_vanishes_during_a_reload_leaves_the_old_one(stopped, sms_gateway):
    """Its name is in the directory, and nothing is behind it: as where it is removed between the listing and the reading."""
    beredd = stopped.start()
    path = beredd.config.directory / "rosters/TIB.ini"
    path.unlink()
    path.symlink_to(path.with_name("TIB.ini.new"))
    assert "rosters/TIB.ini" in refused(beredd)
    ident = beredd.trigger()
    sms_gateway.wait_for(ANNA)
    assert beredd.callout(ident)["role"] == "TIB"


def test_roster_directory_that_is_gone_leaves_the_old_one(stopped, sms_gateway):
    beredd = stopped.start()
    (beredd.config.directory / "rosters").rename(beredd.config.directory / "rosters.away")
    assert "rosters" in refused(beredd)
    (beredd.config.directory / "rosters.away").rename(beredd.config.directory / "rosters")
    beredd.trigger()
    sms_gateway.wait_for(ANNA)


def test_drop_in_that_vanishes_during_a_reload_leaves_the_old_one(stopped, sms_gateway):
    """Otherwise Bo's takeover would be lost without a word."""
    stopped.config.files["rosters/TIB.d/swap.ini"] = "[shifts]\nshift = 2020-01-01 00:00 / 2090-01-01 00:00 bo.ek\n"
    beredd = stopped.start()
    path = beredd.config.directory / "rosters/TIB.d/swap.ini"
    path.write_text("")
    assert "rosters/TIB.d/swap.ini" in refused(beredd)
    path.unlink()
    path.symlink_to(path.with_name("swap.ini.new"))
    assert "rosters/TIB.d/swap.ini" in refused(beredd)
    beredd.trigger()
    sms_gateway.wait_for(BO)
