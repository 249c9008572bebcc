"""What the terminal says of a count, in English and Romanian. Plain words here, so that checking a count
needs nothing of the platform's pages.
"""

from app.kit.terminal import Language

_WORDS: dict[str, tuple[str, str]] = {
    # what was checked
    "check_ok": ("ok      {means} ({name})", "bine    {means} ({name})"),
    "check_differs": (
        "DIFFERS {name}: expected {expected}, found {actual}; it should be so that {means}",
        "DIFERĂ  {name}: așteptat {expected}, găsit {actual}; ar trebui ca {means}",
    ),
    "digest": ("digest  {digest}", "amprenta {digest}"),
    "holds": ("everything holds", "totul este în regulă"),
    "differ": ("{failed} of {total} checks differ", "{failed} din {total} verificări diferă"),
    # headings
    "papers": ("papers", "buletine"),
    "counted": ("counted", "numărate"),
    "blank": ("blank", "albe"),
    "rejected": ("rejected", "respinse"),
    "seats": ("seats", "locuri"),
    "budget": ("budget", "buget"),
    "spent": ("spent", "cheltuit"),
    "quota": ("quota", "cota"),
    "parts": ("MONEY APART", "BANI PUȘI DEOPARTE"),
    "common": ("everything else", "restul"),
    "of": ("of", "din"),
    "version": ("version", "versiunea"),
    "note": ("note", "notă"),
    "winners": ("WINNERS", "CÂȘTIGĂTORI"),
    "nobody": ("nobody", "nimeni"),
    "steps": ("STEPS", "PAȘI"),
    "rounds": ("ROUNDS", "RUNDE"),
    "round": ("Round", "Runda"),
    "reasons": ("WHY", "DE CE"),
    "ties": ("TIES", "EGALITĂȚI"),
    "pairs": (
        "ONE AGAINST ONE (papers that put the row above the column)",
        "UNU LA UNU (buletine care pun rândul înaintea coloanei)",
    ),
    "rejections": ("REJECTED PAPERS", "BULETINE RESPINSE"),
    "exhausted": ("no further preference", "fără altă preferință"),
    "incomplete": (
        "NOT COMPLETE: a tie that matters waits for a decision (--ties)",
        "NEÎNCHEIATĂ: o egalitate care contează așteaptă o decizie (--ties)",
    ),
    "tie_settled": ("settled by {by}: {order}", "decisă prin {by}: {order}"),
    "tie_open": ("not settled", "nedecisă"),
    "tie_idle": ("changes nothing", "nu schimbă nimic"),
    "elected_now": ("elected", "ales"),
    "excluded_now": ("excluded", "eliminat"),
    # what could have been
    "near": ("HOW NEAR THE OTHERS CAME", "CÂT DE APROAPE AU FOST CELELALTE"),
    "lacked": ("lacked {amount}", "i-au lipsit {amount}"),
    "enough_cost": ("enough: a cost of {amount}", "ajungea: un cost de {amount}"),
    "enough_people": ("enough: {number} more for it", "ajungeau: încă {number} pentru el"),
    "nothing_found": ("nothing found", "nimic găsit"),
    "other_rules": ("OTHER RULES, SAME BALLOTS", "ALTE REGULI, ACELEAȘI BULETINE"),
    "also": ("also {names}", "și {names}"),
    "not_these": ("not {names}", "fără {names}"),
    "the_same": ("the same", "aceleași"),
    # what moved before a round
    "first": ("first preferences", "primele preferințe"),
    "surplus": ("surplus of {names}", "surplusul lui {names}"),
    "exclusion": ("papers of {names}", "buletinele lui {names}"),
    "transfer": ("votes nobody needs move on", "voturile de prisos trec mai departe"),
    "level": ("the next places count too", "contează și locurile următoare"),
    "last": ("as many seats as candidates are left", "au rămas atâtea locuri câți candidați"),
    # decisions
    "funded": ("funded", "finanțat"),
    "funded_in_part": ("funded in part", "finanțat în parte"),
    "funded_from_remainder": ("funded from the rest", "finanțat din rest"),
    "cost_exceeds_remaining": ("costs more than is left", "costă mai mult decât a rămas"),
    "below_threshold": ("below the threshold", "sub prag"),
    "after_stop": ("after the count stopped", "după oprirea numărătorii"),
    "excluded_by_group": ("excluded by a rival", "exclus de un rival"),
    "not_eligible": ("cannot win", "nu poate câștiga"),
    "tie_unresolved": ("tied, not decided", "la egalitate, nedecis"),
    "after_unresolved_tie": ("after a tie not decided", "după o egalitate nedecisă"),
    "supporters_short": ("its supporters had too little", "susținătorii aveau prea puțin"),
    "no_support": ("nobody supported it", "nesusținut"),
    "support_too_small": ("too little support", "prea puțină susținere"),
    "envelope_spent": ("its envelope is spent", "plicul său e cheltuit"),
    "elected": ("elected", "ales"),
    "elected_to_fill": ("elected to fill the seats", "ales pe locurile rămase"),
    "excluded": ("excluded", "eliminat"),
    "outranked": ("others stand higher", "alții stau mai sus"),
    "beaten": ("beaten one to one", "învins unu la unu"),
    # what cannot be done
    "cannot_count": ("cannot count: {why}", "nu se poate număra: {why}"),
    "cannot_read": ("cannot read {source}: {why}", "nu se poate citi {source}: {why}"),
    "no_file": (
        "name a file, or ask for the list of rules with --rules",
        "numește un fișier, sau cere lista regulilor cu --rules",
    ),
    "no_rule": (
        "the file does not say by which rule; name one with --rule (--rules lists them)",
        "fișierul nu spune după ce regulă; numește una cu --rule (--rules le arată)",
    ),
    "unknown_rule": (
        "there is no rule {rule}; --rules lists them",
        "nu există regula {rule}; --rules le arată",
    ),
    "refused_vote_type": (
        "the rule {rule} counts {needed} papers, these are {given} papers",
        "regula {rule} numără buletine {needed}, acestea sunt {given}",
    ),
    "refused_seats": (
        "the rule {rule} fills seats: say how many with --seats",
        "regula {rule} ocupă locuri: spune câte cu --seats",
    ),
    "refused_single_seat": (
        "the rule {rule} fills one seat, here are {seats}: see --seats",
        "regula {rule} ocupă un loc, aici sunt {seats}: vezi --seats",
    ),
    "refused_threshold": (
        "the rule {rule} needs a threshold (min_project_score_threshold), the contest has none",
        "regula {rule} are nevoie de un prag (min_project_score_threshold), aici nu e",
    ),
    "refused_budget": (
        "the rule {rule} funds projects from a budget, this contest fills seats",
        "regula {rule} finanțează proiecte dintr-un buget, aici se ocupă locuri",
    ),
    "refused_grades": (
        "the rule {rule} needs grades with names (a .cat file has them)",
        "regula {rule} are nevoie de calificative cu nume (un fișier .cat le are)",
    ),
    "refused_default_option": (
        "the rule {rule} needs a default option that can win: see --default",
        "regula {rule} are nevoie de o opțiune implicită care poate câștiga: vezi --default",
    ),
    "refused_envelopes": (
        "money of their own is for projects with costs",
        "banii puși deoparte sunt pentru proiecte cu costuri",
    ),
    "refused_envelopes_exceed": (
        "the money set apart is more than the budget",
        "banii puși deoparte depășesc bugetul",
    ),
    "refused_envelopes_overlap": (
        "an option or a ceiling belongs to more than one part of the money",
        "o opțiune sau un plafon ține de mai multe părți ale banilor",
    ),
    "refused_exclusive_apart": (
        "options that exclude each other are not paid from the same money: {options}",
        "opțiuni care se exclud nu sunt plătite din aceiași bani: {options}",
    ),
    "refused": ("the rule {rule} refuses it: {reason}", "regula {rule} o refuză: {reason}"),
    "no_option": ("there is no option {name}", "nu există opțiunea {name}"),
    "no_costs": ("the options of the file have no costs", "opțiunile din fișier nu au costuri"),
    "setting": ("{why}", "{why}"),
    "ties_file": ("{file}: {why}", "{file}: {why}"),
    "false_seed": (
        "the seed of the lot is not the one that was committed to",
        "sămânța tragerii la sorți nu este cea anunțată",
    ),
    "memory": ("it needs more memory than there is", "cere mai multă memorie decât este"),
    # the list of rules
    "projects": ("projects from a budget", "proiecte dintr-un buget"),
    "for_seats": ("seats", "locuri"),
    "need_single_seat": ("one seat only", "un singur loc"),
    "need_threshold": ("a threshold", "un prag"),
    "need_grades": ("named grades", "calificative cu nume"),
    "need_default_option": ("a default option", "o opțiune implicită"),
}


def is_known(code: str) -> bool:
    """Whether there are words for it."""
    return code in _WORDS


def say(language: Language, code: str, **facts: object) -> str:
    """The words of a code; the code itself where there are none."""
    words = _WORDS.get(code)
    if words is None:
        return code
    text = words[language == "ro"]
    return text.format(**facts) if facts else text
