"""What the Atom feeds are given."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from app.kit.i18n import Locale, show_datetime
from consultations.models import Change
from consultations.pages.words import ChangeView, view_changes
from consultations.queries import Listed


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A change in a feed."""

    id: str
    subject: str
    path: str
    when: str
    where: str
    change: ChangeView


class FeedPage(msgspec.Struct, frozen=True, kw_only=True):
    """A feed."""

    id: str
    title: str
    own: str
    updated: datetime
    entries: list[Entry]


def view_entries(rows: Sequence[tuple[Change, Listed]], locale: Locale) -> list[Entry]:
    """Changes with the consultation they are of, as it is now."""
    return [
        Entry(
            id=f"urn:uuid:{change.id}",
            subject=f"{one.row.number}, {one.row.title} ({one.host.name})",
            path=f"/consultations/{one.row.id}",
            when=show_datetime(one.row.starts_at, locale),
            where=f"{one.venue.name}, {one.venue.address}",
            change=view_changes([change], locale)[0],
        )
        for change, one in rows
    ]
