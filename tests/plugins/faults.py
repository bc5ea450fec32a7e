"""Runs the tests of one row of the catalogue of faults (docs/faults.md).

    pytest --fault M05

`@pytest.mark.fault("M05")` on a test says which rows it shows.
"""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the name of a row, or of several."""
    parser.addoption(
        "--fault",
        action="append",
        default=[],
        metavar="M05",
        help="only the tests that show this row of docs/faults.md; may be given several times",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what shows none of the rows that were asked for."""
    wanted = {row.upper() for row in config.getoption("--fault")}
    if not wanted:
        return
    others = [item for item in items if not wanted & _rows(item)]
    items[:] = [item for item in items if wanted & _rows(item)]
    config.hook.pytest_deselected(items=others)


def _rows(item: pytest.Item) -> set[str]:
    return {row for mark in item.iter_markers("fault") for row in mark.args}
