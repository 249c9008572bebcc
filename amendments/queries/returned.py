"""An amendment that was returned to its author: as it was sent, which is what everybody else is shown.

What its author writes meanwhile is a draft again: nobody else's business until it is sent.
"""

import uuid
from datetime import datetime

import msgspec
from sqlalchemy import inspect

from amendments.models import AmendmentRow


class AnchorSent(msgspec.Struct, frozen=True):
    """Where an amendment stood on a later text when it was returned."""

    version_id: uuid.UUID
    fate: str
    operations: bytes
    because_of: str
    computed_at: datetime
    confirmed_at: datetime | None


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """An amendment as it was sent: what stands when its author does not complete it."""

    version_id: uuid.UUID
    operations: bytes
    reason: str
    author_kind: str
    on_behalf_of: str
    separable: bool
    anchor: AnchorSent | None = None


def as_sent(row: AmendmentRow) -> AmendmentRow:
    """The amendment as the public knows it: the row, or, of one that was returned, a copy to be read."""
    if row.sent is None:
        return row
    sent = msgspec.json.decode(bytes(row.sent), type=Sent)
    own = {column.key: getattr(row, column.key) for column in inspect(AmendmentRow).column_attrs}
    own |= {
        "version_id": sent.version_id,
        "operations": sent.operations,
        "reason": sent.reason,
        "author_kind": sent.author_kind,
        "on_behalf_of": sent.on_behalf_of,
        "separable": sent.separable,
    }
    return AmendmentRow(**own)


def operations_sent(sent: bytes, version_id: uuid.UUID) -> bytes | None:
    """What a returned amendment does on a version, as it was sent; nothing where it did not stand."""
    kept = msgspec.json.decode(sent, type=Sent)
    if kept.version_id == version_id:
        return kept.operations
    anchor = kept.anchor
    return anchor.operations if anchor is not None and anchor.version_id == version_id else None
