"""What happens to drafts as Atom feeds: steps, new texts, amendments, answers. Source: RFC 4287."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from amendments.models import Act, ActEvent, ActVersion, AmendmentRow, Answer
from amendments.pages.words import OUTCOMES, STEPS, VERSION_KINDS
from amendments.rules.procedure import Event
from amendments.states import Outcome, VersionKind
from app.kit.i18n import N_
from app.kit.printing import printable

NEWEST = 100  # entries of a feed


class FeedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry. Its id is that of the row, which never changes; `title` is a msgid, `subject` a name."""

    id: str
    at: datetime
    title: str
    subject: str
    path: str
    by: str
    text: str


class FeedPage(msgspec.Struct, frozen=True, kw_only=True):
    """A feed; `path` of the page that it is of, `own` of the feed."""

    id: str
    title: str
    path: str
    own: str
    updated: datetime
    entries: list[FeedEntry]


def build_feed(
    *, id: str, title: str, path: str, own: str, entries: Iterable[FeedEntry], since: datetime
) -> FeedPage:
    """The newest entries; of a feed without any, `since` is when it last changed."""
    newest = sorted(entries, key=lambda entry: (entry.at, entry.id), reverse=True)[:NEWEST]
    return FeedPage(
        id=id,
        title=printable(title),
        path=path,
        own=own,
        updated=newest[0].at if newest else since,
        entries=newest,
    )


def step_entries(act: Act, steps: Iterable[ActEvent]) -> list[FeedEntry]:
    """The steps of its procedure."""
    return [
        _entry(one.id, one.at, STEPS[Event(one.event)], act.number, f"/acts/{act.id}", one.by_name, one.text)
        for one in steps
    ]


def version_entries(act: Act, versions: Iterable[ActVersion]) -> list[FeedEntry]:
    """Its texts."""
    return [
        _entry(
            one.id,
            one.published_at,
            VERSION_KINDS[VersionKind(one.kind)],
            f"{act.number} v{one.sequence}",
            f"/acts/{act.id}/versions/{one.sequence}",
            "",
            f"SHA-256: {one.content_hash}",
        )
        for one in versions
    ]


def amendment_entries(
    rows: Sequence[AmendmentRow], answers: Mapping[uuid.UUID, Sequence[Answer]]
) -> list[FeedEntry]:
    """What was proposed and what was answered."""
    found = []
    for row in rows:
        path = f"/acts/{row.act_id}/amendments/{row.id}"
        at = row.submitted_at or row.updated_at
        found.append(
            _entry(row.id, at, N_("An amendment was proposed"), row.number, path, row.author_name, row.reason)
        )
        found += [
            _entry(one.id, one.at, OUTCOMES[Outcome(one.outcome)], row.number, path, one.by_name, one.reason)
            for one in answers.get(row.id, ())
        ]
    return found


def _entry(
    id: uuid.UUID, at: datetime, title: str, subject: str | None, path: str, by: str, text: str
) -> FeedEntry:
    return FeedEntry(
        id=id.urn,
        at=at,
        title=title,
        subject=printable(subject or ""),
        path=path,
        by=printable(by),
        text=printable(text),
    )
