"""The figures in the text form that Prometheus reads."""

from collections.abc import Iterator
from dataclasses import dataclass

from casework.measure import Counts, Measures

TEXT = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    name: str
    about: str
    labels: tuple[str, ...]
    counts: Counts


def exposition(measures: Measures, *, well: bool, version: str) -> str:
    """Return every figure, each family with what it is."""
    lines = [line for family in _families(measures, well, version) for line in _lines(family)]
    return "\n".join(lines) + "\n"


def _families(measures: Measures, well: bool, version: str) -> Iterator[_Family]:  # noqa: FBT001
    rows: tuple[tuple[str, str, tuple[str, ...], Counts], ...] = (
        ("info", "The version of Peiyu.", ("version",), {(version,): 1}),
        ("healthy", "1 while /healthz is green.", (), {(): int(well)}),
        ("runs", "Runs by kind and state.", ("kind", "state"), measures.runs),
        (
            "last_run_age_seconds",
            "Seconds since the newest run of a kind that finished.",
            ("kind",),
            measures.since_run,
        ),
        ("letters", "Letters by state.", ("state",), measures.letters),
        (
            "open_cases",
            "Open cases by programme and phase.",
            ("programme", "phase"),
            measures.open_cases,
        ),
        ("alarms_open", "Alarms that are not well again.", ("kind",), measures.alarms),
        (
            "heartbeat_age_seconds",
            "Seconds since the last sign of life.",
            ("name",),
            measures.heartbeats,
        ),
    )
    for name, about, labels, counts in rows:
        yield _Family(name=f"peiyu_{name}", about=about, labels=labels, counts=counts)


def _lines(family: _Family) -> Iterator[str]:
    yield f"# HELP {family.name} {family.about}"
    yield f"# TYPE {family.name} gauge"
    for values, number in family.counts.items():
        pairs = zip(family.labels, values, strict=True)
        labels = ",".join(f'{label}="{_escaped(value)}"' for label, value in pairs)
        yield f"{family.name}{{{labels}}} {number}" if labels else f"{family.name} {number}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
