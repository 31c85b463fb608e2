"""What an administrator is told of rosters: by beredd -t, by bereddctl roster check, and by the daemon."""

import datetime
import json
import os
import re
import subprocess

import pytest

from harness.daemon import BUILD, TOP
from harness.waiting import today

PROBLEM = re.compile(r"^\S+:\d+: (error|warning|note): .+$|^ *\d+ \| .+$")
DAYS = ["mån", "tis", "ons", "tor", "fre", "lör", "sön"]


def run(*arguments):
    return subprocess.run([str(argument) for argument in arguments], capture_output=True, text=True, timeout=30, check=False,
                          env={"PATH": os.environ["PATH"], "BEREDD_PRESETS": str(TOP / "conf/presets")})


def roster_check(config, *arguments):
    return run(BUILD / "bereddctl", "roster", "check", "--config", config.directory, *arguments)


def hole_in(days):
    """A roster with one day's hole that many days from now, and the two ends of it."""
    midnight = datetime.datetime.combine(today(), datetime.time())
    begin, end = midnight + datetime.timedelta(days=days), midnight + datetime.timedelta(days=days + 1)
    text = ("[roster]\nrole = TIB\n[shifts]\n"
            f"shift = 2026-01-01 00:00 / {begin:%Y-%m-%d %H:%M} anna.berg, bo.ek\n"
            f"shift = {end:%Y-%m-%d %H:%M} / 2090-01-01 00:00 bo.ek, anna.berg\n"
            "[ladder]\nstep = 0m primary sms\nstep = 5m group:krisledning sms\nrepeat = 10m\n")
    return text, begin, end


def in_words(begin, end):
    day = lambda time: f"{DAYS[time.weekday()]} {time.day}/{time.month} 00:00"
    return f"v. {begin.isocalendar()[1]}: {day(begin)} – {day(end)}"


def test_the_shipped_example_is_clean():
    for out in (run(BUILD / "beredd", "-t", "-c", TOP / "conf"), run(BUILD / "bereddctl", "roster", "check", "--config", TOP / "conf")):
        assert out.returncode == 0
        assert not re.search(r"(error|warning|note): ", out.stdout)


def test_a_hole_is_a_warning_with_its_week_its_line_and_its_cure(config):
    config.files["rosters/TIB.ini"], begin, end = hole_in(20)
    config.write()
    out = roster_check(config, "TIB")
    assert out.returncode == 0
    assert out.stdout.splitlines() == [
        f"rosters/TIB.ini:4: warning: a hole ahead, in {19 if 'in 19' in out.stdout else 20} days: nobody holds TIB {in_words(begin, end)}; "
        f"add 'shift = {begin:%Y-%m-%d} 00:00 / {end:%Y-%m-%d} 00:00 NAME' to [shifts]",
        f"     4 | shift = 2026-01-01 00:00 / {begin:%Y-%m-%d} 00:00 anna.berg, bo.ek"]
    daemon = run(BUILD / "beredd", "-t", "-c", config.directory)
    assert daemon.returncode == 0
    assert all(line in daemon.stdout.splitlines() for line in out.stdout.splitlines())
    assert all(PROBLEM.match(line) for line in daemon.stdout.splitlines())


@pytest.mark.parametrize("ahead, days, told", [(100, [], False), (100, ["--days", "110"], True), (20, ["--days", "10"], False), (3, [], True)])
def test_how_far_ahead_is_looked(config, ahead, days, told):
    config.files["rosters/TIB.ini"], _, _ = hole_in(ahead)
    config.write()
    out = roster_check(config, *days)
    assert out.returncode == 0
    assert ("a hole " in out.stdout) == told
    assert told or "nothing to remark" in out.stdout
    assert ("a hole SOON" in out.stdout) == (ahead < 14)


@pytest.mark.parametrize("arguments", [["--days", "0"], ["--days", "-1"], ["--days", "3661"], ["--days", "many"], ["TIB", "KIB"]])
def test_usage(config, arguments):
    config.write()
    assert roster_check(config, *arguments).returncode == 2


def test_an_error_is_refused_and_shown(config):
    config.write()
    (config.directory / "rosters/TIB.d").mkdir()
    (config.directory / "rosters/TIB.d/jul.ini").write_text("[shifts]\nshift = 2090-12-24 08:00 / 2090-12-25 08:00  anna.breg\n")
    out = roster_check(config, "TIB")
    assert out.returncode == 1
    assert out.stdout.splitlines() == ["rosters/TIB.d/jul.ini:2: error: unknown person 'anna.breg'; did you mean 'anna.berg'?",
                                       "     2 | shift = 2090-12-24 08:00 / 2090-12-25 08:00 anna.breg"]
    # Another role has no part in it, and yet nothing counts before it is mended.
    other = roster_check(config, "KIB")
    assert other.returncode == 1 and "anna.breg" not in other.stdout and "error" in other.stderr


def test_an_unknown_role_is_named_with_the_nearest(config):
    config.write()
    out = roster_check(config, "TIBB")
    assert out.returncode == 1 and "TIB" in out.stderr and not out.stdout
    assert roster_check(config, "tib").returncode == 0


def test_json(config):
    config.files["rosters/TIB.ini"], _, _ = hole_in(5)
    config.write()
    answer = json.loads(roster_check(config, "--json").stdout)
    assert answer["ok"] and answer["errors"] == 0
    hole = next(problem for problem in answer["problems"] if "a hole SOON" in problem["message"])
    assert hole["level"] == "warning" and hole["file"] == "rosters/TIB.ini" and hole["line"] == 4
    assert hole["line_text"].startswith("shift = 2026-01-01 00:00 / ")


def test_a_daemon_starts_with_a_hole_and_tells_of_it(stopped):
    stopped.config.files["rosters/TIB.ini"], begin, end = hole_in(5)
    stopped.config.write()
    stopped.start()
    answer = stopped.post("/v1/check", token="token-of-chief").json
    hole = next(problem for problem in answer["problems"] if "a hole SOON" in problem["message"])
    assert in_words(begin, end) in hole["message"] and hole["line_text"].startswith("shift = ")
    assert stopped.stderr().count("a hole SOON") == 1
