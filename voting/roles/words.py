"""What is said of a sealed election that was checked: each step, and everything that can be wrong."""

from app.kit.terminal import Language
from voting.sealing.refused import Reason

STEPS: dict[str, tuple[str, str]] = {
    "Setup": (
        "set-up: {voters} voters, {options} options; trustees: {trustees}, needed to open: {needed}; each "
        "knows their own key, and the key of the vote is theirs together",
        "pregătirea: {voters} alegători, {options} opțiuni; custozi: {trustees}, necesari la deschidere: "
        "{needed}; fiecare își cunoaște cheia, iar cheia votului este a lor împreună",
    ),
    "contest": (
        "what is voted on is the contest file: its digest stands in the election",
        "se votează exact fișierul dat: amprenta lui stă în datele votului",
    ),
    "EndBallots": (
        "ballots: {ballots} in the box, each signed by a voter of the roll, none copied; the last ones of "
        "{counted} voters count",
        "buletine: {ballots} în urnă, fiecare semnat de un alegător de pe listă, niciunul copiat; se numără "
        "ultimul buletin al fiecăruia dintre {counted} alegători",
    ),
    "EncryptedTally": (
        "what is counted is exactly these ballots, still sealed",
        "ce se numără sunt exact aceste buletine, încă sigilate",
    ),
    "Shuffle": (
        "mixed by trustee {owner}: the same ballots in another order, none changed, proved without "
        "telling the order",
        "amestecate de custodele {owner}: aceleași buletine în altă ordine, niciunul schimbat, dovedit "
        "fără a spune ordinea",
    ),
    "PartialDecryption": (
        "opened by trustee {owner}: with the key of the set-up, and nothing else than what was mixed",
        "deschise de custodele {owner}: cu cheia de la pregătire și nimic altceva decât ce s-a amestecat",
    ),
    "Result": (
        "result: {counted} ballots, exactly what the trustees opened",
        "rezultat: {counted} buletine, exact cele deschise de custozi",
    ),
    "open": (
        "{source}: everything holds; the vote is not over, {ballots} ballots so far",
        "{source}: totul este în regulă; votul nu s-a încheiat, {ballots} buletine până acum",
    ),
    "closed": (
        "{source}: everything holds so far; there is no result yet",
        "{source}: totul este în regulă până aici; încă nu este un rezultat",
    ),
    "unregistered": (
        "not checked: whether the public register holds this archive and this record, with what was voted "
        "on paper fixed before the opening; download the register and give it with --register",
        "neverificat: dacă registrul public conține această arhivă și acest dosar, cu voturile pe hârtie "
        "fixate înainte de deschidere; descărcați registrul și dați-l cu --register",
    ),
    "whole": ("{source}: everything holds", "{source}: totul este în regulă"),
    "wrong": ("{source}: WRONG, {what}{where}", "{source}: GREȘIT, {what}{where}"),
    "where": (" (member {member} of the file)", " (elementul {member} al fișierului)"),
    "where_event": (
        " (member {member} of the file, event {event})",
        " (elementul {member}, evenimentul {event})",
    ),
}

REFUSED: dict[Reason, tuple[str, str]] = {
    "json_malformed": ("something is no JSON of the expected form", "ceva nu este JSON de forma așteptată"),
    "json_not_canonical": (
        "JSON is not written in its one form: hashes and signatures would not say what they are of",
        "un JSON nu este scris în forma lui unică: amprentele și semnăturile n-ar spune despre ce sunt",
    ),
    "number_malformed": ("a number is badly written", "un număr este scris greșit"),
    "number_too_large": ("a number is too large", "un număr este prea mare"),
    "not_in_group": (
        "a number is outside the group: it could mark a ballot",
        "un număr este în afara grupului: ar putea marca un buletin",
    ),
    "identity_element": ("a number hides nothing", "un număr nu ascunde nimic"),
    "archive_cut": ("the file is cut", "fișierul este trunchiat"),
    "archive_header": ("the file is not put together as it must be", "fișierul nu este alcătuit cum trebuie"),
    "member_name": ("a member of the file has a wrong name", "un element al fișierului are un nume greșit"),
    "member_hash": ("a member of the file was changed", "un element al fișierului a fost schimbat"),
    "member_repeated": ("a member stands in the file twice", "un element apare de două ori în fișier"),
    "member_too_large": ("a member of the file is too large", "un element al fișierului este prea mare"),
    "member_unused": (
        "there is data that no event refers to; perhaps the file is cut",
        "sunt date la care nu trimite niciun eveniment; poate fișierul este trunchiat",
    ),
    "header_malformed": ("the file's first member is wrong", "primul element al fișierului este greșit"),
    "event_parent": (
        "the chain is broken: an event does not follow the one before it",
        "lanțul este rupt: un eveniment nu urmează celui dinainte",
    ),
    "event_height": ("an event has a wrong number", "un eveniment are un număr greșit"),
    "event_order": ("an event may not come here", "un eveniment nu poate sta aici"),
    "payload_missing": (
        "an event refers to data that does not stand before it",
        "un eveniment trimite la date care nu stau înaintea lui",
    ),
    "election_group": ("the election uses another group", "votul folosește alt grup"),
    "election_version": ("the election uses another version", "votul folosește altă versiune"),
    "election_uuid": (
        "the election's identifier is badly written",
        "identificatorul votului este scris greșit",
    ),
    "election_questions": (
        "the election does not ask one ranked question",
        "votul nu are o singură întrebare",
    ),
    "election_key": (
        "the key of the vote is not the trustees' key",
        "cheia votului nu este cheia custozilor",
    ),
    "contest_differs": (
        "the vote is not on this contest file",
        "votul nu este despre acest fișier",
    ),
    "trustees_empty": ("there are no trustees", "nu sunt custozi"),
    "trustee_proof": (
        "a trustee did not prove knowing their key",
        "un custode nu a dovedit că își știe cheia",
    ),
    "trustee_key_repeated": (
        "two trustees have the same key, or there are too many",
        "doi custozi au aceeași cheie sau sunt prea mulți",
    ),
    "certificate_signature": (
        "a trustee's certificate is not signed by its owner",
        "certificatul unui custode nu este semnat de el",
    ),
    "certificate_repeated": (
        "a trustee's certificate stands twice",
        "certificatul unui custode apare de două ori",
    ),
    "coefficients_signature": (
        "a trustee's commitments are not signed by that trustee",
        "angajamentele unui custode nu sunt semnate de el",
    ),
    "coefficients_count": (
        "a trustee's commitments are for another threshold",
        "angajamentele unui custode sunt pentru alt prag",
    ),
    "threshold_range": ("the threshold does not fit the trustees", "pragul nu se potrivește cu custozii"),
    "verification_key": (
        "a trustee's key does not follow from the ceremony",
        "cheia unui custode nu rezultă din ceremonie",
    ),
    "credentials_empty": ("the roll is empty", "lista este goală"),
    "credential_malformed": (
        "a credential of the roll is none",
        "o legitimație de pe listă nu este valabilă",
    ),
    "credential_repeated": (
        "a credential stands on the roll twice",
        "o legitimație apare de două ori pe listă",
    ),
    "credential_weight": (
        "a credential counts for more than one vote",
        "o legitimație contează mai mult de un vot",
    ),
    "ballot_election": ("a ballot is of another election", "un buletin este de la alt vot"),
    "ballot_credential": ("a ballot is by nobody on the roll", "un buletin nu este al nimănui de pe listă"),
    "ballot_hash": ("a ballot was changed after it was signed", "un buletin a fost schimbat după semnare"),
    "ballot_signature": (
        "a ballot is not signed by its credential",
        "un buletin nu este semnat cu legitimația sa",
    ),
    "ballot_answers": (
        "a ballot does not answer exactly one question",
        "un buletin nu răspunde la exact o întrebare",
    ),
    "ballot_proof": (
        "a ballot's proof is wrong: who cast it did not seal it",
        "dovada unui buletin este greșită: nu l-a sigilat cel care l-a depus",
    ),
    "ballot_copied": ("a ballot is a copy of another", "un buletin este copia altuia"),
    "tally_count": (
        "the number of ballots that count is wrong",
        "numărul buletinelor care se numără este greșit",
    ),
    "tally_ciphertexts": (
        "what is counted is not the voters' last ballots",
        "ce se numără nu sunt ultimele buletine ale alegătorilor",
    ),
    "tally_empty": ("there are no ballots to mix", "nu sunt buletine de amestecat"),
    "shuffle_owner": (
        "a mixing is by no trustee, or by one who had mixed before",
        "o amestecare nu este a unui custode sau este a unuia care a mai amestecat",
    ),
    "shuffle_size": ("a mixing has another number of ballots", "o amestecare are alt număr de buletine"),
    "shuffle_proof": (
        "a mixing's proof is wrong: ballots may have been changed",
        "dovada unei amestecări este greșită: poate s-au schimbat buletine",
    ),
    "shuffle_copied": (
        "a mixing passed a ballot on as it was: it can be followed",
        "o amestecare a trecut mai departe un buletin neschimbat: poate fi urmărit",
    ),
    "decryption_owner": (
        "an opening is by no trustee, or by one who had opened before",
        "o deschidere nu este a unui custode sau este a unuia care a mai deschis",
    ),
    "decryption_size": ("an opening has another number of ballots", "o deschidere are alt număr de buletine"),
    "decryption_proof": (
        "an opening's proof is wrong: another key, or other ballots",
        "dovada unei deschideri este greșită: altă cheie sau alte buletine",
    ),
    "decryption_missing": (
        "fewer trustees opened than are needed",
        "au deschis mai puțini custozi decât este nevoie",
    ),
    "result_size": ("the result has another number of ballots", "rezultatul are alt număr de buletine"),
    "result_differs": (
        "the result is not what the trustees opened",
        "rezultatul nu este ce au deschis custozii",
    ),
    "key_malformed": ("a key is badly written", "o cheie este scrisă greșit"),
    "key_foreign": ("a key is not of this ceremony", "o cheie nu este din această ceremonie"),
    "key_locked": ("the passphrase does not open the key", "parola nu deschide cheia"),
    "message_malformed": (
        "a message does not open with this key",
        "un mesaj nu se deschide cu această cheie",
    ),
    "message_signature": ("a message is not by its sender", "un mesaj nu este al expeditorului"),
    "message_recipient": ("a message is for somebody else", "un mesaj este pentru altcineva"),
    "secret_wrong": ("a trustee sent a wrong share", "un custode a trimis o parte greșită"),
    "code_malformed": (
        "that is no voting code; look for a slip",
        "acesta nu este un cod de vot; caută o greșeală",
    ),
    "ranks_range": ("the ranks do not fit the options", "ordinea nu se potrivește cu opțiunile"),
}


def step(language: Language, name: str, **facts: object) -> str:
    """The words for a step that was checked."""
    return STEPS[name][language == "ro"].format(**facts)


def refusal(language: Language, reason: Reason) -> str:
    """The words for what is wrong."""
    return REFUSED[reason][language == "ro"]
