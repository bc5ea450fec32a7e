"""A letter shown to staff exactly as its recipient reads it, with links that answer nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from casework.compose import Composed, compose
from casework.letter_page import LetterPage
from casework.services import Services
from models.letter import LetterState
from notifications.message import Attachment
from notifications.rendering import UnwritableError
from notifications.values import Wording

_OVER = (LetterState.SENT, LetterState.TRANSMITTING, LetterState.UNKNOWN)
_AS_OF_THEN = (
    "这封信已经交出去了。全文不留底，下面按发出那天重新写成；此后改过的事，以对方收到的为准。"
)
_NOW = "按现在的情况写成；真正发出时，以当时的情况为准。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A letter to look at; ``trouble`` says why there is none."""

    remark: str
    trouble: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Wordings to be tried instead of those that are kept, by the letter's name."""

    wordings: Mapping[str, Wording] = field(default_factory=dict)


_AS_KEPT = Trial()


def preview(services: Services, page: LetterPage, trial: Trial = _AS_KEPT) -> Preview:
    """Write a letter for show; nothing is changed by it."""
    over = page.state in _OVER
    showing = replace(services, showing=trial.wordings)
    if over and page.handed_at is not None:
        showing = showing.on(page.handed_at.astimezone(services.zone).date())
    remark = _AS_OF_THEN if over else _NOW
    try:
        written = compose(showing, page.id, again=over)
    except UnwritableError as error:
        return Preview(remark=remark, trouble=str(error))
    if not isinstance(written, Composed):
        return Preview(remark=remark, trouble=written.reason)
    message = written.message
    return Preview(
        remark=remark,
        trouble=written.fault,
        subject=message.subject,
        text=message.text,
        html=message.html,
        attachments=message.attachments,
    )
