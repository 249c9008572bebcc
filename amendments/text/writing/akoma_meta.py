"""Whose act an Akoma Ntoso document is: its addresses and dates.

Romania has no official naming of local acts in Akoma Ntoso. Ours are
`/akn/ro/bill/<authority>/<year>/<number>`, with the authority where the convention puts an author's name, and
in the same way `/akn/ro/amendment/…`, `/akn/ro/amendmentList/…`, and `/akn/ro/debate/…` for a vote in the
council.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

import msgspec

AKN = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
OWN = "urn:obste:text:1"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """The names of a draft: `authority` and `kind` are words without spaces (`sector-5`, `hotarare`), and
    `number` is that of the draft in its register; `version` counts the versions of the text from 1.
    """

    authority: str
    authority_name: str
    kind: str = "hotarare"
    number: str
    day: date
    version: int = 1
    language: str = "ron"
    document: Literal["bill", "amendment", "amendmentList", "debate"] = "bill"

    @property
    def work(self) -> str:
        """The address of the act, whatever its version."""
        return f"/akn/ro/{self.document}/{self.authority}/{self.day.year}/{self.number}"

    @property
    def expression(self) -> str:
        """The address of this version of it."""
        return f"{self.work}/{self.language}@{self.day.isoformat()}.{self.version}"


def meta(
    identity: Identity,
    fields: Mapping[str, str] | None = None,
    *,
    part: str = "main",
    prefix: str = "",
    analysis: str = "",
    person: str = "",
    references: str = "",
) -> str:
    """The `meta` element: of a part of the document, whose eIds begin with the prefix; with the fields of the
    register, with an analysis, with the person who wrote it, if it was not the authority, and with whatever
    else the document refers to.
    """
    who, source = f"{prefix}authority", f"#{prefix}authority"
    address = quoteattr(f"/ontology/organization/ro/{identity.authority}")
    shown = quoteattr(identity.authority_name)
    names = f'<TLCOrganization eId="{who}" href={address} showAs={shown}/>'
    if person:
        names += (
            f'<TLCPerson eId="{prefix}author" href="/ontology/person/ro/{identity.authority}/author" '
            f"showAs={quoteattr(person)}/>"
        )
    own = ""
    if fields is not None:
        written = "".join(
            f"<o:field name={quoteattr(name)}>{escape(value)}</o:field>" for name, value in fields.items()
        )
        own = f'<proprietary source="{source}"><o:fields>{written}</o:fields></proprietary>'
    found = f'<analysis source="{source}">{analysis}</analysis>' if analysis else ""
    author = f"#{prefix}author" if person else source
    return (
        f'<meta><identification source="{source}">{_levels(identity, part, author)}</identification>{found}'
        f'<references source="{source}">{names}{references}</references>{own}</meta>'
    )


def _levels(identity: Identity, part: str, author: str) -> str:
    """The document as a work, as this version of it, and as this file."""
    work, expression, day = identity.work, identity.expression, identity.day.isoformat()
    number = f'<FRBRcountry value="ro"/><FRBRnumber value={quoteattr(identity.number)}/>'
    version = f'<FRBRversionNumber value="{identity.version}"/><FRBRlanguage language="{identity.language}"/>'
    return "".join(
        f"<{name}><FRBRthis value={quoteattr(f'{uri}/!{part}')}/><FRBRuri value={quoteattr(uri)}/>"
        f'<FRBRdate date="{day}" name="{what}"/><FRBRauthor href="{author}"/>{more}</{name}>'
        for name, uri, what, more in (
            ("FRBRWork", work, "draft", number),
            ("FRBRExpression", expression, "version", version),
            ("FRBRManifestation", f"{expression}.akn", "markup", '<FRBRformat value="application/akn+xml"/>'),
        )
    )
