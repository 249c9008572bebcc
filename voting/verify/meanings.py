"""What each check of a published election means, in plain words, in English and Romanian."""

from app.kit.terminal import Language

_MEANINGS: dict[str, tuple[str, str]] = {
    # the files
    "format": ("the file is of the kind that this program reads", "fișierul este de felul citit de program"),
    "canonical": (
        "the file is written in its one form, so its digest says what is in it",
        "fișierul este scris în forma lui unică, deci amprenta spune ce conține",
    ),
    "digest": (
        "the file is the one whose digest is in the register",
        "fișierul este cel a cărui amprentă stă în registru",
    ),
    "chain": (
        "no fact of the register was changed, left out or moved",
        "niciun fapt din registru nu a fost schimbat, scos sau mutat",
    ),
    "head": (
        "the register ends with the fact that you wrote down",
        "registrul se încheie cu faptul pe care l-ați notat",
    ),
    "papers_sorted": (
        "the papers stand in an order that tells nothing",
        "buletinele stau într-o ordine care nu spune nimic",
    ),
    # the rule
    "rule_known": ("the counting rule is a published one", "regula de numărare este una publicată"),
    "rule_version": (
        "the rule was counted by in the version that is published",
        "s-a numărat după versiunea publicată a regulii",
    ),
    "rule_parameters": (
        "the rule has the parameters that are published",
        "regula are parametrii publicați",
    ),
    "tie_seed": (
        "the lot's seed is the one that was sealed before the vote",
        "sămânța tragerii la sorți este cea sigilată înainte de vot",
    ),
    # the box
    "box_absent": (
        "the file holds no box of its own",
        "fișierul nu are o urnă a lui",
    ),
    "box_chain": (
        "no ballot was changed, taken out or moved since it was cast",
        "niciun buletin nu a fost schimbat, scos sau mutat de când a fost depus",
    ),
    "codes_of_box": (
        "the verification codes are those of the box",
        "codurile de verificare sunt cele din urnă",
    ),
    "ballots_in_box": (
        "as many ballots were counted as count in the box",
        "s-au numărat atâtea buletine câte contează în urnă",
    ),
    "ballots_on_board": (
        "as many ballots were counted as have a code that counts",
        "s-au numărat atâtea buletine câte coduri contează",
    ),
    # what was voted on paper
    "paper_absent": ("nothing was voted on paper", "nu s-a votat pe hârtie"),
    "paper_digest": (
        "papers and protocols are those whose digest is stated",
        "buletinele și procesele-verbale sunt cele cu amprenta scrisă",
    ),
    "paper_sorted": (
        "the papers of all polling places stand in an order that tells nothing",
        "buletinele tuturor secțiilor stau într-o ordine care nu spune nimic",
    ),
    "paper_included": ("every paper was counted", "fiecare buletin de hârtie a fost numărat"),
    "paper_electronic": (
        "papers and electronic ballots together are all that was counted",
        "buletinele de hârtie și cele electronice sunt împreună tot ce s-a numărat",
    ),
    "paper_in_boxes": (
        "there are as many papers as were in the boxes, spoiled ones included",
        "sunt atâtea buletine câte au fost în urne, cu tot cu cele nule",
    ),
    "paper_blank": (
        "there are as many blank papers as the protocols say",
        "sunt atâtea buletine albe câte spun procesele-verbale",
    ),
    "paper_protocols": (
        "no protocol has more blank and spoiled papers than were in its box",
        "niciun proces-verbal nu are mai multe buletine albe și nule decât au fost în urnă",
    ),
    "paper_explained": (
        "where papers are missing or too many, the protocol explains it",
        "unde lipsesc sau sunt în plus buletine, procesul-verbal explică",
    ),
    "paper_signed": (
        "two officials signed each protocol",
        "fiecare proces-verbal este semnat de doi funcționari",
    ),
    # a record beside the register
    "register_chain": (
        "no fact of the register was changed, left out or moved",
        "niciun fapt din registru nu a fost schimbat, scos sau mutat",
    ),
    "register_record": (
        "the record is the one that the register holds",
        "dosarul este cel din registru",
    ),
    "register_archive": (
        "the archive is the one that the register holds, up to the opening",
        "arhiva este cea din registru, până la deschidere",
    ),
    "register_paper": (
        "the papers are those that the register holds",
        "buletinele de hârtie sunt cele din registru",
    ),
    "register_order": (
        "the papers were fixed before anything was counted or opened",
        "buletinele de hârtie au fost fixate înainte de numărare și de deschidere",
    ),
    # a record beside the archive of a sealed vote
    "record_sealed": (
        "the record is of a vote whose ballots were sealed",
        "dosarul este al unui vot cu buletine sigilate",
    ),
    "contest_bound": (
        "options, costs, rule and ties are what every sealed ballot signed",
        "opțiunile, costurile, regula și egalitățile sunt cele semnate de fiecare buletin sigilat",
    ),
    "board_end": (
        "record and archive end the ballots at the same event",
        "dosarul și arhiva încheie buletinele la același eveniment",
    ),
    "codes_of_board": (
        "the verification codes are those of the archive's ballots",
        "codurile de verificare sunt cele ale buletinelor din arhivă",
    ),
    "options_sealed": (
        "record and archive have as many options",
        "dosarul și arhiva au la fel de multe opțiuni",
    ),
    "papers_opened": (
        "what was counted is exactly what the trustees opened",
        "s-a numărat exact ce au deschis custozii",
    ),
    # the count
    "papers_counted": (
        "the result is of as many papers as there are",
        "rezultatul este al tuturor buletinelor",
    ),
    "nothing_dropped": (
        "counted, blank and rejected papers are all papers together",
        "buletinele numărate, albe și respinse sunt împreună toate buletinele",
    ),
    "input_digest": (
        "the result is of these very papers",
        "rezultatul este chiar al acestor buletine",
    ),
    "result_rule": ("the result is by the rule of the vote", "rezultatul este după regula votului"),
    "recount": ("the papers can be counted again", "buletinele pot fi numărate din nou"),
    "winners": (
        "counted again, the same ones win, in the same order",
        "la renumărare câștigă aceleași opțiuni, în aceeași ordine",
    ),
    "result": (
        "counted again, this part of the result is the same",
        "la renumărare, această parte a rezultatului este aceeași",
    ),
    # what a .pb file states
    "num_projects": ("the file has as many projects as it says", "fișierul are câte proiecte spune"),
    "num_votes": ("the file has as many votes as it says", "fișierul are câte voturi spune"),
    "votes": (
        "each project has the votes that the file says",
        "fiecare proiect are voturile spuse în fișier",
    ),
    "score": (
        "each project has the score that the file says",
        "fiecare proiect are punctele spuse în fișier",
    ),
    "nothing_rejected": ("every vote of the file can be counted", "fiecare vot din fișier poate fi numărat"),
    "ties_settled": ("no tie is left open", "nicio egalitate nu rămâne nedecisă"),
    "selected": (
        "the rule chooses the projects that the file says",
        "regula alege proiectele spuse în fișier",
    ),
}


def meaning(language: Language, name: str) -> str:
    """What a check means; nothing for one that has no words (a rule's own refusal says itself)."""
    words = _MEANINGS.get(name) or _MEANINGS.get(name.partition(".")[0])
    return words[language == "ro"] if words else ""


def has_meaning(name: str) -> bool:
    """Whether there are words for a check."""
    return bool(meaning("en", name))
