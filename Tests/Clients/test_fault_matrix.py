"""The cells of the fault matrix that take little time; `make faults` runs all of them."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Faults"))

from matrix import Bench, cells, line  # noqa: E402


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """A microscope that is started anew after a cell that does not hold."""
    bench = Bench(tmp_path_factory.mktemp("faults"))
    yield bench
    bench.close()


@pytest.mark.parametrize("fault, kind, state", [
    pytest.param(*cell, id="%s-%s-%s" % (cell[0].name.replace(" ", "_"), cell[1].name, cell[2]))
    for cell in cells([], is_short=True)])
def test_cell(bench, fault, kind, state):
    """Reported in time, back in time, as it was, and harmless for others."""
    found = bench.try_cell(fault, kind, state)
    assert not found.wrong, line(found)
