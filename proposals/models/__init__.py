"""The tables of ideas, their review, projects, and the works that come of them."""

from proposals.models.advice import Advice, AdviceAnswer
from proposals.models.authors import CoAuthor, Invitation
from proposals.models.debates import ProjectDebate
from proposals.models.ideas import (
    Attachment,
    ClockPause,
    Contestation,
    CostLine,
    Department,
    DepartmentMember,
    Idea,
    IdeaEvent,
    IdeaNote,
    OfficerConflict,
    Photo,
    PreparedVerdict,
    Project,
    Reason,
    Reminder,
    ReviewRules,
    Support,
    Verdict,
)
from proposals.models.intake import Intake, Paper
from proposals.models.tellings import Telling
from proposals.models.works import BuiltReply, Milestone, Opinion, Spending, WorksCharge, WorksPhoto

__all__ = [
    "Advice",
    "AdviceAnswer",
    "Attachment",
    "BuiltReply",
    "ClockPause",
    "CoAuthor",
    "Contestation",
    "CostLine",
    "Department",
    "DepartmentMember",
    "Idea",
    "IdeaEvent",
    "IdeaNote",
    "Intake",
    "Invitation",
    "Milestone",
    "OfficerConflict",
    "Opinion",
    "Paper",
    "Photo",
    "PreparedVerdict",
    "Project",
    "ProjectDebate",
    "Reason",
    "Reminder",
    "ReviewRules",
    "Spending",
    "Support",
    "Telling",
    "Verdict",
    "WorksCharge",
    "WorksPhoto",
]
