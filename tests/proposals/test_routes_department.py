"""What the department and the election officers see and do, page by page; projects and open data."""

import html
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from accounts.queries import get_account
from accounts.states import Role
from app.kit.access_log import list_accesses
from proposals import queries
from proposals.models import Department, DepartmentMember
from proposals.states import IdeaState
from tests.make.cycles import NOON, make_cycle
from tests.make.proposals import BODY, TITLE, make_draft, make_idea, make_project
from tests.proposals.conftest import Town, Visitor

TEXT = "Am verificat la fața locului; terenul este privat."
LINES = {
    "line-1-description": "Pistă",
    "line-1-quantity": "2,5",
    "line-1-unit": "km",
    "line-1-price": "50.000",
    "line-1-vat": "21",
    "line-1-source": "oferta 14/2027",
}


async def idea_in_review(town: Town, reviewer: Visitor, **more: str) -> str:
    async with town.database.write() as session:
        idea = await make_idea(
            session, cycle=town.cycle, state=IdeaState.IN_REVIEW, reviewer=reviewer.account, **more
        )
    return f"/review/ideas/{idea.id}"


async def test_residents_and_other_officials_do_not_see_the_department(town: Town) -> None:
    reviewer = await town.reviewer()
    address = await idea_in_review(town, reviewer)
    resident, desk = await town.resident(), await town.officer(Role.DESK)
    for path in ("/review", address, f"{address}/reject"):
        assert (await resident.client.get("/en" + path)).status_code == 403
        assert (await desk.client.get("/en" + path)).status_code == 403
    await resident.send(f"{address}/note", status=403, note="x")
    await desk.send(f"{address}/reject", status=403, reason="R01", text=TEXT, do="confirmed")


async def test_the_clock_is_explained_in_a_sentence(town: Town, clock: Any) -> None:
    sent = datetime(2026, 11, 20, 10, tzinfo=UTC)
    clock.at(sent)
    async with town.database.write() as session:
        cycle = await make_cycle(session, now=sent)
        idea = await make_idea(session, cycle=cycle, now=sent)
    assert (
        "Due by 11 January 2027: 30 working days counted from 20 November 2026, as set by "
        "the regulation of participatory budgeting. 6 public holidays on working days were skipped. "
        "30 working days are left."
    ) in " ".join((await (await town.visitor()).see(f"/ideas/{idea.id}")).split())


async def test_queue_explains_the_clock_and_ideas_are_taken(town: Town) -> None:
    reviewer = await town.reviewer()
    async with town.database.write() as session:
        idea = await make_idea(session, cycle=town.cycle)
    page = await reviewer.see("/review?show=unassigned")
    assert "Due by 12 April 2027: 30 working days counted from 1 March 2027" in page
    assert reviewer.account is not None
    await reviewer.send(f"/review/ideas/{idea.id}/assign", reviewer=str(reviewer.account.id))
    assert "Nothing to do here" in await reviewer.see("/review?show=unassigned")
    assert "Reviewer: Irina Marin" in await reviewer.see("/review?show=mine")
    bad = await reviewer.send(f"/review/ideas/{idea.id}/assign", status=422, reviewer=str(idea.author_id))
    assert "Choose a colleague" in bad.text


async def test_opening_a_file_is_written_down_for_the_author(town: Town) -> None:
    reviewer = await town.reviewer()
    address = await idea_in_review(town, reviewer)
    await reviewer.see(address)
    async with town.database.read() as session:
        idea = await queries.get_idea(session, __import__("uuid").UUID(address.rsplit("/", 1)[1]))
        (entry,) = await list_accesses(session, idea.author_id)
    assert reviewer.account is not None
    assert entry.reader_id == reviewer.account.id


@pytest.mark.parametrize("act", ["assign", "ask", "resume", "note"])
async def test_a_form_filled_in_wrongly_opens_no_file_to_others(town: Town, act: str) -> None:
    reviewer, desk = await town.reviewer(), await town.officer(Role.DESK)
    address = await idea_in_review(town, reviewer)
    async with town.database.read() as session:
        idea = await queries.get_idea(session, UUID(address.rsplit("/", 1)[1]))
        author = await get_account(session, idea.author_id)
    refused = await desk.send(f"{address}/{act}", status=403)
    assert author.email not in refused.text
    shown = await reviewer.send(f"{address}/{act}", status=422)
    assert author.email in shown.text
    async with town.database.read() as session:
        (entry,) = await list_accesses(session, author.id)
    assert reviewer.account is not None
    assert entry.reader_id == reviewer.account.id


async def test_a_draft_is_not_there_for_the_department(town: Town) -> None:
    reviewer, writer = await town.reviewer(), await town.resident()
    async with town.database.write() as session:
        draft = await make_draft(session, cycle=town.cycle, author=writer.account, title="Nimeni nu știe")
    for path in ("", "/reject"):
        await reviewer.see(f"/review/ideas/{draft.id}{path}", status=404)
    answer = await reviewer.send(f"/review/ideas/{draft.id}/accept", status=404, do="more")
    assert "Nimeni nu" not in answer.text
    await reviewer.send(f"/review/ideas/{draft.id}/note", status=404, note="Notă la o ciornă.")


async def test_question_note_and_resume(town: Town) -> None:
    reviewer = await town.reviewer()
    address = await idea_in_review(town, reviewer)
    short = await reviewer.send(f"{address}/ask", status=422, question="Unde?")
    assert "at least 10 characters" in short.text
    assert "Unde?" in short.text
    await reviewer.send(f"{address}/ask", question="Pe ce parte a străzii?")
    page = await reviewer.see(address)
    assert "The clock has stood still since 1 March 2027, while the author is asked." in page
    await reviewer.send(f"{address}/note", note="De sunat <autorul>")
    assert "De sunat &lt;autorul&gt;" in await reviewer.see(address)
    public = await town.visitor()
    assert "De sunat" not in await public.see(address.replace("/review", ""))
    await reviewer.send(f"{address}/resume", reason="Autorul nu a răspuns.")
    assert "let the clock run again" in await reviewer.see(address)


async def test_verdict_asks_before_it_is_published(town: Town) -> None:
    reviewer = await town.reviewer()
    address = await idea_in_review(town, reviewer)
    refused = await reviewer.send(f"{address}/reject", status=422, text="Nu.")
    assert "Choose a reason" in refused.text
    assert "at least 20 characters" in refused.text
    question = await reviewer.send(f"{address}/reject", status=200, reason="R02", text=TEXT)
    assert "Yes, publish the decision" in question.text
    assert "The land does not belong to the municipality" in question.text
    public = await town.visitor()
    idea = address.replace("/review", "")
    assert "The idea was rejected" not in await public.see(idea)
    back = await reviewer.send(f"{address}/reject", status=200, reason="R02", text=TEXT, do="back")
    assert TEXT in back.text
    assert re.search(r'value="R02"[^>]*checked', back.text)
    await reviewer.send(f"{address}/reject", reason="R02", text=TEXT, do="confirmed")
    page = await public.see(idea)
    assert "The idea was rejected" in page
    assert TEXT in page
    assert "Legal ground: OUG 57/2019" in page
    assert "1 idea refused for it" in await public.see("/reasons")


async def test_second_reviewer_is_told_what_happened_and_keeps_the_text(town: Town) -> None:
    first, second = await town.reviewer(), await town.reviewer(name="Mihai Toma")
    address = await idea_in_review(town, first)
    await first.send(f"{address}/reject", reason="R06", text=TEXT, do="confirmed")
    mine = "Cred că se poate face, am vorbit cu proiectantul."
    for deed in ("", "confirmed"):
        late = await second.send(f"{address}/reject", status=409, reason="R07", text=mine, do=deed)
        assert "Irina Marin has decided on this idea meanwhile" in late.text
        assert TEXT in late.text
        assert mine in late.text
    correct = re.search(r'name="correct" value="([^"]+)"', late.text)
    assert correct
    await second.send(f"{address}/reject", reason="R07", text=mine, correct=correct[1], do="confirmed")
    page = await second.see(address.replace("/review", ""))
    assert "The earlier decision no longer holds" in page


async def test_accept_makes_a_project_page(town: Town) -> None:
    reviewer = await town.reviewer()
    address = await idea_in_review(town, reviewer)
    more = await reviewer.send(f"{address}/accept", status=200, do="more", text=TEXT, **LINES)
    assert 'name="line-6-description"' in more.text
    assert 'value="50.000"' in more.text
    wrong = await reviewer.send(
        f"{address}/accept", status=422, text=TEXT, **{**LINES, "line-1-price": "mult"}
    )
    assert "Please write an amount in lei" in wrong.text
    assert 'value="mult"' in wrong.text
    question = await reviewer.send(
        f"{address}/accept", status=200, text=TEXT, margin="10", yearly="100", **LINES
    )
    assert "166,375" in question.text
    await reviewer.send(f"{address}/accept", text=TEXT, margin="10", yearly="100", do="confirmed", **LINES)
    public = await town.visitor()
    page = await public.see("/cycles/bp-2027/projects/P01")
    assert "166,375" in page
    assert "The idea was accepted and became a project" in page
    assert (await public.client.get("/p/p01")).headers["location"] == "/cycles/bp-2027/projects/P01"
    assert (await public.client.get("/p/P99")).status_code == 404


async def test_accept_with_changes_asks_for_what_was_changed(town: Town) -> None:
    reviewer = await town.reviewer()
    address = await idea_in_review(town, reviewer)
    page = await reviewer.see(f"{address}/change")
    assert TITLE in page  # the text begins as the author's
    typed = {"title": TITLE, "body": BODY, "changes": "Mai scurtă cu un kilometru.", "text": TEXT, **LINES}
    same = await reviewer.send(f"{address}/change", status=422, **typed)
    assert "own text" in same.text
    assert "Mai scurtă cu un kilometru." in same.text
    typed["body"] = BODY + " Numai până la podul Grant."
    question = await reviewer.send(f"{address}/change", status=200, **typed)
    assert "Numai până la podul Grant." in question.text
    await reviewer.send(f"{address}/change", do="confirmed", **typed)
    public = await town.visitor()
    idea = await public.see(address.replace("/review", ""))
    assert "accepted with changes" in idea
    assert "Mai scurtă cu un kilometru." in idea
    assert "Numai până" not in idea.split('id="timeline"')[0]
    assert "Numai până la podul Grant." in await public.see("/cycles/bp-2027/projects/P01")


async def test_what_is_not_ours_is_sent_on(town: Town) -> None:
    reviewer = await town.reviewer()
    address = await idea_in_review(town, reviewer)
    assert "here by 8 March 2027" in await reviewer.see(f"{address}/forward")  # the fifth day is a Saturday
    refused = await reviewer.send(f"{address}/forward", status=422, text=TEXT, reference="12")
    assert "Name the authority" in refused.text
    await reviewer.send(f"{address}/forward", text=TEXT, authority="Metrorex <SA>", do="confirmed")
    page = await (await town.visitor()).see(address.replace("/review", ""))
    assert "Sent on to: Metrorex &lt;SA&gt;" in page
    assert "OG 27/2002, art. 6^1" in page


async def test_rules_of_the_review_are_public_and_changed_by_an_administrator(town: Town) -> None:
    admin, reviewer, public = await town.officer(Role.ADMIN), await town.reviewer(), await town.visitor()
    address = "/cycles/bp-2027/review-rules"
    assert "500,000" in await public.see(address)
    await reviewer.see(f"{address}/edit", status=403)
    page = await admin.see(f"{address}/edit")
    seen = html.unescape(re.search(r'name="seen" value="([^"]+)"', page)[1])  # type: ignore[index]
    typed = {"second_eyes": "200.000", "answer_days": "7", "contest_days": "5", "decide_days": "5"}
    typed |= {
        "publish_on": "2027-03-01",
        "publish_time": "09:00",
        "reason": "Hotărârea comisiei",
        "seen": seen,
    }
    past = await admin.send(f"{address}/edit", status=422, **typed)
    assert "still to come" in past.text
    typed |= {"publish_on": "2027-06-01"}
    await admin.send(f"{address}/edit", **typed)
    changed = await public.see(address)
    assert "200,000" in changed
    assert "1 June 2027" in changed
    stale = await admin.send(f"{address}/edit", status=409, **typed)
    assert "changed in the meantime" in stale.text
    assert 'value="200.000"' in stale.text


async def test_merge_by_number(town: Town) -> None:
    reviewer = await town.reviewer()
    async with town.database.write() as session:
        target = await make_idea(session, cycle=town.cycle, title="Piste de biciclete în Rahova")
    address = await idea_in_review(town, reviewer)
    assert target.number in await reviewer.see(f"{address}/merge")  # suggested, because they are alike
    wrong = await reviewer.send(f"{address}/merge", status=422, into="ID-2027-99999", text=TEXT)
    assert "Ideas can only be merged" in wrong.text
    question = await reviewer.send(f"{address}/merge", status=200, into=target.number or "", text=TEXT)
    assert target.title in question.text
    await reviewer.send(f"{address}/merge", into=target.number or "", text=TEXT, do="confirmed")
    assert "Ideas merged into this one" in await reviewer.see(f"/ideas/{target.id}")


async def test_catalogue_is_changed_by_new_versions(town: Town) -> None:
    admin, resident = await town.officer(Role.ADMIN), await town.resident()
    fields = {
        "title": "Altă zonă", "title_en": "Another area", "text": "Nu este în sector.",
        "text_en": "It is not in the district.", "legal_ground": "Regulament",
    }  # fmt: skip
    assert (await resident.client.get("/en/reasons/new")).status_code == 403
    await resident.send("/reasons/new", status=403, code="R10", **fields)
    refused = await admin.send("/reasons/new", status=422, code="", **{**fields, "text": ""})
    assert "Explain the reason in plain words" in refused.text
    assert 'value="Altă zonă"' in refused.text
    await admin.send("/reasons/new", code="R10", **fields)
    taken = await admin.send("/reasons/new", status=422, code="R10", **fields)
    assert "There is already a reason with this code." in taken.text
    await admin.see("/reasons/R10/edit")
    await admin.send("/reasons/R10/edit", version="1", **{**fields, "title_en": "Outside the district"})
    stale = await admin.send("/reasons/R10/edit", status=409, version="1", **fields)
    assert "changed in the meantime" in stale.text
    head = await town.officer(Role.REVIEWER)
    assert (await head.client.get("/en/reasons/R10/edit")).status_code == 403
    async with town.database.write() as session:
        department = Department(name="Parcuri", name_en="Parks", email="parcuri@exemplu.ro", created_at=NOON)
        session.add(department)
        await session.flush()
        assert head.account is not None
        session.add(DepartmentMember(department_id=department.id, account_id=head.account.id, is_head=True))
    await head.send("/reasons/R10/edit", version="2", **{**fields, "title_en": "Outside the district"})
    page = await resident.see("/reasons/R10")
    assert "Outside the district" in page
    assert "Another area" in page


async def test_list_is_put_to_the_vote_once(town: Town) -> None:
    officer, resident = await town.officer(Role.ELECTION), await town.resident()
    async with town.database.write() as session:
        await make_project(session, cycle=town.cycle)
    assert (await resident.client.get("/en/cycles/bp-2027/put-to-vote")).status_code == 403
    assert "Grădină urbană" in await officer.see("/cycles/bp-2027/put-to-vote")
    answer = await officer.send("/cycles/bp-2027/put-to-vote")
    assert answer.headers["location"].startswith("/en/polls/")
    await officer.send("/cycles/bp-2027/put-to-vote", status=403)
    assert "The list is frozen" in await resident.see("/projects?cycle=bp-2027")


async def test_projects_are_listed_printed_and_exported(town: Town) -> None:
    async with town.database.write() as session:
        await make_project(session, cycle=town.cycle, title="=HYPERLINK(1)", cost_bani=5)
        await make_project(session, cycle=town.cycle, number="BO/22.1", title="Școală verde", cost_bani=900)
        await make_idea(session, cycle=town.cycle, title="Grădină urbană în Rahova")
    public = await town.visitor()
    page = await public.see("/projects?order=cost-down")
    assert page.index("BO/22.1") < page.index("P01")
    assert "Școală verde" in await public.see("/projects?q=scoala")
    assert "No project here yet" in await public.see("/projects?area=ferentari")
    await public.see("/projects/print")
    assert "Școală verde" in await public.see("/cycles/bp-2027/projects/BO/22.1")
    csv = (await public.client.get("/cycles/bp-2027/projects.csv")).content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in csv
    rows = (await public.client.get("/api/v1/cycles/bp-2027/projects")).json()
    assert [(row["number"], row["cost_bani"]) for row in rows] == [("P01", 5), ("BO/22.1", 900)]
    ideas = (await public.client.get("/api/v1/cycles/bp-2027/ideas")).json()
    assert ideas[0]["author"] == "Ana P."
    assert (await public.client.get("/api/v1/cycles/altul/ideas")).status_code == 404
    schema = (await public.client.get("/api/openapi.json")).json()
    assert "/api/v1/cycles/{slug}/ideas" in schema["paths"]


@pytest.mark.parametrize("path", ["/ideas", "/ideas?order=new", "/projects", "/review", "/cycles"])
async def test_queries_of_a_list_do_not_grow_with_it(town: Town, path: str) -> None:
    visitor = await town.reviewer()
    statements: list[str] = []
    engine = town.database.reader.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    async def count() -> int:
        statements.clear()
        await visitor.see(path)
        return len(statements)

    async def add(many: int) -> None:
        async with town.database.write() as session:
            for _ in range(many):
                await make_idea(session, cycle=town.cycle)
                await make_project(session, cycle=town.cycle)

    await add(2)
    few = await count()
    await add(12)
    assert await count() == few <= 14
