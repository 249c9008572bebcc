"""The pages of questions: asking, what is alike, supporting, the room, answering."""

import re
from datetime import timedelta

import pytest

from accounts.states import Role
from app.kit.clock import local_date
from app.kit.db import new_id
from app.wiring import wire
from tests.conftest import FrozenClock
from tests.consultations.test_routes import published
from tests.make.accounts import NOON
from tests.make.consultations import EVENING, MORNING, make_consultation, make_organizer
from tests.make.questions import SAID, WORDS, ask, make_resident
from tests.proposals.conftest import Town


@pytest.fixture(autouse=True)
def february(clock: FrozenClock) -> None:
    wire()
    clock.at(MORNING)


def one_form(html: str) -> str:
    (found,) = re.findall(r'name="form" value="([0-9a-f-]{36})"', html)
    return str(found)


async def test_asked_supported_and_withdrawn(town: Town) -> None:
    row = await published(town)
    path = f"/consultations/{row.id}/questions"
    visitor, ana, ion = await town.visitor(), await town.resident(), await town.resident(name="Ion Ionescu")
    assert "Nobody has asked anything yet" in await visitor.see(path)
    unverified = await town.resident(verified=False)
    assert "Verified residents ask questions" in await unverified.see(path)
    await unverified.send(path, 403, text=WORDS)
    form = one_form(await ana.see(path))
    refused = await ana.send(path, 422, text="Când?", form=form)
    assert "at least 15 characters" in refused.text
    assert "Când?" in refused.text
    assert one_form(refused.text) == form
    for _ in range(2):
        await ana.send(path, text=WORDS, form=form)
    assert (await ana.see(path)).count('class="ob-change__text"') == 1
    # the same again: what there is is shown first, and what was typed is kept
    form = one_form(await ion.see(path))
    again = await ion.send(path, 200, text=f"{WORDS} Mulțumesc!", form=form)
    assert "Was this asked already?" in again.text
    assert "Mulțumesc!" in again.text
    (question,) = re.findall(r"/questions/([0-9a-f-]{36})/support", again.text.partition('id="ask"')[0])
    await ion.send(f"/consultations/questions/{question}/support", wanted="yes")
    assert "No longer support (1)" in await ion.see(path)
    assert "1 person supports this question" in await visitor.see(f"{path}?sort=newest&page=99")
    await ion.send(path, text=f"{WORDS} Mulțumesc!", form=form, sure="yes")
    assert "2 questions" in await visitor.see(f"{path}?sort=room")
    assert WORDS in await visitor.see(f"/consultations/{row.id}")
    one = f"/consultations/questions/{question}"
    assert "Withdraw my question" in await ana.see(one)
    await ion.send(f"{one}/withdraw", 403)
    for _ in range(2):
        await ana.send(f"{one}/withdraw")
    await visitor.see(one, 404)
    await visitor.see(f"/consultations/questions/{new_id()}", 404)
    await visitor.see(f"/consultations/{new_id()}/questions", 404)


async def test_the_room_and_the_answer(town: Town, clock: FrozenClock) -> None:
    row = await published(town)
    room = f"/consultations/{row.id}/room"
    clock.at(EVENING)
    door, organizer = await town.officer(Role.DOOR), await town.officer(Role.ORGANIZER)
    await (await town.resident()).see(room, 403)
    await (await town.officer(Role.CLERK)).see(room, 403)
    html = await door.see(room)
    assert "Group what asks the same" not in html
    refused = await door.send(room, 422, text="De ce?", email="nimic", form=one_form(html), name="Maria Radu")
    assert "Maria Radu" in refused.text
    for text, name in ((WORDS, "Maria Radu"), ("Și trotuarul din fața școlii când se repară?", "")):
        await door.send(room, text=text, name=name, how="paper", form=str(new_id()))
    await door.send(room, 422, text=WORDS)  # a form without its mark
    await door.send(f"{room}/arrange", 403, do="group")
    html = await organizer.see(room)
    assert "Maria R." in html
    ids = re.findall(r'name="ids" value="([^"]+)"', html)
    refused = await organizer.send(f"{room}/arrange", 422, do="group", ids=ids[0], title="Trotuare")
    assert "Choose two questions or more" in refused.text
    assert 'value="Trotuare"' in refused.text
    await organizer.send(f"{room}/arrange", do="down", key=ids[0])
    await organizer.send(f"{room}/arrange", do="up", key="x")
    data = {"csrf_token": organizer.token, "do": "group", "title": "Trotuare", "ids": ids}
    answer = await organizer.client.post(
        f"/en{room}/arrange", data=data, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == 303
    path = f"/consultations/questions/{ids[0]}"
    form = await organizer.see(f"{path}/answer")
    assert "Also answer the other question" in form
    refused = await organizer.send(f"{path}/answer", 422, kind="deferred", text="Verificăm la fața locului.")
    assert "by which day" in refused.text
    assert "Verificăm la fața locului." in refused.text
    await organizer.send(f"{path}/answer", kind="spoken", text=SAID, whole_group="yes", seen="0")
    late = await organizer.send(f"{path}/answer", 409, kind="spoken", text="Nu știm încă nimic.", seen="0")
    assert "A colleague has answered" in late.text
    assert SAID in late.text
    page = await (await town.visitor()).see(f"/consultations/{row.id}/questions")
    assert page.count(SAID) == 1  # once for the group
    await organizer.send(f"{room}/arrange", do="dissolve", key=re.findall(r'id="i-([^"]+)"', page)[0])
    page = await (await town.visitor()).see(f"/consultations/{row.id}/questions")
    assert page.count(SAID) == 2
    await (await town.resident()).see(f"{path}/answer", 403)


async def test_a_question_becomes_an_idea_of_who_asked(town: Town, clock: FrozenClock) -> None:
    clock.at(NOON)
    async with town.database.write() as session:
        organizer = await make_organizer(session)
        row = await make_consultation(session, organizer, starts_at=NOON + timedelta(days=9))
        asker = await make_resident(session)
        question = await ask(session, asker, row, now=NOON)
    path = f"/consultations/questions/{question.id}"
    desk, visitor = await town.officer(Role.DESK), await town.visitor()
    await (await town.officer(Role.DOOR)).see(f"{path}/idea", 403)
    assert "Enter it as an idea" in await desk.see(path)
    form = await desk.see(f"{path}/idea")
    assert f'value="{asker.email}"' in form
    assert "What came with it" not in form  # nothing came with what somebody said
    typed = {
        "form": one_form(form),
        "channel": "email",
        "received_on": local_date(NOON).isoformat(),
        "account": asker.email,
        "shown_as": "name",
        "title": "Trotuar nou pe Strada Zețarilor",
        "body": f"{WORDS} Este spart pe toată lungimea, iar cărucioarele nu trec deloc.",
        "location": "Strada Zețarilor",
    }
    refused = await desk.send(f"{path}/idea", 422, **typed | {"title": "X"})
    assert "Este spart" in refused.text
    answer = await desk.send(f"{path}/idea", **typed)
    assert "/ideas/" in answer.headers["location"], "who has an account needs no letter"
    await desk.send(f"{path}/idea", 303, **typed | {"form": str(new_id())})  # it is one already
    html = await visitor.see(path)
    (idea,) = set(re.findall(r"/en(/ideas/[0-9a-f-]{36})", html))
    page = await visitor.see(idea)
    assert path in page
    assert "Ana P." in page
