"""Fifty kills at random moments, and the books agree afterwards; and that the books can disagree. More: make kill."""

import os
import pathlib
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "kill"))

from harness.daemon import BUILD                       # noqa: E402
from ledger import Arrival, Ledger, differences        # noqa: E402


def test_fifty_kills():
    run = subprocess.run([sys.executable, TOP / "tests" / "kill" / "kill.py", "--kills=50"], env=os.environ | {"BEREDD_BUILD": str(BUILD)},
                         capture_output=True, text=True, timeout=240, check=False)
    print(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr


def entry(event, page=None):
    return {"event": event, "page": page}


def incident(ident="2026-0001", summary="Prov 1-1", state="paging", events=(entry("page-queued", "p1"),), **more):
    return {"id": ident, "summary": summary, "state": "open", "callouts": [{"state": state}], "timeline": list(events)} | more


def arrival(page="p1", life=1, text="LARM TIB 03:12: Prov 1-1.", summary="Prov 1-1"):
    return Arrival(life, page, "+46701740605", text, summary, True)


ACKNOWLEDGED = (entry("page-queued", "p1"), entry("acknowledged"))

WRONG = {
    "P1: 2026-0001 was promised and is gone": ({}, [], []),
    "P1: 2026-0001 was promised as": ({}, [arrival()], [incident(summary="Prov 1-2")]),
    "P2: 2026-0001 was promised, and nobody": ({}, [], [incident()]),
    "P3: page p2 arrived": ({}, [arrival(), arrival("p2")], [incident()]),
    "page p1 was sent again as another": ({}, [arrival(), arrival(text="LARM TIB 03:13: Prov 1-1.")], [incident()]),
    "a page of no trigger": ({}, [arrival(), arrival(text="LARM TIB 03:13: Prov 9-9.", summary="Prov 9-9")], [incident()]),
    "P4: 2026-0001 was acknowledged, and knows nothing": ({"acknowledged": {"Prov 1-1": 1}}, [arrival()], [incident()]),
    "P4: 2026-0001 queued a page after": ({"acknowledged": {"Prov 1-1": 1}}, [arrival()],
                                          [incident(state="acknowledged", events=(*ACKNOWLEDGED, entry("page-queued", "p2")))]),
    "P4: 2026-0001 was acknowledged in life 1, and life 2": ({"acknowledged": {"Prov 1-1": 1}}, [arrival(), arrival(life=2)],
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
    assert any(found.startswith(line) for found in differences(ledger, arrivals, incidents))


def test_books_that_agree():
    ledger = Ledger()
    ledger.sent.add("Prov 1-1")
    ledger.promised["Prov 1-1"] = "2026-0001"
    assert not list(differences(ledger, [arrival(), arrival()], [incident()]))
