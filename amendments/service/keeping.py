"""Files that are written once: the numbered plain text and the Akoma Ntoso of each version.

Both follow from the version alone, so they can be written down for ever, and their SHA-256 put into the
register: what is served years later is what was served on the first day, whatever writes such files by then.
"""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries
from amendments.models import Act, ActVersion, VersionFile
from amendments.service.acts import publish_fact
from amendments.text.writing.akoma_meta import Identity
from amendments.text.writing.akoma_ntoso import write_akoma_ntoso
from amendments.text.writing.plain import write_plain
from app.kit.clock import local_date
from app.kit.printing import printable
from app.kit.text import words

PLAIN, AKOMA = "text.txt", "text.xml"
AT_ONCE = 20  # versions that one sweep looks after


def authority_of(district: str) -> str:
    """The council whose decisions these are."""
    return f"Consiliul Local {district}"


def identity_of(district: str, act: Act, version: ActVersion) -> Identity:
    """The names of a version of a draft in Akoma Ntoso."""
    return Identity(
        authority="-".join(words(district)) or "consiliu",
        authority_name=printable(authority_of(district)),
        number=act.number or "",
        day=act.announced_on or local_date(version.published_at),
        version=version.sequence,
    )


def write_files(district: str, act: Act, version: ActVersion) -> dict[str, bytes]:
    """Each file by its name. It takes a second for a long law: off the loop, please."""
    text = queries.read_version(version)
    return {
        PLAIN: write_plain(text, queries.read_layout(version)).encode(),
        AKOMA: write_akoma_ntoso(text, identity_of(district, act, version)).encode(),
    }


async def list_unkept(session: AsyncSession) -> Sequence[uuid.UUID]:
    """Versions whose files are not written down yet, the oldest first."""
    kept = select(VersionFile.version_id)
    query = (
        select(ActVersion.id)
        .where(ActVersion.id.not_in(kept))
        .order_by(ActVersion.published_at, ActVersion.id)
        .limit(AT_ONCE)
    )
    return (await session.execute(query)).scalars().all()


async def keep_files(
    session: AsyncSession, version_id: uuid.UUID, files: dict[str, bytes], *, now: datetime
) -> bool:
    """Write the files of a version down (`write_files`), once; whether this call did.

    Locks: the register's head.
    """
    version = await queries.get_version(session, version_id)
    act = await queries.get_act(session, version.act_id)
    rows = [
        VersionFile(
            version_id=version.id,
            name=name,
            content=content,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            kept_at=now,
        )
        for name, content in files.items()
    ]
    try:
        async with session.begin_nested():
            session.add_all(rows)
    except IntegrityError:  # another worker was faster
        return False
    kept = {one.name: {"size": one.size, "sha256": one.sha256} for one in rows}
    await publish_fact(session, "act.files_kept", act, {"version": version.sequence, "files": kept}, now=now)
    return True
