"""The catalogue: every programme, ladder and notice that the files describe, checked."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from config.criterion_checks import criterion_faults, score_faults
from config.drafts import Draft, read_draft
from config.obligation_checks import Around, obligation_faults
from config.problems import CheckProblem, Fault
from config.settings import CONFIG_ROOM
from config.shared_files import estimated, read_ladders, read_notices, repeated
from config.stage_checks import enrol_faults, stage_faults
from policy.obligation import Ladder, Window
from policy.programme import Programme

__all__ = ["CONFIG_ROOM", "Catalogue", "CheckProblem", "from_text", "load_catalogue", "revised"]

_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What the files promise; ``windows`` are those of the notices, programme -> windows."""

    programmes: Mapping[str, Programme] = field(default_factory=dict)
    ladders: Mapping[str, Ladder] = field(default_factory=dict)
    windows: Mapping[str, tuple[Window, ...]] = field(default_factory=dict)

    def programme(self, name: str) -> Programme:
        """Return the programme with this key, title or alias; KeyError when there is none."""
        found = self.find(name)
        if found is None:
            raise KeyError(name)
        return found

    def find(self, name: str) -> Programme | None:
        """Return the programme with this key, title or alias; None when there is none."""
        wanted = name.strip().casefold()
        for programme in self.programmes.values():
            names = (programme.key, programme.title, *programme.aliases)
            if wanted in [each.casefold() for each in names]:
                return programme
        return None

    def title_of(self, key: str) -> str:
        """Return a programme's title; its key where its file is gone and rows still name it."""
        known = self.programmes.get(key)
        return known.title if known else key

    def windows_for(self, programme: str, year: int) -> tuple[Window, ...]:
        """Return the year's filing windows; without a notice, those of the last year known.

        What is carried over is estimated and names the year it was taken from.
        """
        known = self.windows.get(programme, ())
        if not (years := [window.year for window in known if window.year <= year]):
            return ()
        newest = tuple(window for window in known if window.year == max(years))
        return newest if max(years) == year else tuple(estimated(newest, year))

    def text_of(self, key: str) -> str:
        """Return the programme as canonical JSON, which `from_text` reads; KeyError: unknown."""
        return _text(self.programmes[key])


@dataclass(slots=True)
class _Files:
    """Everything read so far from all folders; a later folder replaces what has the same key."""

    drafts: dict[str, Draft] = field(default_factory=dict)
    ladders: dict[str, Ladder] = field(default_factory=dict)
    ladder_keys: set[str] | None = field(default_factory=set)
    windows: dict[tuple[str, int], tuple[Window, ...]] = field(default_factory=dict)
    problems: list[CheckProblem] = field(default_factory=list)


def load_catalogue(*folders: Path) -> tuple[Catalogue, list[CheckProblem]]:
    """Return what the sound files describe and every problem of all files, in Chinese.

    Each folder may hold ``programmes/*.toml``, ``ladders.toml`` and ``notices/*.toml``; without
    a folder the shipped ones are read. A file with a problem is left out whole.
    """
    rooms = folders or (CONFIG_ROOM,)
    files = _Files()
    for room in rooms:
        _read_programmes(files, room)
        _read_ladders(files, room)
    for room in rooms:
        _read_notices(files, room)
    windows = _by_programme(files)
    sound = dict(_sound(files, windows))
    catalogue = Catalogue(programmes=sound, ladders=files.ladders, windows=windows)
    return catalogue, files.problems


@lru_cache(maxsize=64)  # cases in flight keep a few versions; a letter or a page asks for each
def from_text(content: str) -> tuple[Programme, str]:
    """Return the programme that canonical JSON describes, with its revision, and the revision."""
    programme: Programme = _adapter().validate_python(json.loads(content))
    revision = _revision(content)
    return replace(programme, revision=revision), revision


def revised(programme: Programme) -> Programme:
    """Return a programme with the revision of what it says."""
    return replace(programme, revision=_revision(_text(programme)))


@cache
def _adapter() -> TypeAdapter[Programme]:
    return TypeAdapter(Programme)


def _text(programme: Programme) -> str:
    # What equals its default is left out: a field that the grammar gains later changes no
    # revision. The revision itself is no part of what it is computed from.
    plain = _adapter().dump_python(
        replace(programme, revision=""), mode="json", exclude_defaults=True
    )
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _revision(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:_DIGITS]


def _read_programmes(files: _Files, room: Path) -> None:
    for path in sorted((room / "programmes").glob("*.toml")):
        files.drafts[path.stem] = read_draft(path)


def _read_ladders(files: _Files, room: Path) -> None:
    path = room / "ladders.toml"
    if not path.exists():
        return
    ladders, keys, problems = read_ladders(path)
    files.ladders |= ladders
    if keys is None or files.ladder_keys is None:
        files.ladder_keys = None
    else:
        files.ladder_keys |= keys
    files.problems += problems


def _read_notices(files: _Files, room: Path) -> None:
    for path in sorted((room / "notices").glob("*.toml")):
        windows, problems = read_notices(path, files.drafts)
        files.problems += problems
        for key in dict.fromkeys((window.programme, window.year) for window in windows):
            files.windows[key] = tuple(
                window for window in windows if (window.programme, window.year) == key
            )


def _by_programme(files: _Files) -> dict[str, tuple[Window, ...]]:
    found: dict[str, list[Window]] = {}
    for (programme, _), windows in sorted(files.windows.items()):
        found.setdefault(programme, []).extend(windows)
    return {
        programme: tuple(sorted(windows, key=lambda each: (each.year, each.batch)))
        for programme, windows in found.items()
    }


def _sound(
    files: _Files, windows: Mapping[str, tuple[Window, ...]]
) -> Iterator[tuple[str, Programme]]:
    """Yield the programmes of the files without a fault; note the faults of the others."""
    heads = [draft.head for draft in files.drafts.values()]
    held = sorted({head.qualification for head in heads if head and head.qualification})
    around = Around(
        ladders=files.ladders,
        ladder_keys=files.ladder_keys,
        windows=windows,
        notices_whole=not any(each.file.startswith("notices/") for each in files.problems),
        qualifications=held if all(heads) else None,
    )
    taken: dict[str, str] = {}
    for draft in files.drafts.values():
        faults = [*_faults(draft, around), *_name_faults(draft, taken)]
        files.problems += [
            CheckProblem(file=draft.file, key=fault.key, message=fault.message) for fault in faults
        ]
        if not faults:
            programme = revised(draft.programme())
            yield programme.key, programme


def _faults(draft: Draft, around: Around) -> Iterator[Fault]:
    yield from draft.shape_faults
    if draft.head is not None and draft.head.key != draft.stem:
        yield Fault("key", f"写的是 {draft.head.key}，与文件名不符，请改成一致")
    for section in draft.sections:
        yield from repeated(section.name, section.keys)
    yield from enrol_faults(draft)
    yield from criterion_faults(draft)
    yield from score_faults(draft)
    yield from stage_faults(draft)
    yield from obligation_faults(draft, around)


def _name_faults(draft: Draft, taken: dict[str, str]) -> Iterator[Fault]:
    """Yield the names that an earlier programme has already."""
    if draft.head is None:
        return
    for name in dict.fromkeys((draft.head.key, draft.head.title, *draft.head.aliases)):
        owner = taken.setdefault(name.casefold(), draft.file)
        if owner != draft.file:
            yield Fault("aliases", f"“{name}”已是 {owner} 的名称，请改成不同的")
