"""What can be done with ideas and projects, one function a use case."""

from proposals.service.days_off import MovedIdea, list_moved_ideas, move_deadlines
from proposals.service.drafts import (
    StoredPhoto,
    add_photo,
    create_draft,
    delete_draft,
    describe_photos,
    fold_idea,
    move_photo,
    remove_photo,
    save_draft,
)
from proposals.service.projects import (
    SUBJECT,
    create_project,
    put_to_vote,
    record_outcome,
)
from proposals.service.reasons import (
    ReasonText,
    add_reason,
    revise_reason,
)
from proposals.service.review import (
    add_note,
    answer_question,
    ask_author,
    assign_idea,
    resume_clock,
    resume_unanswered,
)
from proposals.service.settings import ReviewTerms, change_review_rules, read_terms
from proposals.service.submit import (
    MIN_BODY,
    SERIES,
    carry_support,
    find_missing,
    is_submission_open,
    submit_idea,
    support_idea,
    withdraw_idea,
    withdraw_support,
)
from proposals.service.verdicts import (
    FORWARD_GROUND,
    Ruling,
    can_receive,
    judge_idea,
)

__all__ = [
    "FORWARD_GROUND",
    "MIN_BODY",
    "SERIES",
    "SUBJECT",
    "MovedIdea",
    "ReasonText",
    "ReviewTerms",
    "Ruling",
    "StoredPhoto",
    "add_note",
    "add_photo",
    "add_reason",
    "answer_question",
    "ask_author",
    "assign_idea",
    "can_receive",
    "carry_support",
    "change_review_rules",
    "create_draft",
    "create_project",
    "delete_draft",
    "describe_photos",
    "find_missing",
    "fold_idea",
    "is_submission_open",
    "judge_idea",
    "list_moved_ideas",
    "move_deadlines",
    "move_photo",
    "put_to_vote",
    "read_terms",
    "record_outcome",
    "remove_photo",
    "resume_clock",
    "resume_unanswered",
    "revise_reason",
    "save_draft",
    "submit_idea",
    "support_idea",
    "withdraw_idea",
    "withdraw_support",
]
