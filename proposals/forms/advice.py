"""What officials type when another department is asked about an idea."""

from typing import Annotated

import msgspec

from app.kit.i18n import N_
from proposals.states import MAX_ADVICE_DAYS


class AskAdviceForm(msgspec.Struct, frozen=True):
    """What departments are asked, and how long they have. Which ones are ticked is read beside it."""

    question: Annotated[
        str, msgspec.Meta(min_length=10, max_length=2000, extra={"missing": N_("Write the question")})
    ]
    days: Annotated[
        int,
        msgspec.Meta(
            ge=1, le=MAX_ADVICE_DAYS, extra={"missing": N_("Enter how many working days they have")}
        ),
    ]


class AdviceAnswerForm(msgspec.Struct, frozen=True):
    """A department's answer; `seen`: how many versions of it whoever answers has read."""

    answer: Annotated[
        str, msgspec.Meta(min_length=10, max_length=4000, extra={"missing": N_("Write the answer")})
    ]
    seen: int = 0


class WithdrawAdviceForm(msgspec.Struct, frozen=True):
    """Why a question to a department is taken back."""

    why: Annotated[
        str,
        msgspec.Meta(
            min_length=10, max_length=1000, extra={"missing": N_("Say why the question is taken back")}
        ),
    ]
