"""What people type: a comment, a report, a decision, an appeal."""

from typing import Annotated, Literal

import msgspec

from app.kit.i18n import N_
from discussions.states import Ground

MAX_BODY = 3_000


class CommentForm(msgspec.Struct, frozen=True):
    """A comment or a reply."""

    body: Annotated[str, msgspec.Meta(max_length=MAX_BODY, extra={"missing": N_("Write your comment.")})]
    wants_mail: bool = False


class ReportForm(msgspec.Struct, frozen=True):
    """What is wrong with a comment."""

    ground: Annotated[Ground, msgspec.Meta(extra={"missing": N_("Choose what is wrong with it.")})]
    text: Annotated[str, msgspec.Meta(max_length=1_000)] = ""


class HideForm(msgspec.Struct, frozen=True):
    """Why a comment is hidden."""

    ground: Annotated[Ground, msgspec.Meta(extra={"missing": N_("Choose what is wrong with it.")})]
    reason: Annotated[
        str, msgspec.Meta(max_length=2_000, extra={"missing": N_("Write the reason. It is public.")})
    ]


class KeepForm(msgspec.Struct, frozen=True):
    """Why a reported comment stays."""

    reason: Annotated[str, msgspec.Meta(max_length=2_000)] = ""


class AppealForm(msgspec.Struct, frozen=True):
    """Why what was hidden should be seen."""

    appeal: Annotated[
        str, msgspec.Meta(max_length=2_000, extra={"missing": N_("Say why it should be seen.")})
    ]


class AppealDecisionForm(msgspec.Struct, frozen=True):
    """What becomes of an appeal."""

    outcome: Annotated[
        Literal["restore", "uphold"], msgspec.Meta(extra={"missing": N_("Choose what becomes of it.")})
    ]
    reason: Annotated[
        str, msgspec.Meta(max_length=2_000, extra={"missing": N_("Write the reason. It is public.")})
    ]
