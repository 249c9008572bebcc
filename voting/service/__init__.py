"""What can be done with polls: prepare and announce, cast and replace, confirm, close and count."""

from voting.service.prepare import OptionDraft, announce_poll, prepare_poll

__all__ = ["OptionDraft", "announce_poll", "prepare_poll"]
