"""What officials type of who answers for the works on a project."""

import uuid
from typing import Annotated

import msgspec

from app.kit.i18n import N_


class HandoverForm(msgspec.Struct, frozen=True):
    """Who gets the works, and why."""

    department: Annotated[uuid.UUID, msgspec.Meta(extra={"missing": N_("Choose a department")})]
    reason: Annotated[
        str,
        msgspec.Meta(
            min_length=10, max_length=1000, extra={"missing": N_("Say why; the reason is published")}
        ),
    ]
    officer: uuid.UUID | None = None
