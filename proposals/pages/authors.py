"""What the templates of co-authors are given."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from accounts.policy import Actor
from app.kit.policy import Verdict
from proposals.models import CoAuthor, Idea, Invitation
from proposals.policy.authors import may_invite, may_leave
from proposals.states import IdeaState


class CoAuthorView(msgspec.Struct, frozen=True):
    """A co-author as shown in public. `is_merged`: of an idea that was merged into this one."""

    name: str
    is_merged: bool


class InvitationRow(msgspec.Struct, frozen=True):
    """An invitation that waits for its answer."""

    id: str
    email: str
    at: datetime
    is_expired: bool


class AuthorsPage(msgspec.Struct, frozen=True):
    """Whose idea it is, for its authors."""

    id: str
    title: str
    lang: str
    is_draft: bool
    author: str
    co_authors: list[CoAuthorView]
    invitations: list[InvitationRow]
    may_invite: Verdict
    may_leave: Verdict
    most: int
    email: str = ""
    errors: dict[str, str] = {}


class InvitationPage(msgspec.Struct, frozen=True):
    """The question to who was invited."""

    token: str
    title: str
    lang: str
    body: str
    location: str
    author: str
    refusal: str = ""


def view_co_authors(co_authors: Sequence[CoAuthor]) -> list[CoAuthorView]:
    """Co-authors as shown in public."""
    return [CoAuthorView(one.name, one.from_idea_id is not None) for one in co_authors]


def build_authors(
    idea: Idea,
    co_authors: Sequence[CoAuthor],
    invitations: Sequence[Invitation],
    actor: Actor,
    *,
    most: int,
    now: datetime,
) -> AuthorsPage:
    """The page of an idea's authors. Addresses of the invited are for who invited them."""
    may = may_invite(actor, idea)
    return AuthorsPage(
        id=str(idea.id),
        title=idea.title,
        lang=idea.lang,
        is_draft=idea.state == IdeaState.DRAFT,
        author=idea.author_name,
        co_authors=view_co_authors(co_authors),
        invitations=[
            InvitationRow(str(one.id), one.email, one.at, is_expired=one.expires_at <= now)
            for one in (invitations if may else [])
        ],
        may_invite=may,
        may_leave=may_leave(actor, idea),
        most=most,
    )
