"""What the page of results is given."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from app.kit.i18n import N_
from app.kit.paging import Paging
from search.models import SearchDocument
from search.rules import Piece, Stems, marked, passage

KINDS = {
    "idea": N_("Ideas"),
    "project": N_("Projects"),
    "act": N_("Draft decisions"),
    "amendment": N_("Amendments"),
    "comment": N_("Comments"),
    "reason": N_("Reasons of refusals"),
    "poll": N_("Votes"),
    "consultation": N_("Field consultations"),
    "answer": N_("Answers at consultations"),
    "commitment": N_("Commitments"),
    "cycle": N_("Cycles"),
}
KINDS_ONE = {
    "idea": N_("An idea"),
    "project": N_("A project"),
    "act": N_("A draft decision"),
    "amendment": N_("An amendment"),
    "comment": N_("A comment"),
    "reason": N_("A reason of refusals"),
    "poll": N_("A vote"),
    "consultation": N_("A field consultation"),
    "answer": N_("An answer at a consultation"),
    "commitment": N_("A commitment"),
    "cycle": N_("A cycle"),
}


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One page that was found."""

    kind: str
    title: list[Piece]
    place: str
    passage: list[Piece]
    path: str
    at: datetime


class SearchPage(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked for, and what was found. `is_loose`: no page has all the words, these have some."""

    question: str
    kind: str
    results: list[Result]
    kinds: list[tuple[str, str, int]]
    total: int
    paging: Paging
    is_loose: bool
    refreshed_at: datetime | None


def build_result(document: SearchDocument, terms: Sequence[Stems]) -> Result:
    """A found page with the words that were looked for marked."""
    return Result(
        kind=KINDS_ONE.get(document.kind, document.kind),
        title=marked(document.title, terms),
        place=document.place,
        passage=passage(document.body, terms),
        path=document.path,
        at=document.at,
    )


def list_kinds(counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Each kind of which something was found: its name in the address, its title, how many."""
    return [(kind, title, counts[kind]) for kind, title in KINDS.items() if counts.get(kind)]
