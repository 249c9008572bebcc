"""What is typed of questions and of what is promised."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from app.kit.i18n import N_
from app.kit.images import StoredPhoto
from consultations.forms import Words
from consultations.rules.questions import AnswerKind, How
from consultations.service.answers import Reply
from consultations.service.commitments import Evidence, Promise
from consultations.service.questions import Spoken


class AskForm(msgspec.Struct, frozen=True, kw_only=True):
    """A question; how long it may be is asked by the service."""

    text: Annotated[str, msgspec.Meta(max_length=4000, extra={"missing": N_("Write your question")})]


class SpokenForm(AskForm, frozen=True, kw_only=True):
    """A question that somebody else asks, on paper or by voice."""

    how: Annotated[str, msgspec.Meta(pattern="^(paper|voice)$")] = "voice"
    name: Annotated[str, msgspec.Meta(max_length=120)] = ""
    phone: Annotated[str, msgspec.Meta(max_length=30, pattern=r"^[+0-9 ().-]*$")] = ""
    email: Annotated[str, msgspec.Meta(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = None

    def read_spoken(self, locale: str) -> Spoken:
        """As the service takes it. `locale`: in which messages are written."""
        return Spoken(
            text=self.text,
            how=How(self.how),
            name=self.name,
            phone=self.phone,
            email=self.email or "",
            locale=locale,
        )


class AnswerForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered; `seen`: how many answers the form showed."""

    kind: Annotated[
        str,
        msgspec.Meta(
            pattern="^(spoken|written|deferred)$", extra={"missing": N_("Choose what became of the question")}
        ),
    ]
    text: Annotated[str, msgspec.Meta(max_length=4000, extra={"missing": N_("Write the answer")})]
    due_on: date | None = None
    whole_group: bool = False
    seen: Annotated[int, msgspec.Meta(ge=0)] = 0

    def read_reply(self) -> Reply:
        """As the service takes it."""
        kind = AnswerKind(self.kind)
        return Reply(kind=kind, text=self.text, due_on=self.due_on if kind is AnswerKind.DEFERRED else None)


# ── the door ──────────────────────────────────────────────────────────────────
class PromiseForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is promised, by whom and by when; `seen`: how much had happened, as the form showed it."""

    what: Annotated[str, msgspec.Meta(max_length=300, extra={"missing": N_("Write what is promised")})]
    due_on: Annotated[date, msgspec.Meta(extra={"missing": N_("Write by when it will be done")})]
    host_id: UUID | None = None
    department_id: UUID | None = None
    whole_group: bool = False
    reason: Words = ""
    seen: Annotated[int, msgspec.Meta(ge=0)] = 0

    def read_promise(self) -> Promise:
        """As the service takes it."""
        return Promise(
            what=self.what, due_on=self.due_on, host_id=self.host_id, department_id=self.department_id
        )


class WhyForm(msgspec.Struct, frozen=True, kw_only=True):
    """Why a photo is no longer shown."""

    why: Words = ""


class EvidenceForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a commitment, with what shows it; a photo comes beside it."""

    kind: Annotated[
        str,
        msgspec.Meta(
            pattern="^(reported|done|reopened|withdrawn)$", extra={"missing": N_("Choose what you report")}
        ),
    ]
    text: Annotated[str, msgspec.Meta(max_length=4000, extra={"missing": N_("Say what was done, or why")})]
    link: Annotated[str, msgspec.Meta(max_length=500)] = ""
    alt: Annotated[str, msgspec.Meta(max_length=250)] = ""
    seen: Annotated[int, msgspec.Meta(ge=0)] = 0

    def read_evidence(self, photo: StoredPhoto | None) -> Evidence:
        """As the service takes it."""
        return Evidence(text=self.text, link=self.link, photo=photo, alt=self.alt)


# ── coming ────────────────────────────────────────────────────────────────────
