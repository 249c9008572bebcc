"""The tables of field consultations: the programme with its history, who comes, what is said afterwards."""

from consultations.models.coming import Registration
from consultations.models.minutes import ConsultationPhoto, Minutes, MinutesDraft, MinutesReminder
from consultations.models.programme import Change, Consultation, Host, Season, Venue

APPEND_ONLY = (Change.__tablename__, Minutes.__tablename__)

__all__ = [
    "APPEND_ONLY",
    "Change",
    "Consultation",
    "ConsultationPhoto",
    "Host",
    "Minutes",
    "MinutesDraft",
    "MinutesReminder",
    "Registration",
    "Season",
    "Venue",
]
