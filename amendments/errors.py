"""What can be refused about acts, amendments and answers."""

from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import N_


class ActNotFound(NotFound):
    default = N_("There is no such draft decision.")


class ActIncomplete(Conflict):
    default = N_(
        "The draft decision is not complete: it needs its text and the paper that says why it is proposed."
    )


class AmendmentNotFound(NotFound):
    default = N_("There is no such amendment.")


class TextRefused(Invalid):
    """The engine refuses an operation or a text; `reason` is its word for it (amendments/text/refused.py)."""

    default = N_("This change cannot be made to the text. Look at it again.")

    def __init__(self, reason: str, /, **facts: object) -> None:
        super().__init__(TEXT_WORDS.get(reason), **facts)
        self.reason = reason


TEXT_WORDS = {
    "text_moved_on": N_(
        "The text has changed since you wrote this. Make your change again on the new text; your reason "
        "is kept."
    ),
    "changes_nothing": N_("You have not changed anything yet."),
    "several_paragraphs": N_("This is one paragraph. To add another, propose a new one after it."),
    "emptied": N_("The text is empty. To take it out, propose to delete it."),
    "twice": N_("Your amendment proposes this already."),
    "contradiction": N_(
        "This contradicts another change of your amendment. Change that one first, or leave it out."
    ),
    "kept_and_out": N_(
        "A part is worded otherwise and taken out at the same time. Untick that it is taken out, or leave "
        "its words as they were."
    ),
    "too_long": N_("The text is too long."),
    "unit_too_long": N_("This part of the text is too long to be changed word by word."),
    "too_many_operations": N_("An amendment holds too many changes. Propose some of them apart."),
    "into_itself": N_("A part of the text cannot be moved into itself."),
    "slot_not_there": N_("The place for it is no longer there. Choose another."),
    "unfit": N_(
        "Such a part cannot stand in that place of the text: a table holds rows, a row holds cells, and "
        "points stand in articles and paragraphs. Choose another place."
    ),
    "nested_too_deep": N_("Too many enumerations would stand inside each other. Choose another place."),
    "no_place": N_("Choose where it should stand."),
    "several_parts": N_(
        "Write one part at a time, with what belongs below it: an article with its paragraphs, a paragraph "
        "with its letters."
    ),
    "other_columns": N_("The columns of the table have changed since. Write the row again."),
    "cell_alone": N_("A table keeps its columns: take out or move the whole row."),
    "no_words": N_("A table and its rows have no words of their own: change their cells."),
    "no_cells": N_("A new table has rows, and a new row has cells."),
    "whole_act": N_("The draft decision as a whole cannot be moved or deleted. Propose that it is rejected."),
}


class AnswerClashes(Conflict):
    """Two answers would put contradicting texts into the act; `numbers` are the other amendments'."""

    default = N_(
        "This contradicts what was accepted meanwhile: %(numbers)s. Read it, then accept one of them, reject "
        "the other or write a text that holds both."
    )


class AnswerOutdated(Conflict):
    """Somebody else has answered since the page was opened."""

    default = N_(
        "%(name)s has answered this amendment meanwhile. Read the answer before you do anything else."
    )


class PreparedChanged(Conflict):
    """The prepared answer is another one than the page showed, or is gone."""

    default = N_("The prepared answer to %(number)s is another one now. Read it again before it is given.")


class ActTextChanged(Conflict):
    """The draft's text was saved by somebody else since."""

    default = N_("Somebody has changed this text in the meantime. Your own is kept below: compare the two.")


class Unanswered(Conflict):
    """The next step waits for answers."""

    default = N_("Amendments without an answer: %(number)s. Nothing goes forward before each has one.")


class OrderNeeded(Conflict):
    """Accepted amendments meet at the same place, and somebody has to say which comes first."""

    default = N_("Some accepted amendments meet at the same place: say first in which order they stand.")


class TooEarly(Conflict):
    """The law asks for more time; the facts explain the term."""

    default = N_("This may not happen before %(from_on)s: %(source)s.")


class AlreadySupported(Conflict):
    default = N_("You stand behind this amendment already.")


class NotSupported(Conflict):
    default = N_("You do not stand behind this amendment.")


class YearNotFound(NotFound):
    default = N_("There is no report for that year.")


class YearlyIncomplete(Conflict):
    default = N_("Enter first every figure that the law asks for.")


class YearlyChanged(Conflict):
    default = N_("Somebody has changed or published this report in the meantime. Look at it again.")


# ── the council's vote ────────────────────────────────────────────────────────
class SittingNotFound(NotFound):
    default = N_("No sitting is called for this draft decision.")


class SittingOpen(Conflict):
    default = N_("A sitting is called for this draft decision already.")


class NotOnFinalText(Conflict):
    """An amendment that cannot be taken over: its words are gone, or it is in the text."""

    default = N_(
        "This amendment cannot be put to the vote as it was written: the text has changed, or it is in it."
    )


class NoQuorum(Conflict):
    """Too few councillors are there."""

    default = N_("Without a quorum nothing is voted: %(present)s are there, %(needed)s have to be.")


class VoteEntered(Conflict):
    """Somebody else has entered this vote since the page was opened."""

    default = N_("%(name)s has entered this vote meanwhile. Look at it before you do anything else.")


class NotItsTurn(Conflict):
    default = N_("This is not what is voted now. Look at the order of voting.")


class VotesMissing(Conflict):
    default = N_("Something still waits for its vote.")


class NumberTaken(Conflict):
    default = N_("Decision %(number)s is another one already.")


class PaperNotFound(NotFound):
    default = N_("There is no such paper.")


class DebateNotFound(NotFound):
    default = N_("There is no such public debate.")


class DebateOpen(Conflict):
    default = N_("A public debate is called already, or its minutes are not published yet.")


class DebateNotHeld(Conflict):
    default = N_("A public debate is called. Hold it, or call it off, before the text goes to the council.")


class SaidUnregistered(Conflict):
    """What was recommended at a public debate waits to be registered, and so for its answer."""

    default = N_(
        "Recommendations of the public debate that are not registered as amendments: %(number)s. Register "
        "each, so that it gets its answer."
    )


class DebateOwed(Conflict):
    """A public debate was asked for in writing, and none was held since."""

    default = N_(
        "A public debate was asked for and has not been held (%(source)s). Call it; or write, in public, why "
        "none is held."
    )


class MinutesOwed(Conflict):
    """A public debate was held; its minutes are not public."""

    default = N_(
        "The minutes of the public debate are published first (%(source)s; a jurist is to confirm it)."
    )


class DebateChanged(Conflict):
    """What is written down of a meeting was saved by somebody else since."""

    default = N_("A colleague has written this in the meantime. Your own words are kept: compare the two.")


class StillToSpeak(Conflict):
    default = N_("Registered speakers who have not had the word: %(number)s. Mark each of them first.")
