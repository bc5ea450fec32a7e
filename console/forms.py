"""Reading a form: fields and files, never more of them than a page of ours sends."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from casework.typed import plain

SMALL = 64 * 1024  # bytes of a form without files
_FIELDS = 1_000
_FILES = 20


class RefusedError(Exception):
    """A request is refused with a status, before any page hears of it."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that somebody sent: its name is theirs, and never a path of ours."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What somebody sent."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, File] = field(default_factory=dict)


async def form_of(request: Request, largest: int = SMALL) -> Form:
    """Return a form that is not too large; a file only where a page asks for one."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await _with_files(request, largest)
    body = b"".join([piece async for piece in _no_more_than(request, largest)])
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        raise RefusedError(413) from None
    return Form(fields=_plain(fields))


def _plain(fields: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    return {plain(name): [plain(each) for each in said] for name, said in fields.items()}


async def _with_files(request: Request, largest: int) -> Form:
    if largest <= SMALL:
        raise RefusedError(413)
    parser = MultiPartParser(
        request.headers,
        _no_more_than(request, largest),
        max_files=_FILES,
        max_fields=_FIELDS,
        max_part_size=SMALL,
    )
    try:
        sent = await parser.parse()
    except (MultiPartException, KeyError):
        raise RefusedError(413) from None
    fields: dict[str, list[str]] = {}
    files: dict[str, File] = {}
    for name, value in sent.multi_items():
        if isinstance(value, UploadFile):
            files[name] = File(name=plain(value.filename or ""), content=await value.read())
        else:
            fields.setdefault(name, []).append(value)
    await sent.close()
    named = {name: each for name, each in files.items() if each.name}
    return Form(fields=_plain(fields), files=named)


async def _no_more_than(request: Request, largest: int) -> AsyncGenerator[bytes, None]:
    read = 0
    async for piece in request.stream():
        read += len(piece)
        if read > largest:
            raise RefusedError(413)
        yield piece
