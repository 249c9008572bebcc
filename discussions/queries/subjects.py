"""What is commented on: references, resolved by the domains that own them.

A port: `app/wiring.py` hands over one resolver for each kind of reference.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.policy import Verdict
from discussions.errors import SubjectNotFound
from discussions.models import REFERENCE


class Picture(msgspec.Struct, frozen=True):
    """A picture that is shown and hidden with a comment."""

    large_path: str
    small_path: str
    width: int
    height: int
    alt: str


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What may be commented on, as its owner tells it. `parents`: (title, address) of what it belongs to, the
    widest first; `takes_comments`: whether more may be said, or why not; `only_moderated`: what is said is
    part of something else, where it is changed: here it is read, reported and judged; `pictures`: the picture
    that belongs to a comment, by the comment's id.
    """

    ref: str
    scope: str
    title: str
    path: str
    parents: tuple[tuple[str, str], ...]
    takes_comments: Verdict
    only_moderated: bool = False
    pictures: Mapping[uuid.UUID, Picture] = {}


class Resolver(Protocol):
    """Finds the subjects of some references' rests, in as many queries as one takes; those that there are
    not, or that this person may not know of, are left out.
    """

    async def __call__(
        self, session: AsyncSession, actor: Actor | None, keys: Sequence[str]
    ) -> dict[str, Subject]: ...


_resolvers: dict[str, Resolver] = {}


def resolve_by(kind: str, resolver: Resolver) -> None:
    """Let `resolver` answer for the references that begin with `kind:`."""
    _resolvers[kind] = resolver


async def list_subjects(
    session: AsyncSession, actor: Actor | None, refs: Collection[str]
) -> dict[str, Subject]:
    """The subjects of some references that this person may know of."""
    keys: dict[str, list[str]] = {}
    for ref in dict.fromkeys(refs):
        kind, _, key = ref.partition(":")
        if key and kind in _resolvers and len(ref) <= REFERENCE:
            keys.setdefault(kind, []).append(key)
    return {
        f"{kind}:{key}": subject
        for kind, own in keys.items()
        for key, subject in (await _resolvers[kind](session, actor, own)).items()
    }


async def get_subject(session: AsyncSession, actor: Actor | None, ref: str) -> Subject:
    """The subject of a reference. Raises: SubjectNotFound."""
    found = (await list_subjects(session, actor, [ref])).get(ref)
    if found is None:
        raise SubjectNotFound()
    return found
