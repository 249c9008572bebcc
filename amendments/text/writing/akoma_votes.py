"""Akoma Ntoso 3.0: a vote in the council as a `debate` document.

The counts of each vote are in its analysis (`voting`), who voted how is in its body (`vote`, by councillor
and choice). A record that was corrected stays there beside the one that holds, marked in our own namespace.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

import msgspec

from amendments.text.tokens import normalise
from amendments.text.writing.akoma_meta import AKN, OWN, Identity, meta

_OUTCOMES = {True: "adopted", False: "not_adopted"}


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A vote by name as it was written down. `choices`: of each councillor on the roll, by id; `holds`: no
    other record corrected it; `reason`: why it corrects the one before.
    """

    choices: Mapping[str, str]
    needed: int
    passed: bool
    holds: bool
    reason: str = ""


class Motion(msgspec.Struct, frozen=True, kw_only=True):
    """What was put to the vote. `number`: of an amendment, or of the draft; `says`: its sentences; `fate`:
    what became of it, in words.
    """

    number: str
    document: str
    says: Sequence[str]
    fate: str
    records: Sequence[Record]


class CouncilSitting(msgspec.Struct, frozen=True, kw_only=True):
    """A sitting in which the vote has begun. `roll`: (id, name) of everybody in office; `present`: ids;
    `titles`: what the choices and outcomes are called.
    """

    place: str
    roll: Sequence[tuple[str, str]]
    present: frozenset[str]
    quorum: int
    motions: Sequence[Motion]
    titles: Mapping[str, str]


def write_votes(sitting: CouncilSitting, identity: Identity) -> str:
    """The votes of a sitting. `identity` is that of the draft: its day is the sitting's, its version the
    number of the sitting among those on this draft.
    """
    own = msgspec.structs.replace(identity, document="debate")
    people = {id: f"councillor_{number}" for number, (id, _) in enumerate(sitting.roll, start=1)}
    known = meta(
        own,
        analysis=f"<parliamentary>{''.join(_analysis(sitting, identity))}</parliamentary>",
        references="".join(_references(sitting, identity, people)),
    )
    body = "".join(_body(sitting, people))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<akomaNtoso xmlns="{AKN}" xmlns:o="{OWN}">\n'
        f'<debate name="vot">{known}\n<debateBody>{body}</debateBody></debate>\n</akomaNtoso>\n'
    )


def _references(sitting: CouncilSitting, identity: Identity, people: Mapping[str, str]) -> Iterator[str]:
    base = f"/ontology/person/ro/{identity.authority}"
    for id, name in sitting.roll:
        shown = quoteattr(normalise(name))
        yield f'<TLCPerson eId="{people[id]}" href={quoteattr(f"{base}/{id}")} showAs={shown}/>'
    for name, title in sitting.titles.items():
        href = f"/ontology/concept/ro/vote/{name}"
        yield f'<TLCConcept eId="{name}" href="{href}" showAs={quoteattr(title)}/>'


def _analysis(sitting: CouncilSitting, identity: Identity) -> Iterator[str]:
    yield (
        f'<quorumVerification eId="quorum"><quorum eId="quorum__needed" value="{sitting.quorum}"/>'
        f'<count eId="quorum__present" value="{len(sitting.present)}"/></quorumVerification>'
    )
    for place, motion in enumerate(sitting.motions, start=1):
        for position, record in enumerate(motion.records, start=1):
            eid = f"voting_{place}_{position}"
            counted = Counter(record.choices.values())
            counts = "".join(
                f'<count eId="{eid}__{choice}" value="{counted[choice]}" refersTo="#{choice}"/>'
                for choice in sitting.titles
                if choice not in _OUTCOMES.values()
            )
            href = f"/akn/ro/{motion.document}/{identity.authority}/{identity.day.year}/{motion.number}"
            yield (
                f'<voting eId="{eid}" outcome="#{_OUTCOMES[record.passed]}" href={quoteattr(href)}'
                f' o:holds="{str(record.holds).lower()}">'
                f'<quorum eId="{eid}__needed" value="{record.needed}"/>{counts}</voting>'
            )


def _body(sitting: CouncilSitting, people: Mapping[str, str]) -> Iterator[str]:
    there = ", ".join(escape(normalise(name)) for id, name in sitting.roll if id in sitting.present)
    yield f'<rollCall eId="roll"><p>{escape(normalise(sitting.place))}</p><p>{there}</p></rollCall>'
    for place, motion in enumerate(sitting.motions, start=1):
        said = "".join(f"<p>{escape(text)}</p>" for text in motion.says)
        votes = "".join(_record(sitting, one, people) for one in motion.records)
        yield (
            f'<debateSection name="vot" eId="vote_{place}"><num>{place}</num>'
            f"<heading>{escape(motion.number)}</heading>{said}{votes}"
            f"<p>{escape(motion.fate)}</p></debateSection>"
        )


def _record(sitting: CouncilSitting, record: Record, people: Mapping[str, str]) -> str:
    """A paragraph for each choice that somebody made."""
    names = dict(sitting.roll)
    parts = [f"<p>{escape(normalise(record.reason))}</p>"] if record.reason else []
    for choice, title in sitting.titles.items():
        own = [
            f'<vote by="#{people[id]}" choice="#{choice}">{escape(normalise(names[id]))}</vote>'
            for id in names
            if record.choices.get(id) == choice
        ]
        if own:
            parts.append(f"<p>{escape(title)}: {', '.join(own)}</p>")
    return "".join(parts)
