"""What programs can decide about letters: hold, send again, never send, arrived; and undoing it."""

from fastapi import APIRouter, Response

from casework.bounces import trust
from casework.letter_acts import Chosen, carry_out, effect
from casework.letter_undo import undo
from casework.refusal import Refusal
from console.api.acting import Acting, Deed
from console.api.asked_cases import Nothing
from console.api.asked_letters import LetterDecision, LettersBack, LettersDecided, Trust, Trusted
from console.api.problems import possible
from console.api.reads_more import Batch, LetterNumber, letter_of
from console.api.shapes import Shape

router = APIRouter(tags=["acts"], responses=possible(409))


@router.post("/letters/acts", response_model=LettersDecided)
def decide_letters(acting: Acting, asked: LetterDecision) -> Response:
    """Decide about letters: about all of them, or, where one may not be, about none."""
    return acting.done(asked, lambda: _decided(acting, asked))


def _decided(acting: Deed, asked: LetterDecision) -> Shape | Refusal:
    chosen = Chosen(act=asked.act, numbers=tuple(dict.fromkeys(asked.letters)))
    if asked.preview:
        would = effect(acting.services, chosen)
        passed = [{"state_title": title, "letters": many} for title, many in would.passed_over]
        said = {"letters": would.letters, "batch": would.stamp, "people": would.people}
        more = {"disowned": would.disowned, "passed_over": passed}
        return LettersDecided.of({"act": asked.act.value, "done": False, **said, **more})
    done = carry_out(acting.services, chosen, reason=asked.reason, by=acting.by, stamp=asked.stamp)
    if isinstance(done, Refusal):
        return done
    said = {"letters": done.letters, "batch": done.batch}
    return LettersDecided.of({"act": asked.act.value, "done": True, **said})


@router.post("/letters/acts/{batch}/undo", response_model=LettersBack, responses=possible(404))
def undo_letters(acting: Acting, batch: Batch, asked: Nothing) -> Response:
    """Bring back what has not left since; twice is refused with who undid it."""

    def act() -> Shape | Refusal:
        done = undo(acting.services, batch, by=acting.by)
        return done if isinstance(done, Refusal) else LettersBack.of({"letters": done})

    return acting.done(asked, act)


@router.post("/letters/{number}/trust", response_model=Trusted, responses=possible(404))
def trust_mailbox(acting: Acting, number: LetterNumber, asked: Trust) -> Response:
    """Write again to the mailbox of this letter, which a server disowned; then release it."""

    def act() -> Shape | Refusal:
        page = letter_of(acting.caller, number)
        done = trust(acting.services, page.email, reason=asked.reason, by=acting.by)
        return done if isinstance(done, Refusal) else Trusted.of({"email": done})

    return acting.done(asked, act)
