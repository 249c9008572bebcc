"""What is typed around votes on paper: places, who is at the table, numbers of a protocol, sheets."""

import re
from typing import Annotated

import msgspec

from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.text import clean, fold
from voting.rules.papers import (
    ApprovalPaper,
    Contest,
    CumulativePaper,
    Paper,
    PreferencePaper,
    RankedPaper,
    ScoringPaper,
)
from voting.service import Numbers, PlaceDraft, Sheet
from voting.states import SheetKind

Text = Annotated[str, msgspec.Meta(min_length=2, max_length=120)]
Papers = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]  # no town has a polling place for more
MAX_TYPED = 2000


class PlaceForm(msgspec.Struct, frozen=True):
    """A polling place."""

    number: Annotated[int, msgspec.Meta(ge=1, le=9999)]
    name: Text
    address: Annotated[str, msgspec.Meta(min_length=2, max_length=200)]
    hours: Text

    def draft(self) -> PlaceDraft:
        """The place as the service takes it."""
        return PlaceDraft(number=self.number, name=self.name, address=self.address, hours=self.hours)


class FindForm(msgspec.Struct, frozen=True):
    """Who is at the table: by document, or by all of their name with the year of birth."""

    document: Annotated[str, msgspec.Meta(max_length=254)] = ""
    name: Annotated[str, msgspec.Meta(max_length=120)] = ""
    birth_year: Annotated[int, msgspec.Meta(ge=1900, le=2100)] | None = None

    def __post_init__(self) -> None:
        if self.document:
            return
        if not self.name:
            raise FormErrors(
                {"document": Invalid(N_("Type the CNP of the document, or name and year of birth."))}
            )
        if self.birth_year is None:
            raise FormErrors({"birth_year": Invalid(N_("Type the year of birth as well: names repeat."))})


class ReasonForm(msgspec.Struct, frozen=True):
    """Why, for everyone to read."""

    reason: Annotated[
        str,
        msgspec.Meta(min_length=5, max_length=500, extra={"missing": N_("Write the reason; it is public.")}),
    ]


class ProtocolForm(msgspec.Struct, frozen=True):
    """The numbers of a polling place."""

    received: Papers
    unused: Papers
    returned: Papers
    in_box: Papers
    blank: Papers
    spoiled: Papers
    explanation: Annotated[str, msgspec.Meta(max_length=2000)] = ""

    def __post_init__(self) -> None:
        if self.blank + self.spoiled > self.in_box:
            raise FormErrors(
                {"spoiled": Invalid(N_("There are fewer papers in the box than blank and spoiled ones."))}
            )

    def numbers(self) -> Numbers:
        """As the service takes them."""
        return Numbers(**msgspec.structs.asdict(self))


class SheetForm(msgspec.Struct, frozen=True):
    """One paper as the clerk reads it."""

    sheet: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    said: Annotated[str, msgspec.Meta(max_length=MAX_TYPED)] = ""
    kind: SheetKind = SheetKind.BALLOT
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""

    def read(self, contest: Contest, *, deciding: bool = False) -> Sheet:
        """What was found. A third clerk always gives a reason. Raises: FormErrors."""
        errors: dict[str, Invalid] = {}
        paper = None
        if self.kind is SheetKind.BALLOT:
            try:
                paper = read_paper(contest, self.said)
            except Invalid as problem:
                errors["said"] = problem
        elif self.said:
            errors["said"] = Invalid(N_("A blank or spoiled paper has no options: leave this empty."))
        if len(self.reason) < 5 and (deciding or self.kind is SheetKind.SPOILED):
            message = N_("Write why you decide so.") if deciding else N_("Write why it cannot be counted.")
            errors["reason"] = Invalid(message)
        if errors:
            raise FormErrors(errors)  # type: ignore[arg-type]
        return Sheet(self.kind, paper, self.reason if deciding or self.kind is SheetKind.SPOILED else "")


def read_paper(contest: Contest, typed: str) -> Paper:
    """What a clerk typed off a paper: numbers of options in their order, or ticked ones; with their points
    after a sign of equality where the ballot gives points; joined by one where ranks may be equal. "3 1 7" is
    enough for P03 P01 P07.

    Raises: Invalid naming what is not understood. Whether the ballot allows it, the rule says.
    """
    words = re.split(r"[\s,;>]+", clean(typed).strip(" ,;>"))
    if words == [""]:
        raise Invalid(N_("Type the numbers of the options. Is the paper blank? Then mark it so."))
    if contest.vote_type in ("ordinal", "approval"):
        names = tuple(_option(contest, word) for word in words)
        return RankedPaper(names) if contest.vote_type == "ordinal" else ApprovalPaper(_once(names))
    if contest.vote_type == "preference":
        return PreferencePaper(
            tuple(tuple(_option(contest, one) for one in word.split("=")) for word in words)
        )
    points = tuple(_points(contest, word) for word in words)
    _once(tuple(name for name, _ in points))
    return ScoringPaper(points) if contest.vote_type == "scoring" else CumulativePaper(points)


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    """Raises: Invalid for an option that was typed twice."""
    for name in names:
        if names.count(name) > 1:
            raise Invalid(N_("You typed %(option)s twice."), option=name)
    return names


def _points(contest: Contest, word: str) -> tuple[str, int]:
    name, sign, value = word.replace(":", "=").partition("=")
    if not sign or not re.fullmatch(r"[0-9]{1,6}", value):
        raise Invalid(N_("Type each option with its points, for example 3=5; not %(word)s."), word=word[:40])
    return _option(contest, name), int(value)


def _option(contest: Contest, word: str) -> str:
    """The option of that number, also without the letters and zeros before it. Raises: Invalid."""
    ids = [option.id for option in contest.options]
    found = [one for one in ids if fold(one) == fold(word)]
    if not found and word.isdecimal():
        found = [one for one in ids if re.fullmatch(rf"\D*0*{int(word)}", one)]
    if len(found) != 1:
        raise Invalid(N_("%(option)s is not on this ballot."), option=word[:40])
    return found[0]
