"""Every page there is, with who must look at it and where it is in the demonstration's district.

A page that is missing here fails the gate (test_pages.py), so a new page comes with a line below. Words in
braces are facts of the district, read from its database.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import Database
from app.seed.people import PEOPLE
from cycles.models import Cycle
from voting.models import Poll

Fields = dict[str, str]


@dataclass(frozen=True)
class PageCase:
    """A page as somebody sees it."""

    address: str
    who: str = "nobody"
    note: str = ""  # tells two cases of one address apart
    status: int = 200
    is_ballot: bool = False  # larger targets
    is_specimen: bool = False  # its links lead nowhere
    before: tuple[tuple[str, Fields], ...] = ()  # forms sent first: address, fields
    send: Fields | None = None  # the page is the answer to this form

    @property
    def name(self) -> str:
        """For the list of tests."""
        return " ".join(part for part in (self.address, self.note, f"({self.who})") if part)


BALLOT = "/polls/{open_poll}/ballot"
CHOICES = tuple((BALLOT, {"move": f"add:P0{number}"}) for number in (3, 1, 4))

CASES: tuple[PageCase, ...] = (
    # ── the house itself
    PageCase("/"),
    PageCase("/", who="resident"),
    PageCase("/help"),
    PageCase("/open-data"),
    PageCase("/source"),
    PageCase("/accessibility"),
    PageCase("/privacy"),
    PageCase("/styleguide", is_specimen=True),
    PageCase("/register"),
    PageCase("/demo"),
    PageCase("/demo", who="reviewer"),
    PageCase("/demo/mail"),
    PageCase("/no-such-page", status=404),
    # ── votes
    PageCase("/polls"),
    PageCase("/polls/guarantees"),
    PageCase("/polls/{open_poll}"),
    PageCase("/polls/{open_poll}", who="resident"),
    PageCase("/polls/{past_poll}"),
    PageCase("/polls/{open_poll}/ballot", is_ballot=True),
    PageCase(
        "/polls/{open_poll}/ballot", note="with choices", who="resident", is_ballot=True, before=CHOICES
    ),
    PageCase("/polls/{open_poll}/ballot/order", note="empty", is_ballot=True),
    PageCase("/polls/{open_poll}/ballot/order", who="resident", is_ballot=True, before=CHOICES),
    PageCase("/polls/{open_poll}/ballot/review", who="resident", is_ballot=True, before=CHOICES),
    PageCase("/polls/{open_poll}/ballot/review", who="newcomer", is_ballot=True, before=CHOICES),
    PageCase("/polls/{past_poll}/result"),
    PageCase("/polls/{past_poll}/codes"),
    PageCase("/polls/{open_poll}/officer", who="election"),
    PageCase("/polls/{past_poll}/officer", who="election"),
    PageCase("/polls/{past_poll}/officer", who="resident", status=403),
    PageCase("/check"),
    PageCase("/check?code=7QXM-4T2K-9RVD", note="not found"),
)

# Addresses that answer a GET and are no pages: why.
NOT_PAGES: dict[str, str] = {
    "/health": "JSON for machines",
    "/ready": "JSON for machines",
    "/static/{name:path}": "files",
    "/register.jsonl": "a download",
    "/register.atom": "a feed",
    "/polls/{poll_id:uuid}/files/{name:str}": "downloads",
}

# Whose first view is weighed: what a phone with little data opens first.
LIGHT_PAGES = ("/", "/register")


async def read_facts(database_url: str) -> dict[str, str]:
    """What the words in braces stand for."""
    database = Database(database_url)
    try:
        async with database.read() as session:
            return {name: await find(session) for name, find in FACTS.items()}
    finally:
        await database.dispose()


def _first(column: Any, *conditions: Any) -> Callable[[AsyncSession], Awaitable[str]]:
    """The first of its kind; the demonstration must have one."""

    async def find(session: AsyncSession) -> str:
        found = (await session.execute(select(column).where(*conditions).limit(1))).scalar()
        assert found is not None, f"the demonstration's district has no {column} with {conditions}"
        return str(found)

    return find


FACTS: dict[str, Callable[[AsyncSession], Awaitable[str]]] = {
    "open_poll": _first(Poll.id, Poll.state == "open"),
    "past_poll": _first(Poll.id, Poll.state.in_(("tallied", "certified"))),
    "open_cycle": _first(Cycle.slug, Cycle.id.in_(select(Poll.cycle_id).where(Poll.state == "open"))),
    "past_cycle": _first(
        Cycle.slug, Cycle.id.in_(select(Poll.cycle_id).where(Poll.state.in_(("tallied", "certified"))))
    ),
}
