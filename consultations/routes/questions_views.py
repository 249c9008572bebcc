"""What is known of questions, for every page that shows some."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import list_same_person
from app.kit.clock import local_date
from app.kit.context import Ctx
from consultations import queries
from consultations.models import Consultation
from consultations.pages.questions import ItemView, Known, QuestionsPart, view_item
from consultations.policy import may_answer, may_ask, may_take_down
from consultations.queries import commitments as promised
from consultations.queries import questions as asked
from consultations.routes.commitments import list_cards
from consultations.rules.questions import Item, QuestionSort, order_items

FIRST = 3  # on the page of the consultation


def questions_path(consultation_id: UUID) -> str:
    """Where the questions of a consultation are."""
    return f"/consultations/{consultation_id}/questions"


async def read_known(session: AsyncSession, ctx: Ctx, items: Sequence[Item]) -> Known:
    """What is known of the questions in some items; as many queries however many there are."""
    ids = [key for item in items for key in item.keys if isinstance(key, UUID)]
    groups = [item.key for item in items if item.is_group and isinstance(item.key, UUID)]
    return await know(session, ctx, ids, groups)


async def know(
    session: AsyncSession, ctx: Ctx, ids: Collection[UUID], groups: Collection[UUID] = ()
) -> Known:
    """What is known of some questions, as this reader sees them."""
    accounts = await list_same_person(session, ctx.actor.id) if ctx.actor else []
    answers = await asked.list_answers(session, ids)
    answer_ids = {answer.id for found in answers.values() for answer, _ in found}
    return Known(
        actor=ctx.actor,
        accounts=accounts,
        supported=await asked.supported_by(session, accounts, ids) if accounts else set(),
        asked=await asked.list_asked(session, ids),
        answers=answers,
        commitments=await promised.list_by_answers(session, answer_ids),
        ideas=await asked.list_raised(session, ids),
        groups=await asked.list_groups(session, groups),
        today=local_date(ctx.now),
    )


async def view_items(session: AsyncSession, ctx: Ctx, items: Sequence[Item]) -> list[ItemView]:
    """Questions and groups in their order."""
    known = await read_known(session, ctx, items)
    return [view_item(item, known) for item in items]


async def build_part(session: AsyncSession, ctx: Ctx, row: Consultation) -> QuestionsPart:
    """The questions on the page of a consultation."""
    items = order_items(await asked.list_items(session, row.id), QuestionSort.SUPPORTED)
    host = await queries.get_host(session, row.host_id)
    return QuestionsPart(
        path=questions_path(row.id),
        count=sum(len(item.keys) for item in items),
        items=await view_items(session, ctx, items[:FIRST]) if items else [],
        may_ask=may_ask(ctx.actor, row, now=ctx.now),
        may_take_down=may_take_down(ctx.actor, row, now=ctx.now),
        commitments=await list_cards(
            session, ctx, await promised.list_promised(session, consultation_id=row.id)
        ),
        may_commit=may_answer(ctx.actor, row, host_account=host.account_id),
    )
