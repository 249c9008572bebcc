"""What the engine refuses, and why: one exception, whose reason is a word that stands for a text."""

from typing import Literal, get_args

Reason = Literal[
    # numbers and JSON
    "json_malformed",
    "json_not_canonical",
    "number_malformed",
    "number_too_large",
    "not_in_group",
    "identity_element",
    # the file
    "archive_cut",
    "archive_header",
    "member_name",
    "member_hash",
    "member_repeated",
    "member_too_large",
    "member_unused",
    "header_malformed",
    # the chain of events
    "event_parent",
    "event_height",
    "event_order",
    "payload_missing",
    # set-up
    "election_group",
    "election_version",
    "election_uuid",
    "election_questions",
    "election_key",
    "contest_differs",
    "trustees_empty",
    "trustee_proof",
    "trustee_key_repeated",
    "certificate_signature",
    "certificate_repeated",
    "coefficients_signature",
    "coefficients_count",
    "threshold_range",
    "verification_key",
    "credentials_empty",
    "credential_malformed",
    "credential_repeated",
    "credential_weight",
    # ballots
    "ballot_election",
    "ballot_credential",
    "ballot_hash",
    "ballot_signature",
    "ballot_answers",
    "ballot_proof",
    "ballot_copied",
    # the tally
    "tally_count",
    "tally_ciphertexts",
    "tally_empty",
    "shuffle_owner",
    "shuffle_size",
    "shuffle_proof",
    "shuffle_copied",
    "decryption_owner",
    "decryption_size",
    "decryption_proof",
    "decryption_missing",
    "result_size",
    "result_differs",
    # keys and messages between trustees, and what people type
    "key_malformed",
    "key_foreign",
    "key_locked",
    "message_malformed",
    "message_signature",
    "message_recipient",
    "secret_wrong",
    "code_malformed",
    "ranks_range",
]
"""Every reason; `REASONS` lists them."""

REASONS: tuple[str, ...] = get_args(Reason)


class Refused(ValueError):
    """Something does not hold. `reason` is one of REASONS; `facts` say where and what (never a secret)."""

    def __init__(self, reason: Reason, **facts: str | int) -> None:
        told = ", ".join(f"{name} {fact}" for name, fact in facts.items())
        super().__init__(f"{reason}: {told}" if told else reason)
        self.reason: Reason = reason
        self.facts = facts

    def __reduce__(self) -> tuple[object, ...]:
        """How another process hands it over."""
        return _again, (self.reason, self.facts)

    def at(self, **facts: str | int) -> "Refused":
        """The same refusal, said with where it happened."""
        return Refused(self.reason, **(facts | self.facts))


def _again(reason: Reason, facts: dict[str, str | int]) -> Refused:
    return Refused(reason, **facts)
