"""What every test may use: a deterministic Hypothesis and an empty PostgreSQL database."""

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.plugins.postgres",
    "tests.plugins.house",
    "tests.plugins.chromium",
    "tests.plugins.county",
    "tests.plugins.clocked",
    "tests.plugins.desk",
    "tests.plugins.terminal",
    "tests.plugins.faults",
]

# The same examples on every machine and every day; a slow machine is no failure.
# `make test-long` runs the property tests with `--hypothesis-profile=long`.
settings.register_profile(
    "house",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", settings.get_profile("house"), max_examples=5_000)
settings.load_profile("house")
