"""What can be done with ideas and projects, one function a use case."""

from proposals.service.projects import (
    SUBJECT,
    create_project,
    put_to_vote,
    record_outcome,
)

__all__ = [
    "SUBJECT",
    "create_project",
    "put_to_vote",
    "record_outcome",
]
