"""The carrier that hands letters to a mail relay: one attempt, one recipient, one connection."""

import binascii
import ssl

from notifications.answers import UNTRUSTED, Step, is_gone, judge, keeps_talking, sentence
from notifications.build import compose, refusal
from notifications.message import Fate, Message, Receipt
from notifications.smtp_client import OneAttempt, SmtpSettings

__all__ = ["SmtpCarrier", "SmtpSettings"]


class SmtpCarrier:
    """Delivers over SMTP; the connection is kept for the next letter until `close`."""

    name = "smtp"

    def __init__(self, settings: SmtpSettings) -> None:
        self._problems = settings.problems()
        self._backend = OneAttempt(settings)

    def deliver(self, message: Message) -> Receipt:
        """Return what became of one attempt; a lost answer is never tried again here."""
        if self._problems:
            return Receipt(fate=Fate.STOPPED, detail="；".join(self._problems))
        refused = refusal(message)
        if refused:
            return refused
        mail = compose(message)
        try:
            # Only the envelope's: the letter is from whom it says.
            mail.send(smtp=self._backend, mail_from=message.return_path or None)
        except (OSError, binascii.Error) as error:  # every error of smtplib is an OSError
            return self._receipt(error)
        return self._receipt(None)

    def reach(self) -> str:
        """Connect and log in, without a letter; return what is in the way, or nothing."""
        if self._problems:
            return "；".join(self._problems)
        try:
            self._backend.get_client()
        except (OSError, binascii.Error) as error:
            return self._receipt(error).detail
        return ""

    def find(self, message_id: str) -> None:
        """Return None: SMTP has no way to ask what became of a message."""

    def close(self) -> None:
        """Say goodbye to the server; not to one that owes us an answer, which may be hours away."""
        if self._backend.progress.code is None:
            self._backend.drop()
        self._backend.close()

    def _receipt(self, error: Exception | None) -> Receipt:
        step, code = self._backend.progress.step, self._backend.progress.code
        fate = judge(step, code)
        if error and not keeps_talking(code):
            self._backend.drop()
        untrusted = fate is Fate.STOPPED and isinstance(error, ssl.SSLCertVerificationError)
        detail = UNTRUSTED if untrusted else sentence(step, fate, code)
        answer = self._backend.progress.answer or str(error or "")
        refused = fate is Fate.FAILED and step is Step.RECIPIENT
        dead = refused and is_gone(answer)
        return Receipt(fate=fate, code=code, answer=answer, detail=detail, dead=dead)
