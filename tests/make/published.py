"""An act with everything that its files may have to carry: two versions, answers, and hostile words."""

from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from amendments import queries, service
from amendments.models import Act
from amendments.service import AmendmentDraft
from amendments.states import AuthorKind, Outcome
from amendments.text.operations import DeleteUnit, InsertUnit, MoveUnit, RejectAct
from amendments.text.reading import read_markdown
from amendments.text.units import NewUnit
from tests.make.accounts import NOON
from tests.make.acts import AFTER, UNTIL, answer, edit, make_act, make_clerk, make_councillor, make_person
from tests.make.decision import DECISION

DECIDED = read_markdown(DECISION).version
HOSTILE = (
    '=HYPERLINK("http://rău") <script>alert(1)</script> & „ghilimele” #eval(1+1) $x^2$ @cite *stea* '
    "\u202e+1\u2066 سلام 漢字 😀 " + "z" * 10_000
)

HOSTILE_TEXT = "Direcția răspunde în " + "q" * 10_000 + " zile: =1+1 <b>&</b> #panic() سلام 漢字."


async def make_published(session: AsyncSession, folder: Path, *, consolidated: bool = True) -> Act:
    """The decision on parking: an amendment of each kind, answered in each way, then a second version."""
    clerk, councillor = await make_clerk(session), await make_councillor(session)
    act = await make_act(session, clerk, folder, text=DECIDED)
    fee = DECIDED["u12"].text
    point = NewUnit(id="n2", type="lit", text="literă nouă: ăâîșț ĂÂÎȘȚ;")
    added = NewUnit(id="n1", type="article", text="Articol nou:", children=(point,))
    insertion = InsertUnit(parent="u9", after="u10", new=added)
    eight, five = (edit("u12", fee.replace("10 lei", new), text=DECIDED) for new in ("8 lei", "5 lei"))
    proposals: tuple[tuple[str, Any, AuthorKind, str], ...] = (
        ("Ana Popescu", eight, AuthorKind.RESIDENT, ""),
        ("Dan Șerban", five, AuthorKind.ASSOCIATION, "Asociația Țara"),
        ("Ion Munteanu", (insertion,), AuthorKind.BUSINESS, "=SUM(A1) SRL"),
        ("Eva Lupu", (MoveUnit(unit="u22", parent="u9", after="u13"),), AuthorKind.RESIDENT, ""),
        ("Radu Ene", (DeleteUnit(unit="u14"),), AuthorKind.RESIDENT, ""),
        ("Gelu Rău", (RejectAct(),), AuthorKind.RESIDENT, ""),
        ("Ema Iliescu", edit("u21", HOSTILE_TEXT, text=DECIDED), AuthorKind.RESIDENT, ""),
    )  # fmt: skip
    rows = []
    for name, operations, kind, firm in proposals:
        author = await make_person(session, name=name)
        draft = AmendmentDraft(
            operations=tuple(operations), reason=HOSTILE, author_kind=kind, on_behalf_of=firm
        )
        row = await service.begin_amendment(session, author, act.id, draft, now=NOON)
        rows.append(await service.submit_amendment(session, author, row.id, now=NOON))
    if not consolidated:
        return act
    await service.close_debate(session, clerk, act.id, now=AFTER)
    outcomes = (
        Outcome.ACCEPTED, Outcome.ALREADY_IN, Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.DEFERRED,
        Outcome.OUT_OF_SCOPE, Outcome.ACCEPTED,
    )  # fmt: skip
    for row, outcome in zip(rows, outcomes, strict=True):
        await answer(session, councillor, row, outcome)
    await answer(session, councillor, rows[1], Outcome.REJECTED)  # the first answer is superseded
    until = UNTIL.replace(month=4, day=20)
    await service.consolidate_act(session, clerk, act.id, proposals_until=until, now=AFTER)
    return await queries.get_act(session, act.id)
