"""Everything that can go wrong between beredd and a gateway, a row each, through a proxy that makes it go wrong. For each: the page gets through
by the next gateway, under the same id, in time, and nobody else waits. `-s` shows what was measured."""

import pytest

from harness import kannel, name_server
from harness.fault_rig import Rig
from harness.fault_rows import ROWS, ROWS_BY_NAME
from harness.fault_run import Result, measure

AT_ONCE = 8                 # rows; they wait more than they work


def why_not(row):
    if row.kind == "kannel" and kannel.missing():
        return kannel.missing()
    return name_server.missing() if row.host != "127.0.0.1" else None


@pytest.fixture(name="results", scope="module")
def results_fixture(request, tmp_path_factory):
    """The rows of this run, all of them measured before the first is judged."""
    names = [item.callspec.params["name"] for item in request.session.items if item.module is request.module and hasattr(item, "callspec")]
    rows = [row for row in map(ROWS_BY_NAME.get, names) if not why_not(row)]
    rig = Rig(tmp_path_factory.mktemp("faults"))
    try:
        if any(row.kind == "kannel" for row in rows):
            rig.need_kannel()
        results = measure(rig, rows, AT_ONCE)
        print(f"\n{'fault':50} {'got it':7}   second   somebody else  machine  why the first did not")
        for result in results.values():
            print(result.line() if isinstance(result, Result) else repr(result))
        assert not rig.violations()
        yield results
    finally:
        rig.stop()


@pytest.mark.parametrize("name", [str(row) for row in ROWS])
def test_fault(name, results):
    row = ROWS_BY_NAME[name]
    if why_not(row):
        pytest.skip(why_not(row))
    result = results[row]
    if not isinstance(result, Result):
        raise result
    assert not result.wrong and not result.late, result
