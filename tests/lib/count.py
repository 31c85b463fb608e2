"""Counts tests for tests/run. Prints `PASSED FAILED SKIPPED`.

count.py check BUILD STATUS    what `make check` left there: check's own counts, or one for a program that says none
count.py junit FILE STATUS     pytest's report
count.py one STATUS            one test, passed or failed
A STATUS that is not 0 counts as a failure where none is found."""

import pathlib
import re
import sys
import xml.etree.ElementTree

RESULT = {"PASS": (1, 0, 0), "XFAIL": (1, 0, 0), "SKIP": (0, 0, 1)}


def check_program(trs):
    """(passed, failed, skipped) of one program of `make check`."""
    result = re.search(r":test-result: (\w+)", trs.read_text())
    verdict = RESULT.get(result.group(1) if result else "", (0, 1, 0))
    sums = re.findall(r"\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)", trs.with_suffix(".log").read_text(errors="replace"))
    if not sums:
        return verdict
    checks = sum(int(one[0]) for one in sums)
    failed = sum(int(one[1]) + int(one[2]) for one in sums)
    if verdict[1] and not failed:       # every test passed, and yet the program did not: a leak, a crash at the end
        failed, checks = 1, checks + 1
    return checks - failed, failed, 0


def check(build):
    rows = [check_program(trs) for trs in sorted(pathlib.Path(build, "tests").rglob("*.trs"))]
    return [sum(column) for column in zip(*rows)] if rows else [0, 0, 0]


def junit(path):
    try:
        suites = xml.etree.ElementTree.parse(path).getroot().iter("testsuite")
    except (OSError, xml.etree.ElementTree.ParseError):
        return [0, 1, 0]
    passed = failed = skipped = 0
    for suite in suites:
        bad, skip = int(suite.get("failures")) + int(suite.get("errors")), int(suite.get("skipped"))
        passed, failed, skipped = passed + int(suite.get("tests")) - bad - skip, failed + bad, skipped + skip
    return [passed, failed, skipped]


def main(kind, *arguments):
    status = int(arguments[-1])
    counts = {"check": check, "junit": junit}[kind](arguments[0]) if kind != "one" else [int(status == 0), 0, 0]
    if status != 0 and counts[1] == 0:
        counts[1] = 1
    print(*counts)


main(*sys.argv[1:])
