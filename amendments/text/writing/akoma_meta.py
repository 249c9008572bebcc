"""Whose act an Akoma Ntoso document is: its addresses and dates.

Romania has no official naming of local acts in Akoma Ntoso. Ours are
`/akn/ro/bill/<authority>/<year>/<number>`, with the authority where the convention puts an author's name.
"""

from datetime import date
from xml.sax.saxutils import escape, quoteattr

import msgspec

from amendments.text.units import Version

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

    @property
    def work(self) -> str:
        """The address of the act, whatever its version."""
        return f"/akn/ro/bill/{self.authority}/{self.day.year}/{self.number}"


def meta(identity: Identity, version: Version, *, part: str = "main") -> str:
    """The `meta` element. The register's fields are only in that of the main part."""
    who = "authority" if part == "main" else f"{part}__authority"  # an eId may be there only once
    address = quoteattr(f"/ontology/organization/ro/{identity.authority}")
    shown = quoteattr(identity.authority_name)
    fields = "".join(
        f"<o:field name={quoteattr(name)}>{escape(value)}</o:field>" for name, value in version.fields.items()
    )
    own = (
        f'<proprietary source="#{who}"><o:fields>{fields}</o:fields></proprietary>' if part == "main" else ""
    )
    return (
        f'<meta><identification source="#{who}">{_levels(identity, part, who)}</identification>'
        f'<references source="#{who}"><TLCOrganization eId="{who}" href={address} '
        f"showAs={shown}/></references>{own}</meta>"
    )


def _levels(identity: Identity, part: str, who: str) -> str:
    """The document as a work, as this version of it, and as this file."""
    work, day = identity.work, identity.day.isoformat()
    expression = f"{work}/{identity.language}@{day}.{identity.version}"
    number = f'<FRBRcountry value="ro"/><FRBRnumber value={quoteattr(identity.number)}/>'
    version = f'<FRBRversionNumber value="{identity.version}"/><FRBRlanguage language="{identity.language}"/>'
    return "".join(
        f"<{name}><FRBRthis value={quoteattr(f'{uri}/!{part}')}/><FRBRuri value={quoteattr(uri)}/>"
        f'<FRBRdate date="{day}" name="{what}"/><FRBRauthor href="#{who}"/>{more}</{name}>'
        for name, uri, what, more in (
            ("FRBRWork", work, "draft", number),
            ("FRBRExpression", expression, "version", version),
            ("FRBRManifestation", f"{expression}.akn", "markup", '<FRBRformat value="application/akn+xml"/>'),
        )
    )
