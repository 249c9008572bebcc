"""What can be refused around a vote."""

from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.i18n import N_


class PollNotFound(NotFound):
    """No such poll, or not for these eyes yet."""

    default = N_("We cannot find this vote.")


class PollNotOpen(Conflict):
    """No ballots now; the message says why."""

    default = N_("Ballots are not accepted now.")


class AlreadyVoted(Conflict):
    """This resident's ballot is in the box; another one takes the replacement key of its receipt."""

    default = N_(
        "You have already voted, and your vote counts. To replace it you need the replacement key "
        "that was shown with your verification code."
    )


class WrongKey(Invalid):
    """What was typed is no replacement key of a ballot in this box."""

    default = N_(
        "This is not the replacement key of a vote in this ballot box. Check the letters and try again."
    )


class KeyUsed(Conflict):
    """The ballot of this key was replaced before; only the newest can be."""

    default = N_("The vote of this key was replaced already. Use the key from your newest receipt.")


class BallotRefused(Invalid):
    """The paper breaks a limit of the contest."""

    default = N_("This ballot cannot be accepted.")


class StaleReceipt(Invalid):
    """The receipt that came with the form is no receipt."""

    default = N_("The page was out of date. Check your vote once more and send it again.")


class AlreadyConfirmed(Conflict):
    """One person cannot be both confirmations."""

    default = N_("You have confirmed this already. The second confirmation must come from somebody else.")


class WrongDigest(Conflict):
    """What was confirmed is not what is there."""

    default = N_("What you confirmed is not what is there now. Look at the page again.")


class PollExists(Conflict):
    """One cycle has one vote at a time."""

    default = N_("This cycle has a vote already.")


class NothingToVoteOn(Conflict):
    """A vote needs options."""

    default = N_("There is no project to vote on.")


class SettingsUnsuitable(Conflict):
    """What was chosen for a vote no longer fits what is put to it."""

    default = N_("The counting rule does not fit this vote. Choose again how the vote is counted.")


class GroupsOutdated(Conflict):
    """Projects that exclude each other are named by number, and the list has no such number."""

    default = N_(
        "Among the projects that exclude each other are some that are not on the list: %(numbers)s. Correct "
        "the groups where it is chosen how the vote is counted."
    )


class AlreadyFrozen(Conflict):
    """What was announced stays as it is."""

    default = N_("This vote has been announced: how it is counted no longer changes.")


class NotAnElectionOfficer(Forbidden):
    """The officer's pages are theirs alone."""

    default = N_("This page is for election officers.")


class VoteHasEnded(Conflict):
    """Its box was frozen; its dates stay what they were."""

    default = N_("The vote has ended. Nobody may open it again.")


# ── paper ─────────────────────────────────────────────────────────────────────
class PlaceNotFound(NotFound):
    """No such polling place."""

    default = N_("We cannot find this polling place.")


class PlaceNumberTaken(Conflict):
    """Two places have the same number."""

    default = N_("There is a polling place with this number already.")


class PaperGiven(Conflict):
    """Somebody who was given a paper votes on paper."""

    default = N_(
        "You were given a paper ballot at polling place %(number)s, %(name)s. Your vote is the one on paper, "
        "and it cannot be sent here as well. If you were given none, call us at once."
    )


class NoPaperGiven(Conflict):
    """There is nothing to undo."""

    default = N_("No paper of this polling place is marked as given to this person.")


class NothingAssisted(Conflict):
    """The number is at zero."""

    default = N_("Nobody is noted as helped here.")


class NoSuchSheet(Invalid):
    """A number beyond the papers that were in the box."""

    default = N_("The papers of this place are numbered from 1 to %(last)s.")


class SheetsMissing(Conflict):
    """A reading is finished when every sheet is in it."""

    default = N_("These papers are not entered yet: %(sheets)s.")


class ReadingBegun(Conflict):
    """The number of papers in the box stays while they are being entered."""

    default = N_(
        "Papers of this place have been entered: how many there are stays, unless their entries are given up "
        "first."
    )


class NoReading(Conflict):
    """Nobody enters papers in that row."""

    default = N_("Nobody is entering papers here.")


class NothingToDecide(Conflict):
    """The two clerks agree on this sheet."""

    default = N_("The two clerks agree on this paper: there is nothing to decide.")


class PapersDiffer(Conflict):
    """Settled papers are not those whose digest was confirmed: nothing is counted."""

    default = N_("The papers are not the ones that were signed.")


# ── sealed votes ──────────────────────────────────────────────────────────────
SEAL_WORDS = {
    "json_malformed": N_("This is not the file or text that is expected here."),
    "json_not_canonical": N_("The text was changed on its way. Send the file as the program made it."),
    "trustee_proof": N_("The key does not prove that its holder knows the private half."),
    "trustee_key_repeated": N_("This key is another trustee's already. Every trustee makes their own."),
    "certificate_signature": N_("The certificate is not signed by its own key."),
    "certificate_repeated": N_(
        "This certificate is another trustee's already. Every trustee makes their own."
    ),
    "coefficients_signature": N_("The polynomial is not signed by the certificate of this trustee."),
    "coefficients_count": N_("The polynomial is for another number of trustees or another threshold."),
    "verification_key": N_("The share does not fit what the trustees have sent each other."),
    "credential_malformed": N_("The file holds something that is not a credential."),
    "credential_repeated": N_("The file holds a credential twice."),
    "credential_weight": N_("The file gives somebody more than one vote."),
    "code_malformed": N_(
        "The secret code is not written right. It has 15 letters and digits; look at upper and lower case."
    ),
    "ballot_election": N_("The ballot was sealed for another vote."),
    "ballot_hash": N_("The ballot was changed after it was sealed. Seal your vote again and send it."),
    "ballot_proof": N_("The ballot's proof does not hold. Seal your vote again and send it."),
    "ballot_signature": N_(
        "The ballot is not signed with the code it names. Seal your vote again and send it."
    ),
    "shuffle_copied": N_("A ballot was passed on unchanged: it has to be mixed."),
    "shuffle_size": N_(
        "There are not as many ballots as on the board. Download the archive again and mix it."
    ),
    "shuffle_proof": N_(
        "The mixing does not prove itself for the board as it is now. If somebody else has mixed meanwhile, "
        "download the archive again and mix that."
    ),
    "decryption_size": N_("There are not as many ballots as on the board. Download the archive again."),
    "decryption_proof": N_("The opening does not prove that it was made with your key from these ballots."),
    "member_too_large": N_("This is too large."),
}
"""What a refusal of the engine means for whoever sent it; its other words get the sentence for all."""


class SealRefused(Invalid):
    """What was delivered does not hold; `reason` is the engine's word for it (voting/sealing/refused.py)."""

    default = N_("What was sent does not hold. Make it again with the program, from the files offered here.")

    def __init__(self, reason: str) -> None:
        super().__init__(SEAL_WORDS.get(reason))
        self.reason = reason


class CredentialUnknown(Invalid):
    """A ballot of a code that is not on the roll."""

    default = N_("This code is not on the roll of this vote. Check the code in your letter or message.")


class CredentialTaken(Conflict):
    """Somebody else has voted with this code."""

    default = N_(
        "Somebody else has voted with this code. Nobody may vote with another person's code. "
        "If it is yours, call us."
    )


class OtherCredential(Conflict):
    """This person has voted with another code."""

    default = N_("You have voted with another code before. Use your own code, the same one each time.")


class BallotCopied(Conflict):
    """The ciphertext of this ballot is on the board."""

    default = N_("This very ballot is on the board already. Seal your vote again and send it.")


class CodeTaken(Conflict):
    """Another ballot on the board has the check code that this one would get: one in 2^60, or made so."""

    default = N_(
        "By chance another ballot has the verification code that this one would get. Seal your vote again "
        "and send it: it gets another code."
    )


class TrusteesWrong(Invalid):
    """The names or the threshold do not make a set of trustees."""

    default = N_("Name at least two trustees, each with another name, and how many of them open together.")


class TrusteesNamed(Conflict):
    """Somebody named them while this officer looked at the form, or the form was sent twice."""

    default = N_(
        "The trustees were named a moment ago, perhaps by a second click. Look at the page of the sealed "
        "vote: there each of them can be given a new secret address."
    )


class RollEmpty(Conflict):
    """Nobody could vote."""

    default = N_("Nobody's residence is verified: the roll would be empty.")


class RollDiffers(Invalid):
    """The registrar's credentials are not as many as the people on the roll."""

    default = N_("The file has %(found)s credentials; the roll has %(wanted)s people.")
