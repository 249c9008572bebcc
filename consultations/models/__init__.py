"""The tables of field consultations: the programme with its history, and who comes."""

from consultations.models.coming import Registration
from consultations.models.programme import Change, Consultation, Host, Season, Venue

APPEND_ONLY = (Change.__tablename__,)

__all__ = ["APPEND_ONLY", "Change", "Consultation", "Host", "Registration", "Season", "Venue"]
