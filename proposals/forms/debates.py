"""What an official types of a public debate on a project."""

import re
from datetime import date
from typing import Annotated

import msgspec

from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_

_ACT = re.compile(r"(?:https?://[^/\s]+)?(?:/en)?(/acts/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/?")


class DebateForm(msgspec.Struct, frozen=True, kw_only=True):
    """When, where, with which draft decision, and what came of it."""

    held_on: Annotated[date, msgspec.Meta(extra={"missing": N_("Write the day of the debate")})]
    place: Annotated[
        str, msgspec.Meta(min_length=5, max_length=200, extra={"missing": N_("Write where it is held")})
    ]
    hour: Annotated[str, msgspec.Meta(max_length=5)] = ""
    act: Annotated[str, msgspec.Meta(max_length=300)] = ""
    outcome: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    seen: Annotated[str, msgspec.Meta(max_length=8000)] = "null"

    def __post_init__(self) -> None:
        if self.hour and not re.fullmatch(r"([01]?\d|2[0-3])[:.][0-5]\d", self.hour):
            raise FormErrors({"hour": Invalid(N_("Write hours like 09:00 or 18:30."))})
        if self.act and not _ACT.fullmatch(self.act):
            raise FormErrors({"act": Invalid(N_("Copy the address of a draft decision from this site."))})
        if self.outcome and len(self.outcome) < 20:
            raise FormErrors({"outcome": Invalid(N_("Say in a few sentences what came of the debate."))})

    @property
    def act_path(self) -> str:
        """The draft decision's address here; empty when there is none."""
        found = _ACT.fullmatch(self.act)
        return found[1] if found else ""
