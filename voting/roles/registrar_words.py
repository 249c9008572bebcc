"""What is written to voters with their code, by e-mail and in letters, in Romanian and English.

No message holds a link with the code in it, not even behind `#`: mail providers open links, browsers keep
them, people forward them. The code is typed or pasted on a page whose address the voter knows.
"""

import msgspec

from voting.roles.registrar_list import Language, Person


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of the vote: `url` is its page, `closes` the moment in words, `office` who writes."""

    title: str
    title_en: str
    url: str
    closes: str
    closes_en: str
    office: str
    contact: str

    def words(self, language: Language) -> dict[str, str]:
        """For the texts of a language."""
        is_english = language == "en"
        return {
            "title": self.title_en if is_english else self.title,
            "closes": self.closes_en if is_english else self.closes,
            "url": self.url,
            "check": self.url.split("/polls/")[0].rstrip("/") + "/check",
            "office": self.office,
            "contact": self.contact,
        }


SUBJECT: dict[Language, str] = {
    "ro": "Codul dumneavoastră de vot: {title}",
    "en": "Your voting code: {title}",
}

GREETING: dict[Language, str] = {"ro": "Bună ziua, {name},", "en": "Dear {name},"}

INTRODUCTION: dict[Language, str] = {
    "ro": "acesta este codul dumneavoastră secret pentru „{title}”. Numai dumneavoastră îl aveți.",
    "en": "This is your secret code for “{title}”. Nobody else has it.",
}

HOW: dict[Language, str] = {"ro": "Cum votați, până la {closes}", "en": "How to vote, until {closes}"}

STEPS: dict[Language, tuple[str, ...]] = {
    "ro": (
        "Deschideți pagina {url} și intrați în contul dumneavoastră.",
        "Puneți opțiunile în ordine și scrieți codul când vi se cere. Literele mari și mici contează, "
        "cratimele nu.",
        "Aparatul dumneavoastră sigilează votul înainte de a-l trimite: nici primăria nu îl poate citi. "
        "Primiți un cod de verificare; păstrați-l.",
    ),
    "en": (
        "Open the page {url} and sign in to your account.",
        "Put the options in order and type the code when you are asked. Upper and lower case matter, hyphens "
        "do not.",
        "Your device seals the vote before sending it: not even the town hall can read it. You get a check "
        "code; keep it.",
    ),
}

CHECK: dict[Language, tuple[str, str]] = {
    "ro": (
        "Cum verificați",
        "Pe pagina {check} scrieți codul de verificare (nu codul secret) și vedeți că votul dumneavoastră "
        "este în urnă.",
    ),
    "en": (
        "How to check",
        "On the page {check} type the check code (not the secret code) and see that your vote is in the box.",
    ),
}

CARE: dict[Language, tuple[str, tuple[str, ...]]] = {
    "ro": (
        "Aveți grijă",
        (
            "Nu dați codul nimănui. Nimeni de la primărie nu vi-l cere, nici la telefon, nici prin e-mail.",
            "Puteți vota din nou până la închidere; se numără ultimul vot. Folosiți mereu același cod.",
            "Dacă nu aveți internet, veniți cu codul la un ghișeu de vot asistat. Întrebări: {contact}",
        ),
    ),
    "en": (
        "Take care",
        (
            "Give the code to nobody. Nobody from the town hall asks you for it, by telephone or by e-mail.",
            "You may vote again until the vote closes; the last vote counts. Always use the same code.",
            "Without internet, come with the code to a desk for assisted voting. Questions: {contact}",
        ),
    ),
}

SCAN: dict[Language, str] = {"ro": "Codul, pentru camera telefonului", "en": "The code, for a phone's camera"}


def message_text(person: Person, vote: Vote) -> tuple[str, str]:
    """Subject and body of the e-mail."""
    language = person.language
    words = vote.words(language) | {"name": person.name}
    check, how_to_check = CHECK[language]
    care, cares = CARE[language]
    paragraphs = [
        GREETING[language].format(**words),
        INTRODUCTION[language].format(**words),
        f"    {person.code}",
        _heading(HOW[language].format(**words)),
        *(f"{n}. {step.format(**words)}" for n, step in enumerate(STEPS[language], start=1)),
        _heading(check),
        how_to_check.format(**words),
        _heading(care),
        *(f"- {one.format(**words)}" for one in cares),
        vote.office,
    ]
    return SUBJECT[language].format(**words), "\n\n".join(paragraphs) + "\n"


def _heading(text: str) -> str:
    return f"{text}\n{'-' * len(text)}"
