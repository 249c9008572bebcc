"""Policies answer yes, or no-because; the same answer guards the action and explains the button."""

import msgspec

from app.kit.errors import Forbidden


class Verdict(msgspec.Struct, frozen=True):
    """`allowed`, and when not, a reason: a gettext msgid with its facts."""

    allowed: bool
    reason: str = ""
    facts: dict[str, object] = {}

    def __bool__(self) -> bool:
        return self.allowed


ALLOW = Verdict(True)


def deny(reason: str, **facts: object) -> Verdict:
    """No, because `reason` (a msgid; `facts` fill its places)."""
    return Verdict(False, reason, facts)


def require(verdict: Verdict) -> None:
    """Raises: Forbidden with the verdict's reason, unless it allows."""
    if not verdict:
        raise Forbidden(verdict.reason, **verdict.facts)
