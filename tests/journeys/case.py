"""A page of the gate as somebody sees it, and how facts of the demonstration's district are found."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

Fields = dict[str, str]


@dataclass(frozen=True, eq=False)
class PageCase:
    """A page as somebody sees it."""

    address: str
    who: str = "nobody"
    note: str = ""  # tells two cases of one address apart
    status: int = 200
    is_ballot: bool = False  # larger targets
    is_specimen: bool = False  # its links lead nowhere
    before: tuple[tuple[str, Fields], ...] = ()  # forms sent first: address, fields
    begun_by: str = ""  # who sends these forms, if not `who`
    send: Fields | None = None  # the page is the answer to this form

    @property
    def name(self) -> str:
        """For the list of tests."""
        return " ".join(part for part in (self.address, self.note, f"({self.who})") if part)


def first(column: Any, *conditions: Any) -> Callable[[AsyncSession], Awaitable[str]]:
    """The first of its kind; the demonstration must have one."""

    async def find(session: AsyncSession) -> str:
        found = (await session.execute(select(column).where(*conditions).limit(1))).scalar()
        assert found is not None, f"the demonstration's district has no {column} with {conditions}"
        return str(found)

    return find
