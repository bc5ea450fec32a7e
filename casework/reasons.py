"""A reason is asked for wherever somebody decides; it is kept, shown, and no essay."""

from casework.refusal import Refusal

LONGEST = 500


def no_reason(reason: str, ask: str = "请写明理由") -> Refusal | None:
    """Refuse a reason that is missing, with the sentence that asks for it, or too long."""
    if not reason.strip():
        return Refusal(reason=ask)
    return too_long("理由", reason)


def too_long(what: str, words: str) -> Refusal | None:
    """Refuse words that are longer than anybody reads."""
    if len(words.strip()) <= LONGEST:
        return None
    return Refusal(reason=f"{what}最多 {LONGEST} 个字，现在有 {len(words.strip())} 个，请删减")
