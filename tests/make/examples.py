"""Short ways to write papers and contests down, for examples that people read."""

from collections.abc import Mapping
from typing import Any

import msgspec

from voting.rules.papers import (
    ApprovalPaper,
    Contest,
    CumulativePaper,
    Paper,
    PreferencePaper,
    RankedPaper,
    ScoringPaper,
    VoteType,
)


def paper_of(text: str, vote_type: VoteType) -> Paper:
    """The paper of a line: `A > B = C` for rankings (`A > > B` skips a rank), `A B` for approvals, `A 3 B 2`
    for points. Nothing is a blank paper.

    >>> paper_of("A > B = C", "preference")
    PreferencePaper(ranks=(('A',), ('B', 'C')))
    """
    words = text.split()
    match vote_type:
        case "ordinal":
            return RankedPaper(tuple(word for word in words if word != ">"))
        case "preference":
            ranks = text.split(">") if words else []
            return PreferencePaper(tuple(tuple(rank.replace("=", " ").split()) for rank in ranks))
        case "approval":
            return ApprovalPaper(tuple(words))
        case _:
            points = tuple((name, int(value)) for name, value in zip(words[::2], words[1::2], strict=True))
            return CumulativePaper(points) if vote_type == "cumulative" else ScoringPaper(points)


def contest_of(example: Mapping[str, Any]) -> Contest:
    """The contest of an example: `options` are ids or id -> cost, `votes` is the vote type, other keys are
    the contest's own.
    """
    options = example["options"]
    costs = options if isinstance(options, dict) else dict.fromkeys(options, 0)
    own = {key: value for key, value in example.items() if key in Contest.__struct_fields__}
    listed = [{"id": name, "title": name, "cost": cost} for name, cost in costs.items()]
    return msgspec.convert(own | {"options": listed, "vote_type": example["votes"]}, Contest)


def papers_of(example: Mapping[str, Any]) -> dict[Paper, int]:
    """The papers of an example: text -> how many."""
    return {paper_of(text, example["votes"]): number for text, number in example["papers"].items()}
