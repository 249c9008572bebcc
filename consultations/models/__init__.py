"""The tables of field consultations: the programme with its history, who comes, who was there, questions,
what was promised, what is said afterwards.
"""

from consultations.models.coming import Registration
from consultations.models.commitments import Commitment, CommitmentEntry, CommitmentPhoto
from consultations.models.coverage import Street
from consultations.models.door import DoorEvent, WalkIn
from consultations.models.minutes import ConsultationPhoto, Minutes, MinutesDraft, MinutesReminder
from consultations.models.programme import Change, Consultation, Host, Season, Venue
from consultations.models.questions import (
    Answer,
    AnsweredQuestion,
    Question,
    QuestionGroup,
    QuestionSupport,
    RaisedIdea,
    TermReminder,
)
from consultations.models.satisfaction import Opinion, OpinionsAsked

APPEND_ONLY = (
    Change.__tablename__,
    Minutes.__tablename__,
    Answer.__tablename__,
    AnsweredQuestion.__tablename__,
    CommitmentEntry.__tablename__,
    DoorEvent.__tablename__,
)

__all__ = [
    "APPEND_ONLY",
    "Answer",
    "AnsweredQuestion",
    "Change",
    "Commitment",
    "CommitmentEntry",
    "CommitmentPhoto",
    "Consultation",
    "ConsultationPhoto",
    "DoorEvent",
    "Host",
    "Minutes",
    "MinutesDraft",
    "MinutesReminder",
    "Opinion",
    "OpinionsAsked",
    "Question",
    "QuestionGroup",
    "QuestionSupport",
    "RaisedIdea",
    "Registration",
    "Season",
    "Street",
    "TermReminder",
    "Venue",
    "WalkIn",
]
