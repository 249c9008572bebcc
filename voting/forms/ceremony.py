"""What an election officer types in the ceremony of a sealed vote."""

import re
from typing import Annotated

import msgspec

from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.forms import Form
from app.kit.i18n import N_

NAME_ROWS = 7
LEAST = 2  # one alone could open every ballot
LONGEST_NAME = 200
NOT_AGREED = N_("Tick the box when you have read this.")


class BeginForm(msgspec.Struct, frozen=True):
    """Beginning the board: the digest that was compared, and that it was."""

    digest: Annotated[str, msgspec.Meta(max_length=64)]
    agreed: Annotated[str, msgspec.Meta(max_length=3, extra={"missing": NOT_AGREED})]


class AgreedForm(msgspec.Struct, frozen=True):
    """A step that cannot be undone."""

    agreed: Annotated[str, msgspec.Meta(max_length=3, extra={"missing": NOT_AGREED})]


class NumberForm(msgspec.Struct, frozen=True):
    """One of the trustees."""

    number: Annotated[int, msgspec.Meta(ge=1, le=999)]


def read_trustees(form: Form) -> tuple[list[str], int | None]:
    """The names in the order of the form, and how many open together; none: all. Raises: FormErrors."""
    names = [name for place in range(1, NAME_ROWS + 1) if (name := form.get(f"name-{place}"))]
    errors: dict[str, DomainError] = {}
    if len(names) < LEAST:
        errors["name-1"] = Invalid(N_("Name at least two trustees: one alone could open every ballot."))
    elif len({name.casefold() for name in names}) < len(names):
        errors["name-1"] = Invalid(N_("Two trustees have the same name. Add what tells them apart."))
    elif any(len(name) > LONGEST_NAME for name in names):
        errors["name-1"] = Invalid(N_("A name has at most 200 characters."))
    typed = form.get("threshold")
    threshold = int(typed) if re.fullmatch(r"[0-9]{1,3}", typed) else None
    if typed and (threshold is None or not LEAST <= threshold <= max(len(names), LEAST)):
        message = N_("Write a whole number from 2 to the number of trustees, or nothing when all are needed.")
        errors["threshold"] = Invalid(message)
    if errors:
        raise FormErrors(errors)
    return names, threshold if threshold is not None and threshold < len(names) else None
