"""bereddctl simulate: what an alarm would do, from the files alone. No daemon runs in these tests."""

import json

import pytest

LADDER = """step = 0m primary sms, voice
step = 2m primary sms
step = 5m secondary sms, email
step = 10m group:krisledning sms
repeat = 10m"""


@pytest.fixture(name="simulate")
def simulate_fixture(stopped):
    """Simulates on the configuration as the test has it, and gives what it printed."""
    def run(*arguments, code=0):
        stopped.config.write()
        result = stopped.ctl("simulate", "--config", str(stopped.config.directory), *arguments)
        assert result.returncode == code, result.stderr
        return result.stdout if code == 0 else result.stderr
    stopped.config.ladder(LADDER)
    run.config = stopped.config
    return run


@pytest.fixture(name="timeline")
def timeline_fixture(simulate):
    """The same as [(seconds, role, event, person)]"""
    def run(*arguments):
        answer = json.loads(simulate("--json", *arguments))
        return [(entry["after_seconds"], entry.get("role"), entry["event"], entry.get("person")) for entry in answer["timeline"]]
    return run


def pages(timeline):
    return [(seconds, person) for seconds, _, event, person in timeline if event == "page-queued"]


def test_nobody_answers(timeline):
    """The first step has two channels and one gateway: voice is served by none. It ends after the first repeat."""
    assert pages(timeline("--at", "2026-12-24 23:40")) == [
        (0, "anna.berg"), (120, "anna.berg"), (300, "bo.ek"), (300, "bo.ek"), (600, "bo.ek"), (600, "cia.lund"),
        *[(1200, person) for person in ("anna.berg", "bo.ek", "bo.ek", "cia.lund")]]


def test_no_then_yes(timeline, simulate):
    """A no takes the next step at once, and the later ones with it; a yes ends it."""
    given = timeline("--at", "2026-12-24 23:40", "--answer", "bo.ek=yes@3m", "--answer", "Anna.Berg=no@150s")
    assert pages(given) == [(0, "anna.berg"), (120, "anna.berg"), (150, "bo.ek"), (150, "bo.ek")]
    assert [entry for entry in given if entry[2] in ("declined", "acknowledged")] == [
        (150, "TIB", "declined", "anna.berg"), (180, "TIB", "acknowledged", "bo.ek")]
    text = simulate("--at", "2026-12-24 23:40", "--answer", "anna berg=no@150s", "--answer", "bo.ek=ja@3m")
    assert "TIB: Bo Ek has taken it, +3:00." in text and "+2:30  23:42:30  TIB  step 3 pages Bo Ek sms, email" in text


def test_release_pages_again(timeline):
    given = timeline("--answer", "anna.berg=yes@1m", "--answer", "anna.berg=no@30m")
    assert (60, "TIB", "acknowledged", "anna.berg") in given and (1800, "TIB", "released", "anna.berg") in given
    assert (1800, "TIB", "page-queued", "bo.ek") in given


def test_answer_of_somebody_who_was_not_paged(timeline, simulate):
    assert (60, None, "answer-without-page", "cia.lund") in timeline("--answer", "cia.lund=yes@1m")
    assert "Cia Lund has not been paged: the answer is left out" in simulate("--answer", "cia.lund=yes@1m")
    assert "nobody has answered; it goes on, every 10m" in simulate("--answer", "cia.lund=yes@1m")


def test_change_of_duty_in_the_middle(simulate, timeline):
    simulate.config.files["rosters/TIB.ini"] = f"""[roster]
role = TIB
handover = Mon 12:00
[weeks]
2026-W52 = anna.berg
2026-W53 = bo.ek
[ladder]
{LADDER}
"""
    assert pages(timeline("--at", "2026-12-28 11:59"))[:2] == [(0, "anna.berg"), (120, "bo.ek")]


def test_hole(simulate):
    """It says so in plain words, and is not a failure of the command."""
    simulate.config.files["rosters/TIB.ini"] = "[roster]\nrole = TIB\n[weeks]\n2026-W52 = anna.berg\n[ladder]\nstep = 0m primary sms\nrepeat = 10m\n"
    out = simulate("--at", "2027-03-01 12:00")
    assert "step 1 is skipped: nobody is on call" in out and "TIB: NOBODY IS PAGED." in out
    assert "on call: NOBODY" in out and "told that NOBODY CAN BE REACHED: Driften email" in out
    callouts = json.loads(simulate("--at", "2027-03-01 12:00", "--json"))["callouts"]
    assert callouts == [{"role": "TIB", "state": "paging", "pages": 0, "acknowledged_by": None}]


def test_no_role_is_always_called(timeline, simulate):
    """It must not wait for nothing (P2): the first role is called all the same."""
    simulate.config.ladder(LADDER, more="call = on-request\n")
    assert pages(timeline()) == [(0, "cia.lund"), (600, "cia.lund")]


def test_severity_chooses_the_ladder(simulate, timeline):
    simulate.config.ladder(LADDER + "\n[ladder info]\nstep = 0m secondary email\nrepeat = 1h")
    assert pages(timeline("--severity", "info")) == [(0, "bo.ek"), (3600, "bo.ek")]


def test_two_roles_side_by_side(timeline):
    given = timeline("--role", "TIB", "--role", "KIB", "--role", "tib", "--answer", "cia.lund=yes@30s")
    assert (30, "KIB", "acknowledged", "cia.lund") in given
    assert [entry[:2] for entry in given if entry[2] == "callout-started"] == [(0, "TIB"), (0, "KIB")]


def test_local_time_over_a_clock_change(simulate):
    out = simulate("--at", "2026-10-25T02:55:00+02:00")
    assert out.startswith("Sun 2026-10-25 02:55:00 CEST, v. 43")
    assert "+5:00   02:00:00" in out and "+20:00  02:15:00" in out


def test_the_same_each_time(simulate):
    assert simulate("--at", "2026-12-24 23:40") == simulate("--at", "2026-12-24 23:40")


@pytest.mark.parametrize("arguments, code, said", [
    (("--at", "julafton"), 2, "--at takes a local time"),
    (("--severity", "hög"), 2, "--severity is critical"),
    (("--answer", "anna.berg"), 2, "PERSON=yes@DURATION"),
    (("--answer", "anna.berg=kanske@2m"), 2, "PERSON=yes@DURATION"),
    (("--answer", "anna.berg=yes@2"), 2, "PERSON=yes@DURATION"),
    (("--answer", "anna.ber=yes@2m"), 1, "did you mean 'anna.berg'"),
    (("--role", "TIBB"), 1, "did you mean 'TIB'"),
    (("extra",), 2, "too many arguments"),
])
def test_usage(simulate, arguments, code, said):
    assert said in simulate(*arguments, code=code)


def test_broken_configuration(simulate):
    simulate.config.change("rosters/TIB.ini", "anna.berg", "ana.berg")
    assert "rosters/TIB.ini:" in simulate(code=1) and "anna.berg" in simulate(code=1)
