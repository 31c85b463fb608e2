"""The feed that telephones subscribe to, read by a parser that is not ours."""

import datetime

import pytest

from harness.config import SLOW_LADDER
from harness.waiting import today

icalendar = pytest.importorskip("icalendar", reason="python3-icalendar is needed")
UTC = datetime.timezone.utc


def a_year(config):
    """Weeks from now on, held by three in turn; the tenth is a hole, and the one after it ends the roster."""
    monday = today() - datetime.timedelta(days=today().weekday())
    weeks = ""
    for n in range(12):
        year, week, _ = (monday + datetime.timedelta(weeks=n)).isocalendar()
        if n != 10:
            weeks += f"{year}-W{week:02} = {['anna.berg, bo.ek', 'bo.ek, cia.lund', 'cia.lund, anna.berg'][n % 3]}\n"
    config.files["rosters/TIB.ini"] = (f"[roster]\nrole = TIB\ntitle = Tjänsteperson i beredskap; dygnet runt, året om\nhandover = Mon 12:00\n"
                                       f"[weeks]\n{weeks}[ladder]\n{SLOW_LADDER}\n")
    return monday


def events_of(answer):
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/calendar; charset=utf-8", answer
    calendar = icalendar.Calendar.from_ical(answer.body)
    assert not calendar.errors and not any(event.errors for event in calendar.walk("VEVENT"))
    assert len({str(event["UID"]) for event in calendar.walk("VEVENT")}) == len(calendar.walk("VEVENT"))
    return calendar, calendar.walk("VEVENT")


def subscribe(beredd, path, token="token-of-rtj", **more):
    """As a telephone does: over TCP, with what the address holds and nothing else."""
    return beredd.request("GET", f"{path}{'&' if '?' in path else '?'}token={token}", **more)


def test_a_role(stopped):
    monday = a_year(stopped.config)
    calendar, events = events_of(subscribe(stopped.start(), "/v1/rosters/TIB.ics"))
    assert str(calendar["X-WR-CALNAME"]) == "TIB, Botkyrka kommun"
    assert [str(event["SUMMARY"]) for event in events][:3] == [
        "TIB: Anna Berg (ersättare Bo Ek)", "TIB: Bo Ek (ersättare Cia Lund)", "TIB: Cia Lund (ersättare Anna Berg)"]
    assert [n for n, event in enumerate(events) if "OBEMANNAD" in event["SUMMARY"]] == [10] and len(events) == 12
    noon = datetime.datetime.combine(monday, datetime.time(12))
    import zoneinfo
    stockholm = zoneinfo.ZoneInfo("Europe/Stockholm")
    for n, event in enumerate(events):
        assert event["DTSTART"].dt == (noon + datetime.timedelta(weeks=n)).replace(tzinfo=stockholm).astimezone(UTC)
        assert event["DTEND"].dt == (noon + datetime.timedelta(weeks=n + 1)).replace(tzinfo=stockholm).astimezone(UTC)
        assert str(event["DESCRIPTION"]) == "Tjänsteperson i beredskap; dygnet runt, året om, Botkyrka kommun"


def test_a_person(stopped):
    a_year(stopped.config)
    _, events = events_of(subscribe(stopped.start(), "/v1/rosters/TIB.ics?person=Bo.Ek"))
    assert [str(event["SUMMARY"]) for event in events][:3] == [
        "TIB: Bo Ek, ersättare för Anna Berg", "TIB: Bo Ek (ersättare Cia Lund)", "TIB: Bo Ek, ersättare för Anna Berg"]


def test_is_sent_again_when_it_changed(stopped):
    a_year(stopped.config)
    beredd = stopped.start()
    tag = subscribe(beredd, "/v1/rosters/TIB.ics").headers["ETag"]
    kept = subscribe(beredd, "/v1/rosters/TIB.ics", headers={"If-None-Match": tag})
    assert (kept.status, kept.body, kept.headers["ETag"]) == (304, b"", tag)
    beredd.config.change("rosters/TIB.ini", "= bo.ek, cia.lund", "= bo.ek, anna.berg")
    beredd.reload()
    fresh = subscribe(beredd, "/v1/rosters/TIB.ics", headers={"If-None-Match": tag})
    assert fresh.status == 200 and fresh.headers["ETag"] != tag
    assert "Cia Lund" not in {str(event["SUMMARY"]).partition("ersättare ")[2] for event in events_of(fresh)[1]}


def test_needs_a_token(beredd):
    assert beredd.request("GET", "/v1/rosters/TIB.ics").status == 401
    assert subscribe(beredd, "/v1/rosters/TIB.ics", token="wrong").status == 401
    assert subscribe(beredd, "/v1/oncall").status == 401
    assert beredd.request("POST", "/v1/incidents?token=token-of-rtj", {"summary": "Nej"}).status == 401


def test_export_needs_no_daemon(stopped):
    monday = a_year(stopped.config)
    stopped.config.write()
    directory = str(stopped.config.directory)
    result = stopped.ctl("roster", "export", "tib", "--config", directory)
    calendar = icalendar.Calendar.from_ical(result.stdout)
    assert len(calendar.walk("VEVENT")) == 12
    begin, end = monday + datetime.timedelta(weeks=2, days=1), monday + datetime.timedelta(weeks=2, days=3)
    result = stopped.ctl("roster", "export", "TIB", "--config", directory, "--person", "Anna Berg", "--from", str(begin), "--to", str(end))
    event, = icalendar.Calendar.from_ical(result.stdout).walk("VEVENT")
    assert str(event["SUMMARY"]) == "TIB: Anna Berg, ersättare för Cia Lund"
    for arguments, code, said in ((("TIBB",), 1, "did you mean 'TIB'"), (("TIB", "--person", "anna"), 1, "did you mean"),
                                  (("TIB", "--from", "snart"), 2, "--from and --to"),
                                  (("TIB", "--from", "2026-12-02", "--to", "2026-12-01"), 2, "--from is after --to")):
        result = stopped.ctl("roster", "export", *arguments, "--config", directory)
        assert result.returncode == code and said in result.stderr and not result.stdout


def test_token_that_is_good_for_feeds_alone(stopped):
    """It stands in an address, and addresses get about."""
    sources = stopped.config.files["sources.ini"]
    stopped.config.files["sources.ini"] = sources.replace("rights = trigger\n", "rights = drill\n", 1)
    beredd = stopped.start()
    assert subscribe(beredd, "/v1/rosters/TIB.ics").status == 200
    for method, path in (("POST", "/v1/incidents"), ("GET", "/v1/incidents"), ("GET", "/v1/oncall"), ("GET", "/v1/events"), ("POST", "/v1/reload")):
        assert beredd.request(method, path, {"summary": "Nej", "drill": True} if method == "POST" else None, token="token-of-rtj").status == 403, path
