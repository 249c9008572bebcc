"""The small town of the proposals, whose people also come to field consultations."""

from tests.proposals.conftest import town

__all__ = ["town"]
