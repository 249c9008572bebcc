"""Draft decisions and amendments as pages that are found."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from amendments.models import Act, ActVersion, AmendmentRow, Answer
from amendments.queries.acts import read_version
from amendments.queries.returned import as_sent
from amendments.states import PUBLIC_ACTS, AmendmentState
from app.kit.markdown import plain
from app.kit.text import uuids
from search.queries import Found

_PUBLIC = Act.state.in_([state.value for state in PUBLIC_ACTS])
_REGISTERED = AmendmentRow.state != AmendmentState.DRAFT.value


class ActSource:
    """Every announced act, with its newest text."""

    async def list_stamps(self, session: AsyncSession) -> Mapping[str, str]:
        query = (
            select(Act.id, Act.state, func.max(ActVersion.sequence).label("newest"))
            .join(ActVersion, ActVersion.act_id == Act.id)
            .where(_PUBLIC)
            .group_by(Act.id, Act.state)
        )
        return {str(row.id): f"{row.newest}:{row.state}" for row in (await session.execute(query)).all()}

    async def read(self, session: AsyncSession, keys: Collection[str]) -> Sequence[Found]:
        acts = (await session.execute(select(Act).where(Act.id.in_(uuids(keys)), _PUBLIC))).scalars().all()
        texts = await _newest_texts(session, [act.id for act in acts])
        return [
            Found(
                key=str(act.id),
                title=act.title,
                place=" · ".join(one for one in (act.number, act.initiator) if one),
                body=" ".join((plain(act.summary), texts.get(act.id, ""))),
                path=f"/acts/{act.id}",
                at=datetime.combine(act.announced_on, time(), UTC) if act.announced_on else act.created_at,
            )
            for act in acts
        ]


async def _newest_texts(session: AsyncSession, act_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    newest = (
        select(ActVersion.act_id, func.max(ActVersion.sequence).label("sequence"))
        .where(ActVersion.act_id.in_(act_ids))
        .group_by(ActVersion.act_id)
        .subquery()
    )
    query = select(ActVersion).join(
        newest, (ActVersion.act_id == newest.c.act_id) & (ActVersion.sequence == newest.c.sequence)
    )
    return {
        row.act_id: " ".join(unit.text for unit in read_version(row).units if unit.text)
        for row in (await session.execute(query)).scalars()
    }


class AmendmentSource:
    """Every registered amendment, with the words it brings and the answer that holds."""

    async def list_stamps(self, session: AsyncSession) -> Mapping[str, str]:
        query = (
            select(AmendmentRow.id, AmendmentRow.state, func.count(Answer.id).label("answers"))
            .outerjoin(Answer, Answer.amendment_id == AmendmentRow.id)
            .where(_REGISTERED)
            .group_by(AmendmentRow.id, AmendmentRow.state)
        )
        return {str(row.id): f"{row.answers}:{row.state}" for row in (await session.execute(query)).all()}

    async def read(self, session: AsyncSession, keys: Collection[str]) -> Sequence[Found]:
        ids = uuids(keys)
        query = (
            select(AmendmentRow, Act.number, Act.title)
            .join(Act, Act.id == AmendmentRow.act_id)
            .where(AmendmentRow.id.in_(ids), _REGISTERED)
        )
        given = select(Answer.amendment_id, Answer.reason).where(Answer.amendment_id.in_(ids))
        answers = {
            row.amendment_id: row.reason
            for row in (await session.execute(given.order_by(Answer.position))).all()
        }
        return [
            Found(
                key=str(row.id),
                title=f"{row.number}, {row.on_behalf_of or row.author_name}",
                place=" · ".join(one for one in (number, title) if one),
                body=" ".join(
                    (
                        plain(row.reason),
                        *_new_words(msgspec.json.decode(bytes(row.operations))),
                        plain(answers.get(row.id, "")),
                    )
                ),
                path=f"/acts/{row.act_id}/amendments/{row.id}",
                at=row.submitted_at or row.created_at,
            )
            for row, number, title in (
                (as_sent(one), number, title) for one, number, title in (await session.execute(query)).all()
            )
        ]


def _new_words(operations: object) -> Iterator[str]:
    """The text that operations bring, wherever it stands in them."""
    if isinstance(operations, dict):
        for name, value in operations.items():
            if isinstance(value, str):
                if name in ("new", "text", "value"):
                    yield value
            else:
                yield from _new_words(value)
    elif isinstance(operations, list):
        for one in operations:
            yield from _new_words(one)
