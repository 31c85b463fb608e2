"""Waiting for something to become true, and the day that it is."""

import datetime
import time
import zoneinfo

DEADLINE = 60.0          # s: only what fails waits so long, and a machine may be busy


def eventually(predicate, deadline=DEADLINE, what=None):
    """Returns the first true value of predicate(). Fails at the deadline with what it last gave. When the whole machine stands still, so does
    whoever is waited for: of one round a second counts at the most."""
    waited, last = 0, time.monotonic()
    while True:
        value = predicate()
        if value:
            return value
        if waited > deadline:
            raise AssertionError(f"{what or 'it'} did not become true in {deadline} s; last: {value!r}")
        time.sleep(0.01)
        now = time.monotonic()
        waited, last = waited + min(now - last, 1), now


def today():
    """Where the rosters are: in the last hours of the day in UTC it is tomorrow there."""
    return datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Stockholm")).date()
