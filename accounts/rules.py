"""What makes a CNP valid and a password too easy: plain values in, answer out.

Source for the CNP: OUG 97/2005 and its norms (HG 295/2021, annex 1): SAALLZZJJNNNC, control digit by the
weights 279146358279 modulo 11, 10 becoming 1. The sequences in place JJ are those that the General
Directorate for Personal Records says have been given out (answer quoted in the FAQ of vimishor/cnp-spec).
Source for the password: NIST SP 800-63B-4, section 3.1.1.2: length, a blocklist with context, no composition.
"""

import re
from collections.abc import Iterable
from datetime import date

import msgspec

from app.kit.errors import Invalid
from app.kit.i18n import N_
from app.kit.text import fold, words

VOTING_AGE = 18  # Constitution of Romania, art. 36 (1): the age of voters; the platform's votes follow it
CNP_WEIGHTS = (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)
CNP_PLACES = frozenset(
    [*range(1, 48), 50, 51, 52, 54, 56, 60, 64, 70, 78, *range(80, 85), 87, 88, 90, 98, 99]
)  # 41 to 46 are Bucharest's sectors, 70 the automatic system, 80 to 83 consulates
_CENTURIES = {"1": 1900, "2": 1900, "3": 1800, "4": 1800, "5": 2000, "6": 2000}
OLDEST_YEARS = 120

MIN_PASSWORD = 10  # characters; NIST asks for 8 with, 15 without a second factor
MAX_PASSWORD = 200  # a long passphrase fits; more only costs argon2 time
_LEET = str.maketrans("013457@$!", "oieastasi")
# Words that people build passwords from here, folded. Only what is left after digits and signs is compared.
_WORDS = """
    parola parolamea parolata password passw passwd pass contul cont admin administrator root user
    utilizator test testare welcome bunvenit login letmein secret secreta acces acasa qwerty qwertz
    qwertyui qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm azerty abcdef abcdefgh abcdefghij iloveyou
    teiubesc iubire dragoste iubita iubitul suflet sufletel inima ingeras printesa mamica taticu mama
    tata familia andreea andrei alexandru alexandra cristina cristian gabriela gabriel mihaela mihai
    stefania stefan florin florina daniela daniel elena ioana maria marian mariana adrian adriana robert
    bogdan george georgiana nicoleta raluca roxana romania bucuresti sector primaria rahova ferentari
    cotroceni steaua dinamo rapid fcsb fotbal football manchester barcelona realmadrid liverpool chelsea
    arsenal dragon pokemon naruto minecraft superman batman spiderman starwars sunshine princess monkey
    shadow master computer calculator internet facebook instagram google samsung iphone android
    microsoft windows michael jordan jennifer ashley charlie jessica whatever trustno changeme obste
    vara iarna toamna primavara craciun
"""
COMMON_WORDS = frozenset(_WORDS.split())
_SEQUENCES = (
    "0123456789012345678901234567890",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertyuiop[]",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
)


class InvalidCnp(Invalid):
    default = N_("This is not a CNP.")


class Person(msgspec.Struct, frozen=True):
    """What a CNP says, as far as we need it."""

    cnp: str
    born_on: date


def read_cnp(typed: str, *, today: date) -> Person:
    """The person behind a typed CNP; spaces, dots and dashes are all right.

    Raises: InvalidCnp naming the first thing that is wrong: form, first digit, control digit, date, place.

    >>> read_cnp("1 960229 410015", today=date(2027, 3, 1)).born_on
    datetime.date(1996, 2, 29)
    """
    cnp = re.sub(r"[\s.\-]", "", typed)
    if not re.fullmatch(r"[0-9]{13}", cnp):
        raise InvalidCnp(N_("A CNP has 13 digits."))
    if cnp[0] not in "12345678":
        raise InvalidCnp(
            N_("The first digit of a CNP is 1 to 8. A number that begins with 9 is a tax number.")
        )
    if control_digit(cnp) != int(cnp[12]):
        raise InvalidCnp(N_("The CNP has a typing error: its control digit does not fit. Check each digit."))
    if int(cnp[7:9]) not in CNP_PLACES:
        raise InvalidCnp(N_("The county code in the CNP (digits 8 and 9) does not exist."))
    return Person(cnp, _birth_date(cnp, today))


def control_digit(cnp: str) -> int:
    """The thirteenth digit that the first twelve ask for."""
    rest = sum(int(digit) * weight for digit, weight in zip(cnp, CNP_WEIGHTS, strict=False)) % 11
    return 1 if rest == 10 else rest


def _birth_date(cnp: str, today: date) -> date:
    year, month, day = int(cnp[1:3]), int(cnp[3:5]), int(cnp[5:7])
    # Residents of another nationality (7, 8): the century is not written, so the latest that is not to come.
    centuries = [_CENTURIES[cnp[0]]] if cnp[0] in _CENTURIES else [2000, 1900]
    for century in centuries:
        try:
            born_on = date(century + year, month, day)
        except ValueError:
            continue
        if born_on <= today and today.year - born_on.year <= OLDEST_YEARS:
            return born_on
    raise InvalidCnp(N_("The date of birth in the CNP (digits 2 to 7) cannot be right."))


def voting_day(born_on: date) -> date:
    """The day on which somebody born on `born_on` reaches the voting age; 29 February counts as 1 March."""
    try:
        return born_on.replace(year=born_on.year + VOTING_AGE)
    except ValueError:
        return date(born_on.year + VOTING_AGE, 3, 1)


def find_weakness(password: str, *, email: str = "", name: str = "") -> str | None:
    """Why a password is refused (a msgid), or None. Length and blocklist only; any character is welcome.

    >>> find_weakness("Parola123456") is None, find_weakness("trei lalele galbene") is None
    (False, True)
    """
    if len(password) < MIN_PASSWORD:
        return N_("Use at least 10 characters. Three or four words in a row are easy to remember.")
    if len(password) > MAX_PASSWORD:
        return N_("Use at most 200 characters.")
    plain = fold(password)
    if any(part in plain for part in _personal_parts(email, name)):
        return N_("The password must not contain your name or e-mail address.")
    if is_common(plain):
        return N_("This password is among the first that others would try. Choose another one.")
    return None


def is_common(plain: str) -> bool:
    """Whether a folded password is a common word with digits around it, a sequence, or a repetition."""
    if len(set(plain)) < 5 or re.fullmatch(r"(.{1,5}?)\1+.{0,4}", plain):
        return True
    letters = {
        re.sub(r"[^a-z]", "", plain),
        re.sub(r"[^a-z]", "", plain.strip("0123456789!@#$%^&*._- ").translate(_LEET)),
    }
    if any(_is_made_of_common(part) for part in letters):
        return True
    return any(_is_mostly_sequence(plain, sequence) for sequence in _SEQUENCES)


def _is_made_of_common(letters: str) -> bool:
    """Whether `letters` is one common word, or two in a row; nothing but digits and signs is common too."""
    if len(letters) < 4:
        return True
    cuts = range(3, len(letters) - 2)
    return letters in COMMON_WORDS or any(
        letters[:cut] in COMMON_WORDS and letters[cut:] in COMMON_WORDS for cut in cuts
    )


def _is_mostly_sequence(plain: str, sequence: str) -> bool:
    """Whether all but three characters are one run of a keyboard row, the alphabet or the digits."""
    longest = max(
        (
            size
            for start in range(len(plain))
            for size in range(4, len(plain) - start + 1)
            if plain[start : start + size] in sequence
        ),
        default=0,
    )
    return len(plain) - longest <= 3


def _personal_parts(email: str, name: str) -> Iterable[str]:
    """The folded pieces of address and name that are long enough to matter."""
    local = email.partition("@")[0]
    return {part for part in (fold(local), *words(local), *words(name)) if len(part) >= 4}
