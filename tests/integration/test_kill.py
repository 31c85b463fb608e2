"""Fifty kills at random moments, and the books agree afterwards; and that the books can disagree. More: make kill."""

import os
import pathlib
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "kill"))

from harness.daemon import BUILD                       # noqa: E402
from harness.config import ANNA, BO                    # noqa: E402
from ledger import Arrival, Ledger, differences, never_left        # noqa: E402


def test_fifty_kills():
    run = subprocess.run([sys.executable, TOP / "tests" / "kill" / "kill.py", "--kills=50"], env=os.environ | {"BEREDD_BUILD": str(BUILD)},
                         capture_output=True, text=True, timeout=240, check=False)
    print(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr


def entry(event, page=None):
    return {"event": event, "page": page, "channel": page and "sms"}


def incident(ident="2026-0001", summary="Prov 1-1", state="paging", events=(entry("page-queued", "p1"),), **more):
    by = "anna.berg" if state == "acknowledged" else None
    return {"id": ident, "summary": summary, "state": "open", "callouts": [{"state": state, "acknowledged_by": by}], "timeline": list(events)} | more


def arrival(page="p1", life=1, text="LARM TIB 03:12: Prov 1-1.", summary="Prov 1-1"):
    return Arrival(life, page, ANNA, text, summary, True)


ACKNOWLEDGED = (entry("page-queued", "p1"), entry("acknowledged"))
CLOSED = (entry("page-queued", "p1"), entry("closed"))

WRONG = {
    "P1: 2026-0001 was promised and is gone": ({}, [], []),
    "P1: 2026-0001 was promised as": ({}, [arrival()], [incident(summary="Prov 1-2")]),
    "P1: no trigger was ever promised": ({"promised": {}}, [], []),
    "P1: 2 triggers were answered 500": ({"refused": {500: 2}}, [arrival()], [incident()]),
    "Prov 1-1 was triggered once, and is 2026-0001, 2026-0002": ({}, [arrival()], [incident(), incident("2026-0002")]),
    "P2: 2026-0001 was promised, and nobody": ({}, [], [incident()]),
    "P2: 2026-0001 is open and nobody has it, and life 3": ({}, [arrival(life=2)], [incident()]),
    "P3: page p2 arrived": ({}, [arrival(), arrival("p2")], [incident()]),
    "page p1 was sent again as another": ({}, [arrival(), arrival(text="LARM TIB 03:13: Prov 1-1.")], [incident()]),
    "a page of no trigger": ({}, [arrival(), arrival(text="LARM TIB 03:13: Prov 9-9.", summary="Prov 9-9")], [incident()]),
    "P4: 2026-0001 was acknowledged, and knows nothing": ({"acknowledged": {"Prov 1-1": 1}}, [arrival()], [incident()]),
    "P4: 2026-0001 queued a page after": ({"acknowledged": {"Prov 1-1": 1}}, [arrival()],
                                          [incident(state="acknowledged", events=(*ACKNOWLEDGED, entry("page-queued", "p2")))]),
    "P4: 2026-0001 was acknowledged in life 1, and life 2": ({"acknowledged": {"Prov 1-1": 1}}, [arrival(), arrival(life=2)],
                                                             [incident(state="acknowledged", events=ACKNOWLEDGED)]),
    "P4: 2026-0001 was closed, and knows nothing": ({"closed": {"Prov 1-1": 1}}, [arrival()], [incident()]),
    "P4: 2026-0001 queued a page after it was closed": ({"closed": {"Prov 1-1": 1}}, [arrival()],
                                                        [incident(events=(*CLOSED, entry("page-queued", "p2")))]),
    "P4: 2026-0001 was closed in life 1, and life 2": ({"closed": {"Prov 1-1": 1}}, [arrival(), arrival(life=2)], [incident(events=CLOSED)]),
    "P5: 2026-0001 was acknowledged by the link": ({"acknowledged": {"Prov 1-1": 1}, "answered_by": {"Prov 1-1": BO}}, [arrival()],
                                                   [incident(state="acknowledged", events=ACKNOWLEDGED)]),
    "P5: nobody answered 2026-0001": ({}, [arrival()], [incident(state="acknowledged", events=ACKNOWLEDGED)]),
    "2026-0001 was closed, and is open": ({"closed": {"Prov 1-1": 1}}, [arrival()], [incident()]),
}


@pytest.mark.parametrize("line", WRONG)
def test_books_that_disagree(line):
    more, arrivals, incidents = WRONG[line]
    ledger = Ledger()
    ledger.sent |= {"Prov 1-1", "Prov 1-2"}
    ledger.promised["Prov 1-1"] = "2026-0001"
    for name, value in more.items():
        setattr(ledger, name, value)
    assert any(found.startswith(line) for found in differences(ledger, arrivals, incidents, 3))


def test_intent_that_never_left():
    two = [incident(events=(entry("page-queued", "p1"), entry("page-queued", "p2")))]
    assert never_left([arrival()], two) == ["P3: page p2 was to go, and never came"]
    assert not never_left([arrival(), arrival("p2")], two) and not never_left([], [incident(state="acknowledged", events=ACKNOWLEDGED)])


def test_books_that_agree():
    ledger = Ledger()
    ledger.sent.add("Prov 1-1")
    ledger.promised["Prov 1-1"] = "2026-0001"
    assert not list(differences(ledger, [arrival(), arrival(life=3)], [incident()], 3))
    ledger.tried.add("Prov 1-1")
    ledger.acknowledged["Prov 1-1"], ledger.answered_by["Prov 1-1"] = 1, ANNA
    assert not list(differences(ledger, [arrival()], [incident(state="acknowledged", events=ACKNOWLEDGED)], 3))
