"""A crowd for a live server: signed-in people, what each of them is about to do, and what they were answered.

A deed is one form, sent over real HTTP. It remembers how it went, and can be sent again exactly as a person
would whose browser showed no answer.
"""

import itertools
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.policy import Actor
from accounts.service.sessions import begin_session
from accounts.states import Role
from app.kit import clock, crypto
from app.kit.db import Database
from app.kit.front import SESSION_COOKIE
from app.settings import get_settings
from cycles.states import StageKind
from tests.make.accounts import actor_of, make_account
from tests.make.cycles import make_cycle
from tests.make.proposals import make_draft, make_idea
from tests.make.voting import make_poll
from voting.models import Poll
from voting.sealing import box
from voting.service import digest_to_confirm
from voting.states import Act

SECRET_KEY = get_settings().secret_key  # the server must read what services seal in this process
PASSWORD = "trei lalele galbene"
WAIT_SECONDS = 30
_serial = itertools.count(1)


class Went(StrEnum):
    """How a deed went, as far as its sender knows."""

    WAITING = "waiting"  # not sent yet
    DONE = "done"  # answered: it is done
    REFUSED = "refused"  # answered: it is not
    LOST = "lost"  # no answer, or a page that says the fault is the server's


@dataclass(frozen=True)
class Person:
    """Somebody with a session."""

    account: Account
    token: str

    @property
    def email(self) -> str:
        return self.account.email

    @property
    def headers(self) -> dict[str, str]:
        """What their browser would send with a form of ours."""
        return {"cookie": f"{SESSION_COOKIE}={self.token}", "sec-fetch-site": "same-origin"}

    @property
    def csrf_token(self) -> str:
        return crypto.keyed_hash(SECRET_KEY, "csrf", self.token)


@dataclass(eq=False, kw_only=True)
class Deed:
    """One form of one person; `went`, `status` and `text` are of the last time it was sent."""

    path: str
    fields: dict[str, str] = field(default_factory=dict)
    person: Person | None = None
    went: Went = Went.WAITING
    status: int = 0
    text: str = ""
    location: str = ""
    sent_at: float = 0.0  # seconds of the wall clock
    times: int = 0

    async def send(self, client: httpx.AsyncClient) -> Went:
        """Send it and note what came back."""
        self.times += 1
        self.sent_at = time.time()
        headers = self.person.headers if self.person else {"sec-fetch-site": "same-origin"}
        fields = {"csrf_token": self.person.csrf_token, **self.fields} if self.person else self.fields
        try:
            answer = await client.post(self.path, data=fields, headers=headers)
        except httpx.TransportError:
            self.went, self.status = Went.LOST, 0
            return self.went
        self.status, self.text = answer.status_code, answer.text
        self.location = answer.headers.get("location", "")
        if self.status >= 500:
            self.went = Went.LOST
        else:
            self.went = Went.DONE if self.is_done() else Went.REFUSED
        return self.went

    def is_done(self) -> bool:
        """Whether the answer says that it is done."""
        return self.status == 303


@dataclass(eq=False, kw_only=True)
class Cast(Deed):
    """A ballot, with the secret that the review page had shown."""

    poll_id: uuid.UUID
    secret: str

    @property
    def code(self) -> str:
        return box.code_of(self.secret, str(self.poll_id))

    def is_done(self) -> bool:
        return self.status == 200 and self.code in self.text


@dataclass(eq=False, kw_only=True)
class SendIdea(Deed):
    """A finished draft is sent and gets its number."""

    idea_id: uuid.UUID

    def is_done(self) -> bool:
        return self.status == 303 and self.location.endswith("/sent")


@dataclass(eq=False, kw_only=True)
class SupportIdea(Deed):
    """Support for an idea. Sent again after a lost answer, it may turn out to have been counted."""

    idea_id: uuid.UUID

    def is_done(self) -> bool:
        return self.status == 303 or (self.status == 409 and self.times > 1)


@dataclass(eq=False, kw_only=True)
class AskForAccount(Deed):
    """Somebody new asks for an account. Each time it is sent is a request of its own."""

    email: str


@dataclass(eq=False, kw_only=True)
class Confirm(Deed):
    """An official's confirmation. Sent again after a lost answer, it may turn out to have been recorded."""

    def is_done(self) -> bool:
        return self.status == 303 or (self.status == 403 and self.times > 1)


async def make_person(
    session: AsyncSession, *, name: str = "Ana Popescu", verified: bool = True, roles: Iterable[Role] = ()
) -> Person:
    """A verified resident, or an official who has passed the second factor."""
    now, held = clock.now(), tuple(roles)
    account = await make_account(session, name=name, verified=verified and not held, roles=held, now=now)
    token = await begin_session(session, account, agent="", has_second_factor=bool(held), now=now)
    return Person(account, token)


async def make_officers(session: AsyncSession) -> tuple[Person, Person]:
    """Two election officers."""
    names = ("Maria Ionescu", "Ion Georgescu")
    first, second = [await make_person(session, name=name, roles=[Role.ELECTION]) for name in names]
    return first, second


def officer_actor(officer: Person) -> Actor:
    """An officer as services see them."""
    return actor_of(officer.account, roles=[Role.ELECTION])


def make_cast(
    poll: Poll, person: Person, *, secret: str = "", key: str = "", numbers: str = "P03.P01.P05"
) -> Cast:
    """A ballot to be sent, with a receipt of its own unless one is given."""
    secret = secret or box.new_receipt(str(poll.id))[0]
    fields = {"ballot": numbers, "receipt": secret, "replacement_key": key}
    path = f"/polls/{poll.id}/ballot/review"
    return Cast(path=path, fields=fields, person=person, poll_id=poll.id, secret=secret)


async def make_confirmation(session: AsyncSession, officer: Person, poll: Poll, act: Act) -> Confirm:
    """An official's confirmation of what is there now."""
    digest = await digest_to_confirm(session, poll, act)
    path = f"/polls/{poll.id}/officer/confirm"
    return Confirm(path=path, fields={"act": act.value, "digest": digest}, person=officer)


@dataclass
class District:
    """What a crowd needs: an open poll, an open submission stage, and deeds in a mixed order."""

    poll: Poll
    officers: tuple[Person, Person]
    deeds: list[Deed]


async def fill_district(database: Database, *, casts: int, ideas: int, sign_ups: int) -> District:
    """Residents with ballots to cast and an idea to support, authors with drafts, and newcomers."""
    async with database.write() as session:
        now = clock.now()
        officers = await make_officers(session)
        poll = await make_poll(session, officers=[officer_actor(one) for one in officers], now=now)
        cycle = await make_cycle(session, open_stage=StageKind.SUBMISSION, now=now)
        popular = [await make_idea(session, cycle=cycle, now=now) for _ in range(2)]
        deeds: list[Deed] = []
        for number in range(casts):
            person = await make_person(session, name=f"Ana Vot {number}")
            idea_id = popular[number % 2].id
            path = f"/ideas/{idea_id}/support"
            deeds += [make_cast(poll, person), SupportIdea(path=path, person=person, idea_id=idea_id)]
        for number in range(ideas):
            author = await make_person(session, name=f"Radu Autor {number}")
            draft = await make_draft(session, cycle=cycle, author=author.account, now=now)
            deeds.append(SendIdea(path=f"/ideas/{draft.id}/send", person=author, idea_id=draft.id))
    deeds += [make_request_for_account() for _ in range(sign_ups)]
    # Each kind spread evenly over the whole: whatever moment is hit, all kinds are under way.
    kinds = [
        [deed for deed in deeds if type(deed) is kind]
        for kind in (Cast, SupportIdea, SendIdea, AskForAccount)
    ]
    placed = [((place + 0.5) / len(kind), deed) for kind in kinds for place, deed in enumerate(kind)]
    return District(poll, officers, [deed for _, deed in sorted(placed, key=lambda one: one[0])])


def make_request_for_account() -> AskForAccount:
    """A newcomer's form."""
    email = f"nou{next(_serial)}@example.ro"
    fields = {"name": "Vlad Nou", "email": email, "password": PASSWORD}
    return AskForAccount(path="/sign-up", fields=fields, email=email)


def new_crowd(url: str) -> httpx.AsyncClient:
    """A client that many can use at once; cookies are each person's own, so it keeps none."""
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    return httpx.AsyncClient(base_url=url, limits=limits, timeout=WAIT_SECONDS, follow_redirects=False)
