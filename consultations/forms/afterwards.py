"""What is typed afterwards: minutes, photographs, opinions."""

from typing import Annotated

import msgspec

from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.forms import TOO_LONG, Form, whole_number
from app.kit.i18n import N_
from consultations.forms import Words
from consultations.rules.minutes import MOST_PEOPLE, MOST_TOPICS, MinutesText, MinutesTopic
from consultations.service import Answers

LONGEST_WORDS = {
    "officials": 2000,
    "next_steps": 4000,
    "recording": 500,
    "captions": 500,
    "transcript": 40_000,
}


class TypedTopic(msgspec.Struct, frozen=True):
    """A topic of the minutes as it stands in the form."""

    title: str = ""
    said: str = ""
    answers: str = ""


class MinutesForm(msgspec.Struct, frozen=True, kw_only=True):
    """The minutes as they stand in the form, whatever is missing or wrong."""

    attendance: str = ""
    officials: str = ""
    topics: tuple[TypedTopic, ...] = ()
    next_steps: str = ""
    recording: str = ""
    captions: str = ""
    transcript: str = ""

    def read_text(self) -> MinutesText:
        """As the service takes it; what is missing may be missing. Raises: FormErrors."""
        wrong: dict[str, DomainError] = {}
        attendance = whole_number(self.attendance)
        if self.attendance and (str(attendance) != self.attendance or attendance > MOST_PEOPLE):
            wrong["attendance"] = Invalid(N_("Write a number of people, up to %(most)s."), most=MOST_PEOPLE)
        typed = {name: (getattr(self, name), limit) for name, limit in LONGEST_WORDS.items()}
        for place, topic in enumerate(self.topics, start=1):
            typed[f"topic-{place}-title"] = (topic.title, 150)
            typed[f"topic-{place}-said"] = (topic.said, 6000)
            typed[f"topic-{place}-answers"] = (topic.answers, 6000)
        for name, (value, limit) in typed.items():
            if len(value) > limit:
                wrong[name] = Invalid(TOO_LONG, limit=limit)
        if wrong:
            raise FormErrors(wrong)
        return MinutesText(
            attendance=attendance if self.attendance else None,
            officials=self.officials,
            topics=tuple(
                MinutesTopic(title=one.title, said=one.said, answers=one.answers) for one in self.topics
            ),
            next_steps=self.next_steps,
            recording=self.recording,
            captions=self.captions,
            transcript=self.transcript,
        )


def type_minutes(form: Form) -> MinutesForm:
    """The minutes as they were typed; topics of which nothing was written fall out."""
    topics = (
        TypedTopic(*(form.get(f"topic-{place}-{part}") for part in ("title", "said", "answers")))
        for place in range(1, MOST_TOPICS + 1)
    )
    typed = {name: form.get(name) for name in ("attendance", *LONGEST_WORDS)}
    return MinutesForm(topics=tuple(one for one in topics if one != TypedTopic()), **typed)


def show_minutes(text: MinutesText) -> MinutesForm:
    """What was saved, as it stands in the form."""
    return MinutesForm(
        attendance="" if text.attendance is None else str(text.attendance),
        officials=text.officials,
        topics=tuple(TypedTopic(one.title, one.said, one.answers) for one in text.topics),
        next_steps=text.next_steps,
        recording=text.recording,
        captions=text.captions,
        transcript=text.transcript,
    )


class PhotographForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is on a photograph."""

    alt: Annotated[
        str,
        msgspec.Meta(
            min_length=10,
            max_length=250,
            extra={"missing": N_("Say what the photograph shows, for people who cannot see it.")},
        ),
    ]


class WithdrawalForm(msgspec.Struct, frozen=True, kw_only=True):
    """Why a photograph is no longer shown."""

    why: Annotated[
        str, msgspec.Meta(min_length=10, max_length=500, extra={"missing": N_("Say why. It is public.")})
    ]


Point = Annotated[int, msgspec.Meta(ge=1, le=5, extra={"missing": N_("Choose a point from 1 to 5")})]


class OpinionForm(msgspec.Struct, frozen=True, kw_only=True):
    """How it was."""

    heard: Point
    answered: Point
    place: Point
    comment: Words = ""

    def read_answers(self) -> Answers:
        """As the service takes it."""
        return Answers(heard=self.heard, answered=self.answered, place=self.place, comment=self.comment)
