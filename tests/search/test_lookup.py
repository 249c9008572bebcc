"""The index gives what a slow second reading of it gives, and the migration to it loses nothing."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli import alembic_config, migrate
from search import queries
from search.models import SearchDocument, SearchWord
from search.rules import Stems

NOW = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)
STEMS = [f"stem{n}" for n in range(7)]
KINDS = ("idea", "comment", "act")


async def index(session: AsyncSession, count: int) -> list[tuple[SearchDocument, dict[str, int]]]:
    """Documents with some of the stems; many have the same words, weights and times."""
    lot = random.Random(4)
    found = []
    for n in range(count):
        document = SearchDocument(
            ref=f"{lot.choice(KINDS)}:{n}",
            kind="",
            stamp="1",
            title=f"Title {n}",
            place="",
            body="",
            path=f"/{n}",
            at=NOW - timedelta(days=lot.randrange(3)),
        )
        document.kind = document.ref.partition(":")[0]
        session.add(document)
        await session.flush()
        weights = {stem: lot.randrange(1, 4) for stem in lot.sample(STEMS, lot.randrange(1, 5))}
        for stem, weight in weights.items():
            row = SearchWord(
                document_id=document.id, stem=stem, kind=document.kind, at=document.at, weight=weight
            )
            session.add(row)
        found.append((document, weights))
    await session.flush()
    return found


def read_slowly(
    documents: list[tuple[SearchDocument, dict[str, int]]], terms: list[Stems], kind: str
) -> tuple[dict[str, int], dict[str, int], list[int]]:
    """(pages of each kind with all terms, with any, everything that is hit in its order)."""
    with_all, with_any = defaultdict(int), defaultdict(int)
    ranked = []
    for document, weights in documents:
        best = [max((weights.get(stem, 0) for stem in term), default=0) for term in terms]
        if not any(best):
            continue
        with_any[document.kind] += 1
        with_all[document.kind] += all(best)
        if kind in ("", document.kind):
            place = (-sum(map(bool, best)), -sum(best), -document.at.timestamp(), document.id)
            ranked.append((place, document.id))
    return {of: n for of, n in with_all.items() if n}, dict(with_any), [one for _, one in sorted(ranked)]


def questions() -> Iterator[tuple[list[Stems], str]]:
    lot = random.Random(9)
    for _ in range(30):
        terms = [
            tuple(lot.sample([*STEMS, "nowhere"], lot.randrange(1, 3))) for _ in range(lot.randrange(1, 5))
        ]
        yield terms, lot.choice(("", *KINDS))
    yield [("nowhere",)], ""
    yield [(stem,) for stem in [*STEMS, "nowhere"]], ""  # as many words as a question may have


async def test_it_gives_what_a_slow_reading_gives(session: AsyncSession) -> None:
    documents = await index(session, 60)
    for terms, kind in questions():
        with_all, with_any, ranked = read_slowly(documents, terms, kind)
        for offset in (0, 10, 1000):
            hits = await queries.look_up(session, terms, kind, size=10, offset=offset)
            assert hits == queries.Hits(with_all, with_any, ranked[offset : offset + 10]), (terms, kind)


async def test_documents_come_in_the_order_in_which_they_are_named(session: AsyncSession) -> None:
    ids = [document.id for document, _ in await index(session, 5)][::-1]
    assert [one.id for one in await queries.list_documents(session, [*ids, 10_000])] == ids


@pytest.fixture
def before(empty_db_url: str) -> Iterator[tuple[str, sa.Connection]]:
    """A database whose index still knows documents by their reference."""
    migrate(empty_db_url, "0044")
    url = empty_db_url.replace("sqlite+aiosqlite", "sqlite").replace(
        "postgresql+asyncpg", "postgresql+psycopg"
    )
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield empty_db_url, connection


def test_the_migration_keeps_the_index_that_is_there(before: tuple[str, Any]) -> None:
    url, connection = before
    for key in ("b", "a"):
        connection.execute(
            sa.text(
                "INSERT INTO search_documents (ref, kind, stamp, title, place, body, path, at) "
                "VALUES (:ref, 'idea', '1', 'T', 'P', 'B', '/', '2027-03-02 09:00:00+00')"
            ),
            {"ref": f"idea:{key}"},
        )
        word = sa.text("INSERT INTO search_words (stem, ref, weight) VALUES ('parc', :ref, 3)")
        connection.execute(word, {"ref": f"idea:{key}"})
    migrate(url)
    rows = connection.execute(
        sa.text(
            "SELECT d.ref, w.stem, w.kind, w.weight, w.at = d.at FROM search_words w "
            "JOIN search_documents d ON d.id = w.document_id ORDER BY d.id"
        )
    ).all()
    assert [tuple(row) for row in rows] == [
        ("idea:a", "parc", "idea", 3, True),
        ("idea:b", "parc", "idea", 3, True),
    ]
    command.downgrade(alembic_config(url), "0044")
    assert connection.execute(sa.text("SELECT count(*) FROM search_words")).scalar_one() == 0
