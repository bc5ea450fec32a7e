"""What every test may use: a deterministic Hypothesis and an empty PostgreSQL database."""

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.plugins.quick_disk",
    "tests.plugins.one_dialect",
    "tests.plugins.quick_passwords",
    "tests.plugins.postgres",
    "tests.plugins.house",
    "tests.plugins.chromium",
    "tests.plugins.county",
    "tests.plugins.clocked",
    "tests.plugins.desk",
    "tests.plugins.one_connection",
    "tests.plugins.terminal",
    "tests.plugins.prefect_home",
    "tests.plugins.pressed",
    "tests.plugins.programs",
    "tests.plugins.faults",
]

# The same examples on every machine and every day; a slow machine is no failure.
# `make test-long` runs the property tests with `--hypothesis-profile=long`.
settings.register_profile(
    "house",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=60,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", settings.get_profile("house"), max_examples=5_000)
settings.load_profile("house")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the variants that `long_on` names to `make test-long`: they cost much twice."""
    for item in items:
        mark = item.get_closest_marker("long_on")
        if mark and any(variant in item.name for variant in mark.args):
            item.add_marker("long")
        if item.get_closest_marker("long") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(3600))
