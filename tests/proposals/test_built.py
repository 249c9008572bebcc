"""Whether finished works were built as promised: what residents say, the answers, and what is hidden."""

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.service.residence import verify_at_desk, withdraw_residence
from accounts.states import Role
from app.kit.errors import Forbidden, NotFound
from discussions.errors import StillHidden
from discussions.models import Comment
from discussions.service import appeal, decide_appeal, hide_comment, report_comment
from discussions.states import Ground
from proposals import queries, service
from proposals.errors import (
    PhotoNotFound,
    ProjectNotFound,
)
from proposals.models import (
    Opinion,
    Project,
)
from proposals.queries.discussed import find_opinions
from proposals.states import Built
from tests.make.accounts import actor_of, make_account, make_cnp
from tests.make.cycles import NOON
from tests.make.proposals import make_reviewer
from tests.make.works import DAY, PHOTO, TODAY, WHY, K, Made, enter, facts_of, make_resident, receive, saying

pytestmark = pytest.mark.usefixtures("clock")


async def test_residents_say_it_after_the_reception_once_each(session: AsyncSession, made: Made) -> None:
    resident = await make_resident(session)
    with pytest.raises(Forbidden, match="once the works have been received"):
        await service.say_built(session, resident, made.project.id, saying(), now=NOON)
    await receive(session, made)
    newcomer = actor_of(await make_account(session))
    insider = actor_of(await make_reviewer(session), roles=[Role.REVIEWER], verified=True)
    for who in (newcomer, insider):
        with pytest.raises(Forbidden):
            await service.say_built(session, who, made.project.id, saying(), now=NOON)
    first = await service.say_built(
        session, resident, made.project.id, saying(photo=PHOTO, alt="Locul gol"), now=NOON
    )
    again = await service.say_built(
        session, resident, made.project.id, saying(Built.PARTLY, "O bancă lipsește."), now=NOON + DAY
    )
    assert (again.id, again.at, again.changed_at) == (first.id, NOON, NOON + DAY)
    assert await queries.count_opinions(session, [made.project.id]) == {made.project.id: {Built.PARTLY: 1}}
    assert (await queries.list_opinion_photos(session, [first.id]))[first.id].alt == "Locul gol"
    await service.say_built(
        session, resident, made.project.id, saying(Built.YES, "", keeps_photo=False), now=NOON + DAY
    )
    assert await queries.list_opinion_photos(session, [first.id]) == {}


async def test_a_person_with_a_second_account_counts_once(session: AsyncSession, made: Made) -> None:
    await receive(session, made)
    desk = actor_of(await make_account(session, roles=[Role.DESK]), roles=[Role.DESK])
    first, second = [await make_account(session, name="Dan Dublu") for _ in range(2)]
    cnp = make_cnp()
    await verify_at_desk(session, desk, first.id, cnp=cnp, area="Rahova", now=NOON)
    before = await service.say_built(
        session, actor_of(first, verified=True), made.project.id, saying(Built.NO, "Lipsește tot."), now=NOON
    )
    await withdraw_residence(session, desk, first.id, reason="Cont pierdut.", now=NOON)
    await verify_at_desk(session, desk, second.id, cnp=cnp, area="Rahova", now=NOON)
    after = await service.say_built(
        session, actor_of(second, verified=True), made.project.id, saying(Built.YES, "Acum e gata."), now=NOON
    )
    assert after.id == before.id
    assert await queries.count_opinions(session, [made.project.id]) == {made.project.id: {Built.YES: 1}}


async def test_what_was_hidden_meanwhile_is_seen_under_the_lock(session: AsyncSession, made: Made) -> None:
    await receive(session, made)
    said = await service.say_built(session, await make_resident(session), made.project.id, saying(), now=NOON)
    assert said.words_id is not None
    assert not (await queries.list_words(session, [said]))[said.id].is_hidden  # as the page has read it
    hiding = update(Comment).values(state="hidden")
    await session.execute(hiding.execution_options(synchronize_session=False))  # somebody else's
    with pytest.raises(Forbidden, match="has hidden this answer"):
        await service.reply_built(session, made.official, said.id, text="Vă mulțumim.", now=NOON)
    frozen = update(Project).where(Project.id == made.project.id).values(outcome="not_funded")
    await session.execute(frozen.execution_options(synchronize_session=False))
    with pytest.raises(ProjectNotFound):
        await enter(session, made.official, made.project, K.CONTRACT, planned_on=TODAY)


async def test_the_department_answers_in_public(session: AsyncSession, made: Made) -> None:
    await receive(session, made)
    resident = await make_resident(session)
    said = await service.say_built(
        session, resident, made.project.id, saying(photo=PHOTO, alt="Locul gol"), now=NOON
    )
    photo = (await queries.list_opinion_photos(session, [said.id]))[said.id]
    reply = "Băncile se montează în aprilie."
    await service.reply_built(session, made.official, said.id, text=reply, now=NOON + DAY)
    assert await service.reply_built(session, made.official, said.id, text=reply, now=NOON + DAY) is None
    for act in (
        service.reply_built(session, resident, said.id, text=reply, now=NOON),
        service.withdraw_works_photo(session, made.official, photo.id, why="Nu ne place", now=NOON),
    ):
        with pytest.raises((Forbidden, NotFound)):
            await act
    kinds = [kind for kind, _ in await facts_of(session, made.project)]
    assert kinds[1:] == ["works.replied"]


async def words_of(session: AsyncSession, opinion: Opinion) -> queries.Words:
    return (await queries.list_words(session, [opinion]))[opinion.id]


async def test_hidden_words_are_reported_judged_and_appealed_for_as_comments_are(
    session: AsyncSession, made: Made
) -> None:
    await receive(session, made)
    resident, neighbour = await make_resident(session), await make_resident(session)
    first, second = [actor_of(await make_account(session), roles=[Role.MODERATOR]) for _ in range(2)]
    said = await service.say_built(
        session, resident, made.project.id, saying(photo=PHOTO, alt="Locul gol"), now=NOON
    )
    photo = (await queries.list_opinion_photos(session, [said.id]))[said.id]
    words = await words_of(session, said)
    await report_comment(session, neighbour, words.id, Ground.PERSONAL_DATA, "Un nume.", now=NOON)
    with pytest.raises(Forbidden):
        await hide_comment(session, made.official, words.id, Ground.PERSONAL_DATA, WHY, now=NOON)
    await hide_comment(session, first, words.id, Ground.PERSONAL_DATA, WHY, now=NOON)
    assert await words_of(session, said) == queries.Words(
        id=words.id, text=words.text, is_hidden=True, why=WHY
    )
    with pytest.raises(PhotoNotFound):
        await queries.get_works_photo(session, photo.id)
    assert await queries.find_hidden_photo(session, photo.id) is not None
    with pytest.raises(Forbidden):
        await service.reply_built(session, made.official, said.id, text="Băncile vin în mai.", now=NOON)
    assert (await queries.count_opinions(session, [made.project.id]))[made.project.id] == {Built.NO: 1}
    await appeal(session, resident, words.id, "Este numele firmei, nu al unui om.", now=NOON)
    with pytest.raises(Forbidden, match="colleague"):
        await decide_appeal(session, first, words.id, restore=True, reason=WHY, now=NOON)
    await decide_appeal(session, second, words.id, restore=True, reason=WHY, now=NOON)
    assert not (await words_of(session, said)).is_hidden
    assert (await queries.get_works_photo(session, photo.id)).id == photo.id


async def test_who_was_hidden_may_say_it_otherwise_and_what_was_hidden_stays_for_the_appeal(
    session: AsyncSession, made: Made
) -> None:
    await receive(session, made)
    resident = await make_resident(session)
    said = await service.say_built(
        session, resident, made.project.id, saying(photo=PHOTO, alt="Locul gol"), now=NOON
    )
    hidden = await words_of(session, said)
    moderator = actor_of(await make_account(session), roles=[Role.MODERATOR])
    await hide_comment(session, moderator, hidden.id, Ground.PERSONAL_DATA, WHY, now=NOON)
    with pytest.raises(StillHidden):
        await service.say_built(session, resident, made.project.id, saying(), now=NOON + DAY)
    await service.say_built(session, resident, made.project.id, saying(Built.PARTLY, ""), now=NOON + DAY)
    assert (await words_of(session, said)).id == hidden.id  # the choice alone was changed
    await service.say_built(session, resident, made.project.id, saying(words="Lipsesc două."), now=NOON + DAY)
    now = await words_of(session, said)
    assert (now.text, now.is_hidden, now.id != hidden.id) == ("Lipsesc două.", False, True)
    assert await queries.list_opinion_photos(session, [said.id]) == {}  # the photo is hidden still
    subject = (await find_opinions(session, None, [str(said.id)]))[str(said.id)]
    assert list(subject.pictures) == [hidden.id]  # the moderator of an appeal sees it


async def test_a_moderator_does_not_judge_their_own_words(session: AsyncSession, made: Made) -> None:
    await receive(session, made)
    account = await make_account(session, verified=True)
    said = await service.say_built(
        session, actor_of(account, verified=True), made.project.id, saying(), now=NOON
    )
    words = await words_of(session, said)
    moderator = actor_of(account, roles=[Role.MODERATOR])
    with pytest.raises(Forbidden):
        await hide_comment(session, moderator, words.id, Ground.INSULT, WHY, now=NOON)
