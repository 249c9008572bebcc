"""What may be refused, without a word of HTTP; `app/errors.py` alone knows the status of each.

DomainError
├─ NotFound        it does not exist, or you may not know that it does
├─ Forbidden       you may know, but not act; the message says why
├─ SignInNeeded    nobody is signed in, or the session has ended
├─ StaleForm       the form's token is not of this session; what was typed is offered again
├─ Conflict        the state of things does not allow it (any more)
├─ Invalid         what was typed can't be accepted
│  └─ FormErrors   every field's message at once
└─ TooMany         tried too often; carries the seconds to wait
"""

from typing import ClassVar

from app.kit.i18n import N_


class DomainError(Exception):
    """A refusal. `message` is a gettext msgid with %(name)s places, `facts` fills them in."""

    default: ClassVar[str] = N_("This cannot be done.")

    def __init__(self, message: str | None = None, **facts: object) -> None:
        self.message = message or self.default
        self.facts = facts
        super().__init__(self.message % facts if facts else self.message)


class NotFound(DomainError):
    default = N_("We cannot find this page.")


class Forbidden(DomainError):
    default = N_("You are not allowed to do this.")


class SignInNeeded(DomainError):
    default = N_("Please sign in to continue.")


class StaleForm(DomainError):
    default = N_("This form was opened in another session. Check it and send it again.")


class Conflict(DomainError):
    default = N_("Somebody has changed this in the meantime.")


class Invalid(DomainError):
    default = N_("Please check what you typed.")


class FormErrors(Invalid):
    """Messages by field name; the name "" holds what concerns the form as a whole."""

    def __init__(self, errors: "dict[str, DomainError]") -> None:
        super().__init__()
        self.errors = errors


class TooMany(DomainError):
    default = N_("Too many attempts. Please try again in %(seconds)s seconds.")

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__(seconds=retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds
