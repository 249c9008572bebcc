"""The tables of acts: their versions and procedure, the amendments to them, and the council's vote."""

from amendments.models.acts import (
    Act,
    ActEvent,
    ActPaper,
    ActSubscription,
    ActVersion,
    AmendmentAnchor,
    AmendmentConflict,
    AmendmentEvent,
    AmendmentPlace,
    AmendmentRow,
    AmendmentSupport,
    Answer,
    CorrectionRow,
    PreparedAnswer,
    RulingRow,
    VersionFile,
)
from amendments.models.debates import (
    Debate,
    DebateMinutes,
    DebateRecommendation,
    DebateRequest,
    DebateSpeaker,
)
from amendments.models.sitting import Councillor, CouncilOrder, CouncilVote, Sitting, TakeOver
from amendments.models.yearly import YearlyEntry, YearlyReport

APPEND_ONLY = (
    "act_versions",
    "act_version_files",
    "act_events",
    "amendment_events",
    "amendment_answers",
    "amendment_rulings",
    "amendment_take_overs",
    "council_votes",
    "council_orders",
    "yearly_entries",
    "yearly_reports",
    "debate_minutes",
)
"""Tables on which the database refuses UPDATE and DELETE."""

__all__ = [
    "APPEND_ONLY",
    "Act",
    "ActEvent",
    "ActPaper",
    "ActSubscription",
    "ActVersion",
    "AmendmentAnchor",
    "AmendmentConflict",
    "AmendmentEvent",
    "AmendmentPlace",
    "AmendmentRow",
    "AmendmentSupport",
    "Answer",
    "CorrectionRow",
    "CouncilOrder",
    "CouncilVote",
    "Councillor",
    "Debate",
    "DebateMinutes",
    "DebateRecommendation",
    "DebateRequest",
    "DebateSpeaker",
    "PreparedAnswer",
    "RulingRow",
    "Sitting",
    "TakeOver",
    "VersionFile",
    "YearlyEntry",
    "YearlyReport",
]
