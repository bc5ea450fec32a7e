"""What `deploy/` hands to systemd, Docker and Windows starts what exists, and no more than that."""

import configparser
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from tests.house.commands import exists
from tests.house.tree import ROOT, files, text

UNITS = [path for path in files() if path.parent == Path("deploy/systemd")]
SERVICES = [path for path in UNITS if path.suffix == ".service"]
COMPOSE: dict[str, Any] = yaml.safe_load(text("deploy/compose/compose.yaml"))
ENVIRONMENT = dict(
    line.split("=", 1)
    for line in text("deploy/compose/.env.example").splitlines()
    if line and not line.startswith("#")
)
INSTALLED = "/opt/peiyu/"
HARDENED = {
    "User": "peiyu",
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "CapabilityBoundingSet": "",
}
ANALYZE = shutil.which("systemd-analyze")
SWITCHES = {
    *("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "ProtectControlGroups"),
    *("ProtectKernelModules", "ProtectKernelTunables", "ProtectKernelLogs", "ProtectClock"),
    *("ProtectHostname", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID"),
    *("LockPersonality", "Persistent"),
}
# What our units may say, as systemd.directives(7) spells it.
WORDS = {
    "Unit": {"Description", "After", "Wants", "StartLimitIntervalSec"},
    "Service": {
        *("Type", "User", "Group", "Environment", "EnvironmentFile", "ExecStart"),
        "ExecStartPre",
        *("WorkingDirectory", "Restart", "RestartSec", "KillMode", "TimeoutStopSec"),
        *("StateDirectory", "StateDirectoryMode", "ReadWritePaths", "ProtectSystem"),
        *("RestrictAddressFamilies", "CapabilityBoundingSet", "SystemCallArchitectures", "UMask"),
        *(SWITCHES - {"Persistent"}),
    },
    "Timer": {"OnCalendar", "RandomizedDelaySec", "Persistent"},
    "Install": {"WantedBy"},
}
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.stem)
def test_a_service_starts_a_command_that_exists(unit: Path) -> None:
    program, *words = shlex.split(_unit(unit)["ExecStart"])

    assert program.startswith(INSTALLED)
    assert _starts(program.removeprefix(INSTALLED), words)


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.stem)
def test_a_service_may_write_its_data_folder_and_nothing_else(unit: Path) -> None:
    told = _unit(unit)

    assert HARDENED.items() <= told.items()
    assert (
        told["ReadWritePaths"] == told["WorkingDirectory"] == f"/var/lib/{told['StateDirectory']}"
    )
    assert f"HOME={told['ReadWritePaths']}" in told["Environment"]


def test_a_command_typed_by_hand_runs_as_the_services_do() -> None:
    script = text("deploy/peiyu-by-hand")
    program, *words = shlex.split(script, comments=True)[1:]
    up = _unit(Path("deploy/systemd/peiyu-up.service"))

    assert program == "systemd-run"
    assert words[-2:] == [f"{INSTALLED}peiyu", "$@"]
    assert {
        *(f"--uid={up['User']}", f"--gid={up['Group']}"),
        *(f"--working-directory={up['WorkingDirectory']}",),
        *(f"--setenv={each}" for each in up["Environment"].split()),
        *(f"--property={key}={up[key]}" for key in ("EnvironmentFile", "UMask")),
    } <= set(words)


def test_every_timer_has_its_service() -> None:
    timers = [path for path in UNITS if path.suffix == ".timer"]

    assert timers
    assert {path.with_suffix(".service") for path in timers} <= set(SERVICES)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_says_nothing_that_systemd_does_not_know(unit: Path) -> None:
    """A misspelt word is only a warning to systemd; this looks where there is no systemd."""
    read = configparser.ConfigParser(interpolation=None, delimiters=("=",), strict=True)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(text(unit))

    kind = unit.suffix.removeprefix(".").capitalize()
    assert {"Unit", kind} <= set(read.sections()) <= {"Unit", kind, "Install"}
    for section in read.sections():
        assert set(read[section]) <= WORDS[section]
    assert read[kind].get("Type", "oneshot") in {"simple", "oneshot"}
    switched = {value for key, value in read[kind].items() if key in SWITCHES}
    assert switched <= {"yes", "no", "true"}


@pytest.mark.skipif(ANALYZE is None, reason="NO SYSTEMD HERE: its own judgement was not asked")
def test_systemd_finds_nothing_amiss(tmp_path: Path) -> None:
    """Where systemd is installed it judges the units, on an installation that is there."""
    for name in ("peiyu", "prefect"):
        (tmp_path / name).write_text("#!/bin/sh\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    for unit in UNITS:
        name = unit.name.replace("@.", "@1.")
        (tmp_path / name).write_text(text(unit).replace(INSTALLED, f"{tmp_path}/"), "utf-8")
    named = [str(tmp_path / unit.name.replace("@.", "@1.")) for unit in UNITS]
    found = _said([str(ANALYZE), "verify", "--man=no", *named])

    assert not [line for line in found.splitlines() if "peiyu" in line]


def test_every_container_starts_a_command_that_exists() -> None:
    ours = {name: each for name, each in COMPOSE["services"].items() if _is_ours(each)}

    assert {"prefect", "tables", "deploy", "timetable", "worker"} == ours.keys()
    assert all(
        _starts(each.get("entrypoint", ["peiyu"])[0], each["command"]) for each in ours.values()
    )


def test_every_container_waits_for_what_it_needs_and_is_looked_after() -> None:
    services = COMPOSE["services"]
    for name, each in services.items():
        for other, how in each.get("depends_on", {}).items():
            assert other in services
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[other], f"{name} waits for {other}"
    assert {"db", "prefect", "timetable"} <= {
        name for name, each in services.items() if "healthcheck" in each
    }


def test_images_are_exact_or_made_here_and_come_from_no_registry_of_ours() -> None:
    base = re.search(r"ARG BASE=(\S+)", text("deploy/compose/Dockerfile"))
    assert base is not None
    named = {each["image"] for each in COMPOSE["services"].values()} | {base[1]}

    for image in named - {"peiyu:local"}:
        name, _, tag = image.partition(":")
        assert "/" not in name
        assert re.match(r"\d+\.\d+", tag), image
    assert [each["image"] for each in COMPOSE["services"].values() if "build" in each] == [
        "peiyu:local"
    ]


def test_the_health_of_the_timetable_is_seen_from_its_machine_and_from_no_other() -> None:
    timetable = COMPOSE["services"]["timetable"]
    words = timetable["command"]
    port = words[words.index("--port") + 1]

    assert words[words.index("--host") + 1] == "0.0.0.0"  # noqa: S104 - inside the container
    assert timetable["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert f":{port}/healthz" in timetable["healthcheck"]["test"][-1]
    assert not [name for name, each in COMPOSE["services"].items() if "ports" in each][1:]


def test_what_must_last_lies_in_a_volume() -> None:
    mounted = {
        volume.partition(":")[0]
        for each in COMPOSE["services"].values()
        for volume in each.get("volumes", ())
        if not volume.startswith("./")
    }

    assert mounted == COMPOSE["volumes"].keys()
    assert all((ROOT / "deploy/compose" / name).exists() for name in ("databases.sh", "bundle"))


def test_every_variable_of_the_containers_has_its_line_and_every_password_must_be_changed() -> None:
    used = set(re.findall(r"\$\{(\w+)", text("deploy/compose/compose.yaml")))
    must = set(re.findall(r"\$\{(\w+):\?", text("deploy/compose/compose.yaml")))

    assert used == ENVIRONMENT.keys()
    assert {name for name, value in ENVIRONMENT.items() if "change-me" in value} == must


def test_windows_starts_a_command_that_exists_and_never_ends_it_by_itself() -> None:
    task = ElementTree.fromstring(text("deploy/windows/peiyu-up.xml"))  # noqa: S314 - our own
    limit, arguments, command = (
        task.findtext(f".//{TASK}{name}") or ""
        for name in ("ExecutionTimeLimit", "Arguments", "Command")
    )

    assert limit == "PT0S"
    assert command.endswith("\\peiyu.cmd")
    assert exists(arguments.split())


def _unit(path: Path) -> dict[str, str]:
    lines = (line.partition("=") for line in text(path).splitlines() if not line.startswith("#"))
    return {key: value for key, mark, value in lines if mark}


def _starts(program: str, words: list[str]) -> bool:
    if program == "peiyu":
        return exists(list(words))
    helped = _said([sys.executable, "-m", "prefect", *words[:2], "--help"])
    return program == "prefect" and all(
        re.search(rf"(?<!\w){word}\b", helped) for word in words if word.startswith("--")
    )


def _is_ours(service: dict[str, Any]) -> bool:
    return bool(service["image"] == "peiyu:local")


def _said(words: list[str]) -> str:
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    return done.stdout + done.stderr
