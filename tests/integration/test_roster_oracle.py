"""The program's rosters against an oracle that knows Python's calendar and time zones, and nothing of the program."""

import datetime
import random
import subprocess

import pytest

from harness.daemon import BUILD
from harness.roster_oracle import DAY, EPOCH, UTC, WEEK, Roster, Who, Zone, easter, is_off, is_red, is_workday

PEOPLE = ["anna", "bo", "cia", "dan", "eva", "farid"]
# Half an hour of summer time, a day that was left out, clocks that change at midnight, summer time that is winter time, none at all.
ZONES = ["Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "Europe/Dublin",
         "Africa/Casablanca", "Asia/Kathmandu"]
FIRST, LAST = (int(datetime.datetime(year, 6, 1, tzinfo=UTC).timestamp()) for year in (2009, 2029))      # 20 years
INSTANTS, ROUNDS = 100_000, 4


# ---- rosters at random

def random_who(rng, week=False):
    people = rng.sample(PEOPLE, rng.randint(1, 3))
    kind = rng.random()
    if kind < 0.2:
        return Who(None, people)
    if kind < 0.4 and not week:
        return Who(people[0], [])
    if kind < 0.7:
        return Who(people[0], [], True) if week else Who(people[0], None)
    return Who(people[0], people[1:], True) if week or len(people) > 1 else Who(people[0], None)


def random_time(rng, zone, changes):
    """Any minute; one in four on the day of a clock change, around its hour."""
    if changes and rng.random() < 0.25:
        second = rng.choice(changes) + 60 * rng.randint(-150, 150)
    else:
        second = rng.randrange(FIRST, LAST, 60)
    return zone.local(second).replace(second=0)


def random_shift(rng, zone, changes):
    start = random_time(rng, zone, changes)
    length = datetime.timedelta(minutes=rng.choice([rng.randint(1, 180), rng.randint(60, 2880), rng.randint(1440, 120 * 1440)]))
    return start, start + length, random_who(rng)


def random_monday(rng):
    day = (EPOCH + datetime.timedelta(seconds=rng.randrange(FIRST, LAST))).date()
    return day - day.weekday() * DAY


def random_weeks(rng):
    first = random_monday(rng)
    return first, first + rng.choice([0, 0, rng.randint(1, 8), rng.randint(20, 120)]) * WEEK, random_who(rng, True)


def random_hours(rng):
    windows = []
    for _ in range(rng.randint(0, 3)):
        first, last = rng.sample(range(0, 1441, rng.choice([15, 30, 60])), 2)
        if first == 1440:
            first = 0
        if first != last:
            windows.append((frozenset(rng.sample(range(7), rng.randint(1, 5))), first, last))
    weekends, holidays = rng.random() < 0.5, rng.random() < 0.5
    return (windows, weekends, holidays) if windows or weekends or holidays else None


def random_roster(rng, role, zone, changes):
    roster = Roster(role, zone)
    roster.handover = rng.randrange(7), rng.choice([0, 2, 2, 3, 8, 12, 23]), rng.choice([0, 0, 30])
    roster.before, roster.next_workday = rng.random() < 0.3, rng.random() < 0.3
    if rng.random() < 0.7:
        order = rng.sample(PEOPLE, rng.randint(1, len(PEOPLE)))
        roster.rotation = random_monday(rng), order, rng.randint(0, len(order) - 1)
    roster.weeks = [random_weeks(rng) for _ in range(rng.choice([0, 5, 40]))]
    for name in ["", "", "", "jul", "byte"][:rng.randint(1, 5)]:
        roster.shifts[name] = [random_shift(rng, zone, changes) for _ in range(rng.randint(1, 25))]
    return roster


def random_rosters(rng, zone, changes):
    rosters = [random_roster(rng, f"R{i}", zone, changes) for i in range(6)]
    for i, roster in enumerate(rosters[:5]):
        roster.hours = random_hours(rng) if i % 2 == 0 else None
        if roster.hours and rng.random() < 0.9:
            roster.otherwise = rng.choice([("role", rng.choice(rosters[i + 1:])), ("person", rng.choice(PEOPLE)), ("group", "alla")])
    return rosters


# ---- the program's answers

def write_config(directory, zone, rosters):
    (directory / "rosters").mkdir()
    (directory / "gateways").mkdir()
    (directory / "beredd.ini").write_text(f"[daemon]\norganisation = X\ntimezone = {zone.name}\n[channels]\nsms = try\n")
    (directory / "people.ini").write_text("".join(f"[person {one}]\nsms = +4670174{605 + i:04}\n" for i, one in enumerate(PEOPLE)))
    (directory / "groups.ini").write_text("[group alla]\nmembers = anna, bo\n")
    (directory / "gateways" / "try.ini").write_text("[gateway try]\ntype = outbox\nfile = out\n")
    for roster in rosters:
        roster.write(directory / "rosters")


def lookup(argument, lines):
    out = subprocess.run([BUILD / "tests/oracle/roster_lookup", argument], input="\n".join(lines) + "\n", capture_output=True, text=True,
                         timeout=120, check=False)
    assert out.returncode == 0, out.stderr
    answers = out.stdout.splitlines()
    assert len(answers) == len(lines)
    return answers


def compare(directory, questions):
    """questions: (roster, second)"""
    answers = lookup(directory, [f"{roster.role} {second}" for roster, second in questions])
    wrong = []
    for (roster, second), answer in zip(questions, answers):
        wanted = roster.on_call(second)
        if wanted != answer:
            wrong.append(f"{roster.role} at {second} ({roster.zone.local(second)}): {answer}, not {wanted}")
    assert not wrong, f"{len(wrong)} of {len(questions)}, in {directory}:\n" + "\n".join(wrong[:20])


@pytest.mark.parametrize("number", range(ROUNDS))
@pytest.mark.parametrize("name", ZONES)
def test_random_rosters(tmp_path, name, number):
    rng = random.Random(f"beredd {name} {number}")
    zone = Zone(name)
    changes = zone.changes(FIRST, LAST)
    rosters = random_rosters(rng, zone, changes)
    write_config(tmp_path, zone, rosters)
    questions = [(rng.choice(rosters), rng.randrange(FIRST, LAST)) for _ in range(INSTANTS // len(ZONES) // ROUNDS)]
    compare(tmp_path, questions)
    # And where it is most easily wrong: a second to either side of what begins and ends, and of clock changes.
    edges = {roster: roster.edges() + changes for roster in rosters}
    near = [(roster, rng.choice(edges[roster]) + rng.choice([-3600, -1, 0, 1, 1800])) for roster in rng.choices(rosters, k=1500)]
    compare(tmp_path, near)


# ---- clock changes, one by one

def night(zone, first, last):
    """Every minute between two local times, in UTC."""
    return range(zone.second(first, False), zone.second(last, True), 60)


@pytest.mark.parametrize("zone, day, hour", [
    ("Europe/Stockholm", (2026, 3, 29), 2), ("Europe/Stockholm", (2026, 10, 25), 2),
    ("America/New_York", (2027, 3, 14), 2), ("America/New_York", (2027, 11, 7), 1),
    ("Australia/Lord_Howe", (2026, 10, 4), 2), ("Australia/Lord_Howe", (2027, 4, 4), 1),
])
def test_a_shift_that_changes_hands_in_the_changed_hour_leaves_no_hole(tmp_path, zone, day, hour):
    zone = Zone(zone)
    midnight = datetime.datetime(*day)
    rosters = []
    for number, minute in enumerate([0, 1, 15, 30, 59]):
        change = midnight + datetime.timedelta(hours=hour, minutes=minute)
        roster = Roster(f"R{number}", zone)
        roster.shifts[""] = [(midnight - DAY, change, Who("anna", [])), (change, midnight + DAY, Who("bo", []))]
        rosters.append(roster)
    write_config(tmp_path, zone, rosters)
    minutes = night(zone, midnight, midnight + datetime.timedelta(hours=5))
    questions = [(roster, second) for roster in rosters for second in minutes]
    compare(tmp_path, questions)
    answers = lookup(tmp_path, [f"{roster.role} {second}" for roster, second in questions])
    for number in range(len(rosters)):
        held = answers[number * len(minutes):(number + 1) * len(minutes)]
        assert set(held) == {"anna", "bo"}
        assert held == sorted(held)      # one change of hands, and no hole


def test_an_instant_in_the_doubled_hour(tmp_path):
    """Until the second reading for who goes off, from the first for who comes on: who comes on holds it."""
    zone = Zone("Europe/Stockholm")
    roster = Roster("TIB", zone)
    half_past_two = datetime.datetime(2026, 10, 25, 2, 30)
    roster.shifts[""] = [(half_past_two - DAY, half_past_two, Who("anna", []))]
    roster.shifts["jul"] = [(half_past_two, half_past_two + DAY, Who("bo", []))]
    write_config(tmp_path, zone, [roster])
    first, second = (int(datetime.datetime(2026, 10, 25, hour, 30, tzinfo=UTC).timestamp()) for hour in (0, 1))
    assert lookup(tmp_path, [f"TIB {at}" for at in (first - 1, first, second - 1, second)]) == ["anna", "bo", "bo", "bo"]
    del roster.shifts["jul"]
    (tmp_path / "rosters/TIB.d/jul.ini").unlink()
    assert lookup(tmp_path, [f"TIB {at}" for at in (first, second - 1, second)]) == ["anna", "anna", "-"]


# ---- holidays

EASTERS = {2000: (4, 23), 2005: (3, 27), 2008: (3, 23), 2011: (4, 24), 2016: (3, 27), 2018: (4, 1), 2019: (4, 21), 2024: (3, 31), 2025: (4, 20),
           2026: (4, 5), 2027: (3, 28), 2028: (4, 16), 2029: (4, 1), 2030: (4, 21), 2035: (3, 25), 2038: (4, 25), 2049: (4, 18), 2076: (4, 19)}
# As they stand in almanacs: midsommardagen and alla helgons dag.
SATURDAYS = [(2024, 6, 22), (2024, 11, 2), (2025, 6, 21), (2025, 11, 1), (2026, 6, 20), (2026, 10, 31), (2027, 6, 26), (2027, 11, 6)]


def test_the_oracle_knows_the_almanac():
    for year, (month, day) in EASTERS.items():
        assert easter(year) == datetime.date(year, month, day)
    assert all(is_red(datetime.date(*date)) for date in SATURDAYS)


def test_holidays():
    days = [datetime.date(2005, 1, 1) + i * DAY for i in range((datetime.date(2105, 1, 1) - datetime.date(2005, 1, 1)).days)]
    for day, answer in zip(days, lookup("--holidays", [day.isoformat() for day in days])):
        off, kind = answer.split()
        assert (off == "off") == is_off(day), day
        assert (kind == "red") == is_red(day), day
        squeezed = is_workday(day) and not is_workday(day - DAY) and not is_workday(day + DAY)
        assert kind != "squeeze" or squeezed, day
        assert not squeezed or kind in ("squeeze", "eve"), day      # trettondagsafton and the like keep their names
