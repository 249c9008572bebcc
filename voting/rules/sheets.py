"""Papers out of ballot boxes: one list of all polling places, each place's protocol, and whether it adds up.

Sheets of all places are one list, because those of a small place would tell how its few voters voted. The
digest of list and protocols is fixed, and in the public register, before the count and before any sealed
ballot is opened; its salt, published with the list, keeps the digest of a short list from being guessed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated

import msgspec

from voting.rules.papers import MAX_PAPERS, PAPER_OF_TYPE, Paper, VoteType, digest, named_options
from voting.rules.tally import group_papers

NEEDED_SIGNATURES = 2  # of each place's protocol
Number = Annotated[int, msgspec.Meta(ge=0, le=MAX_PAPERS)]


class PlaceReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The protocol of a polling place. All but the words are numbers of papers or of people.

    `received`: printed papers the place was handed; `given`: voters who were given one; `returned`: those of
    them who gave it back and did not vote; `unused`: papers left over, exchanged or given back; of the papers
    `in_box`, `blank` say nothing and `spoiled` cannot be counted; `assisted`: people who voted on the desk's
    device with help, whose ballots are not on paper.
    """

    number: Number
    name: str
    received: Number
    given: Number
    returned: Number
    unused: Number
    in_box: Number
    blank: Number
    spoiled: Number
    assisted: Number = 0
    explanation: str = ""
    signed_by: tuple[str, ...] = ()

    @property
    def surplus(self) -> int:
        """Papers in the box beyond those that voters kept; below zero: missing."""
        return self.in_box - (self.given - self.returned)

    @property
    def stray(self) -> int:
        """Papers found beyond those handed to the place; below zero: missing."""
        return self.in_box + self.unused - self.received

    @property
    def is_balanced(self) -> bool:
        """Whether every paper is accounted for."""
        return not self.surplus and not self.stray


class PaperPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a vote got on paper: (number, paper) in canonical order, blank ones as papers that name nothing;
    spoiled ones are numbers in the protocols only.
    """

    papers: tuple[tuple[Annotated[int, msgspec.Meta(ge=1, le=MAX_PAPERS)], Paper], ...]
    places: tuple[PlaceReport, ...]
    salt: str

    @property
    def total(self) -> int:
        """Papers that go into the count."""
        return sum(number for number, _ in self.papers)

    @property
    def blank(self) -> int:
        """Papers that name nothing."""
        return sum(number for number, paper in self.papers if not named_options(paper))

    @property
    def spoiled(self) -> int:
        """Papers that no count could read."""
        return sum(place.spoiled for place in self.places)

    def grouped(self) -> Counter[Paper]:
        """Each distinct paper with its number."""
        papers: Counter[Paper] = Counter()
        for number, paper in self.papers:
            papers[paper] += number
        return papers


class PaperSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What pages say of a paper part: numbers and protocols, without the papers."""

    total: int
    spoiled: int
    places: tuple[PlaceReport, ...]


def summary_of(part: PaperPart) -> PaperSummary:
    """The summary of a paper part."""
    return PaperSummary(total=part.total, spoiled=part.spoiled, places=part.places)


def make_paper_part(
    papers: Iterable[Paper] | Mapping[Paper, int], places: Iterable[PlaceReport], *, salt: str
) -> PaperPart:
    """Papers in any order, with those that are blank; protocols by number."""
    return PaperPart(
        papers=tuple((number, paper) for paper, number in group_papers(papers).items()),
        places=tuple(sorted(places, key=lambda place: place.number)),
        salt=salt,
    )


def blank_paper(vote_type: VoteType) -> Paper:
    """The paper of that kind that names nothing."""
    return PAPER_OF_TYPE[vote_type]()


def paper_digest(part: PaperPart) -> str:
    """SHA-256 of list, protocols and salt: what the register holds before anything is counted."""
    return digest(part)
