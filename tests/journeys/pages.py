"""Every page there is, with who must look at it and where it is in the demonstration's district.

Those of one domain are in pages_*.py beside it. A page that is missing in all fails the gate (test_pages.py);
so a new page comes with a line. Words in braces are facts of the district, read from its database; {token} is
the one in the mail that came last, {created} what a form has just made.
"""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from app.kit.db import Database
from app.seed.people import PASSWORD
from app.seed.sealed import read_kept
from cycles.models import Cycle
from proposals.models import Advice, Contestation, Idea, PreparedVerdict, Verdict
from tests.journeys.case import Fields, PageCase, first
from tests.journeys.pages_acts import ACT_FACTS, ACTS
from tests.journeys.pages_consultations import CONSULTATIONS, CONSULTATIONS_FACTS
from tests.journeys.pages_ideas import IDEAS
from tests.journeys.pages_intake import INTAKE, INTAKE_FACTS
from tests.journeys.pages_notices import NOTICES
from tests.journeys.pages_talk import TALK, TALK_FACTS
from tests.journeys.pages_works import WORKS_FACTS
from voting.models import BoardBallot, Poll
from voting.sealing.box import new_receipt

SIGN_UP = {"name": "Dana Ilie", "email": "dana.ilie@exemplu.ro", "password": "patru mere coapte"}
OFFICIAL_SIGN_IN = ("/sign-in", {"email": "radu.dobre@exemplu.ro", "password": PASSWORD})
FORGETFUL = "simona.matei@exemplu.ro"
BALLOT = "/polls/{open_poll}/ballot"
VOTE = {"ballot": "P03.P01", "receipt": "{receipt}"}
VOTED = (BALLOT + "/review", VOTE)  # the same receipt again is no second vote
SEALED_BALLOT = "/polls/{sealed_poll}/ballot"
BY_SERVER: tuple[str, Fields] = (SEALED_BALLOT + "/by-server", {"do": "consent"})
TABLE = "/polls/{approval_poll}/places/1/table"
OTHER_TABLE = "/polls/{approval_poll}/places/2/table"
CLOSED: tuple[str, Fields] = (OTHER_TABLE + "/close", {"sure": "yes"})
NO_NUMBERS = {"in_box": ""}
CHOICES = tuple((BALLOT, {"move": f"add:P0{number}"}) for number in (3, 1, 4))

CASES: tuple[PageCase, ...] = (
    # ── the house itself
    PageCase("/"),
    PageCase("/", who="resident"),
    PageCase("/help"),
    PageCase("/open-data"),
    PageCase("/source"),
    PageCase("/accessibility"),
    PageCase("/privacy"),
    PageCase("/styleguide", is_specimen=True),
    PageCase("/search"),
    PageCase("/search?q=biciclete", note="found"),
    PageCase("/search?q=parcare+xilofon", note="some words"),
    PageCase("/search?q=xilofon", note="nothing"),
    PageCase("/register"),
    PageCase("/demo"),
    PageCase("/demo", who="reviewer"),
    PageCase("/demo/mail"),
    PageCase("/no-such-page", status=404),
    # ── accounts
    PageCase("/sign-in"),
    PageCase("/sign-in", note="empty", status=422, send={}),
    PageCase(
        "/sign-in", note="wrong", status=422, send={"email": "ana@exemplu.ro", "password": "greșită de tot"}
    ),
    PageCase("/sign-in/second-factor", who="guest", before=(OFFICIAL_SIGN_IN,)),
    PageCase("/sign-up"),
    PageCase("/sign-up", note="empty", status=422, send={}),
    PageCase("/sign-up/sent", who="guest", before=(("/sign-up", SIGN_UP),)),
    PageCase("/sign-up/confirm?token={token}", who="guest", before=(("/sign-up", SIGN_UP),)),
    PageCase("/sign-up/confirm?token=wrong", status=404),
    PageCase("/password/forgot"),
    PageCase("/password/forgot/sent"),
    PageCase(
        "/password/reset?token={token}", who="guest", before=(("/password/forgot", {"email": FORGETFUL}),)
    ),
    PageCase("/account", who="resident"),
    PageCase("/account", who="newcomer"),
    PageCase("/account/access", who="resident"),
    PageCase("/account/close", who="newcomer"),
    PageCase("/account/email", who="resident"),
    PageCase("/account/email", note="empty", who="resident", status=422, send={}),
    PageCase(
        "/account/email/confirm?token={token}",
        who="colleague",
        before=(("/account/email", {"email": "alta.adresa@exemplu.ro", "password": PASSWORD}),),
    ),
    PageCase("/account/letter", who="newcomer"),
    PageCase("/account/password", who="resident"),
    PageCase("/account/password", note="empty", who="resident", status=422, send={}),
    PageCase("/account/preferences", who="resident"),
    PageCase("/account/residence", who="newcomer"),
    PageCase("/account/residence", who="resident"),
    PageCase("/account/second-factor", who="resident"),
    PageCase("/account/second-factor/off", who="admin", status=403),
    PageCase("/account/recovery-codes", who="reviewer"),
    PageCase("/account/recovery-codes", note="new ones", who="reviewer", send={"password": PASSWORD}),
    PageCase("/account/security", who="resident"),
    PageCase("/account/security", who="admin"),
    PageCase("/desk", who="desk"),
    PageCase("/desk/search", note="empty", who="desk", status=422, send={}),
    PageCase("/desk/letters", who="desk"),
    PageCase("/desk/residents/{newcomer}", who="desk"),
    PageCase("/desk/residents/{resident}", who="desk"),
    PageCase("/officials", who="admin"),
    PageCase("/officials/give", note="empty", who="admin", status=422, send={}),
    PageCase("/officials", note="by a resident", who="resident", status=403),
    # ── cycles
    PageCase("/cycles"),
    PageCase("/cycles/{open_cycle}"),
    PageCase("/cycles/{past_cycle}"),
    PageCase("/cycles/{open_cycle}/stages/vote", who="election"),
    # ── ideas and projects
    *IDEAS,
    *INTAKE,
    # ── votes
    PageCase("/polls"),
    PageCase("/polls/guarantees"),
    PageCase("/voting-rules"),
    PageCase("/booth"),
    PageCase("/polls/{open_poll}"),
    PageCase("/polls/{open_poll}", who="resident"),
    PageCase("/polls/{past_poll}"),
    PageCase("/polls/{open_poll}/ballot", is_ballot=True),
    PageCase(
        "/polls/{open_poll}/ballot", note="with choices", who="resident", is_ballot=True, before=CHOICES
    ),
    PageCase("/polls/{open_poll}/ballot/order", note="empty", is_ballot=True),
    PageCase("/polls/{open_poll}/ballot/order", who="resident", is_ballot=True, before=CHOICES),
    PageCase("/polls/{open_poll}/ballot/review", who="resident", is_ballot=True, before=CHOICES),
    PageCase("/polls/{open_poll}/ballot/review", who="newcomer", is_ballot=True, before=CHOICES),
    PageCase(BALLOT + "/review", note="receipt", who="colleague", is_ballot=True, send=VOTE),
    PageCase(BALLOT + "/review", note="once more", who="colleague", is_ballot=True, before=(VOTED, *CHOICES)),
    PageCase(
        BALLOT + "/review",
        note="wrong key",
        who="colleague",
        status=422,
        is_ballot=True,
        before=(VOTED,),
        send={**VOTE, "receipt": "{other_receipt}", "replacement_key": "0000-0000-0000-0000-0000"},
    ),
    PageCase("/polls/{past_poll}/result"),
    PageCase("/polls/{past_poll}/codes"),
    PageCase("/polls/{open_poll}/officer", who="election"),
    PageCase("/polls/{open_poll}/officer/cancel", who="election"),
    PageCase("/polls/{past_poll}/officer", who="election"),
    PageCase("/polls/{past_poll}/officer", who="resident", status=403),
    # ── sealed votes
    PageCase("/polls/{sealed_poll}"),
    PageCase("/polls/{sealed_poll}/board"),
    PageCase("/polls/{opened_poll}/board"),
    PageCase("/polls/{opened_poll}/opening"),
    PageCase("/polls/{sealed_poll}/ballot", is_ballot=True),
    PageCase("/polls/{sealed_poll}/ballot", who="resident", is_ballot=True),
    PageCase("/polls/{sealed_poll}/ballot", who="newcomer", is_ballot=True),
    PageCase("/polls/{sealed_poll}/ballot/sealed", who="resident"),
    PageCase(
        "/polls/{sealed_poll}/ballot/sealed",
        note="no ballot",
        who="resident",
        status=422,
        send={"ballot": "{{}}"},
    ),
    PageCase("/polls/{sealed_poll}/ballot/by-server", is_ballot=True),
    PageCase(
        "/polls/{sealed_poll}/ballot",
        note="by the server",
        who="author",
        is_ballot=True,
        before=(BY_SERVER,),
    ),
    PageCase(
        "/polls/{sealed_poll}/ballot/review",
        note="by the server",
        who="author",
        is_ballot=True,
        before=(BY_SERVER, (SEALED_BALLOT, {"move": "add:C02"})),
    ),
    PageCase(SEALED_BALLOT + "/order", note="nothing", who="reviewer", is_ballot=True, before=(BY_SERVER,)),
    PageCase(
        SEALED_BALLOT + "/review",
        note="blank, by the server",
        who="reviewer",
        is_ballot=True,
        before=(BY_SERVER, (SEALED_BALLOT + "/order", {"move": "blank"})),
    ),
    PageCase(
        "/polls/{sealed_poll}/ballot/by-server/send",
        note="no code",
        who="author",
        status=422,
        is_ballot=True,
        before=(BY_SERVER,),
        send={"ballot": "C02.C01"},
    ),
    PageCase("/check?code={sealed_code}", note="sealed"),
    PageCase("/polls/{begun_poll}"),
    PageCase("/polls/{opened_poll}"),
    PageCase("/polls/{opened_poll}/result"),
    PageCase("/polls/{begun_poll}/officer/sealing", who="election"),
    PageCase("/polls/{sealed_poll}/officer/sealing", who="election"),
    PageCase("/polls/{opened_poll}/officer/sealing", who="election"),
    PageCase(
        "/polls/{begun_poll}/officer/sealing/trustees", note="empty", who="election", status=422, send={}
    ),
    PageCase(
        "/polls/{opened_poll}/officer/sealing/links", note="a new one", who="election", send={"number": "1"}
    ),
    PageCase("/trustee/{waiting_trustee}"),
    PageCase("/trustee/{ready_trustee}"),
    PageCase("/trustee/wrong", status=404),
    # ── elections
    PageCase("/polls/new", who="election"),
    PageCase("/polls/new", note="empty", who="election", status=422, send={}),
    PageCase("/polls/{draft_poll}/officer/election", who="election"),
    PageCase("/polls/{draft_poll}/officer", who="election"),
    PageCase("/polls/{council_poll}"),
    PageCase("/polls/{council_poll}/result"),
    PageCase("/polls/{approval_poll}"),
    PageCase("/polls/{approval_poll}/ballot", is_ballot=True),
    PageCase(
        "/polls/{approval_poll}/ballot",
        note="nothing ticked",
        who="resident",
        status=422,
        is_ballot=True,
        send={"do": "review"},
    ),
    PageCase(
        "/polls/{approval_poll}/ballot/review",
        who="resident",
        is_ballot=True,
        before=(("/polls/{approval_poll}/ballot", {"chosen": "C02", "do": "review"}),),
    ),
    PageCase("/polls/{grades_poll}/ballot", is_ballot=True),
    PageCase(
        "/polls/{grades_poll}/ballot/review",
        who="resident",
        is_ballot=True,
        before=(("/polls/{grades_poll}/ballot", {"points-C02": "4", "do": "review"}),),
    ),
    # ── votes on paper
    PageCase("/places", who="clerk"),
    PageCase("/polls/{council_poll}/places"),
    PageCase("/polls/{approval_poll}/places"),
    PageCase("/polls/{approval_poll}/officer/places", who="election"),
    PageCase("/polls/{draft_poll}/officer/places", who="election"),
    PageCase("/polls/{draft_poll}/officer/places", note="empty", who="election", status=422, send={}),
    PageCase("/polls/{draft_poll}/officer/places/1", who="election"),
    PageCase("/polls/{approval_poll}/paper-ballot", who="clerk"),
    PageCase("/polls/{council_poll}/paper-ballot", who="clerk"),
    PageCase(TABLE, who="clerk"),
    PageCase(
        TABLE, note="nobody found", who="clerk", status=422, send={"name": "Nimeni", "birth_year": "1950"}
    ),
    PageCase(OTHER_TABLE, note="closed", who="clerk", before=(CLOSED,)),
    PageCase(OTHER_TABLE, note="closed", who="election", before=(CLOSED,), begun_by="clerk"),
    PageCase(
        OTHER_TABLE + "/reopen",
        note="no reason",
        who="election",
        status=422,
        before=(CLOSED,),
        begun_by="clerk",
        send={"reason": ""},
    ),
    PageCase(TABLE + "/{newcomer}", who="clerk"),
    PageCase(TABLE + "/{resident}", who="clerk"),
    PageCase("/polls/{council_poll}/places/1/protocol", who="clerk"),
    PageCase("/polls/{council_poll}/places/1/form", who="clerk"),
    PageCase("/polls/{ended_poll}/places/1/protocol", who="election"),
    PageCase(
        "/polls/{ended_poll}/places/1/protocol", note="empty", who="election", status=422, send=NO_NUMBERS
    ),
    PageCase("/polls/{ended_poll}/places/1/papers", who="clerk"),
    PageCase("/polls/{ended_poll}/places/1/papers?before=1", note="read back", who="clerk"),
    PageCase(
        "/polls/{ended_poll}/places/1/papers", note="empty", who="clerk", status=422, send={"sheet": "2"}
    ),
    PageCase("/polls/{ended_poll}/places/1/papers", note="beginning", who="second_clerk"),
    PageCase("/polls/{ended_poll}/places/2/differing", who="clerk"),
    PageCase("/desk/new", who="desk"),
    PageCase("/desk/new", note="empty", who="desk", status=422, send={}),
    PageCase("/cycles/{council_cycle}"),
    PageCase("/cycles/{next_cycle}/vote-settings", who="election"),
    PageCase("/cycles/{next_cycle}/vote-settings", note="empty", who="election", status=422, send={}),
    # ── draft decisions
    *ACTS,
    *NOTICES,
    *CONSULTATIONS,
    *TALK,
    PageCase("/check"),
    PageCase("/check?code={code}", note="found"),
    PageCase("/check?code=7QXM-4T2K-9RVD", note="not found"),
)

# Addresses that answer a GET and are no pages: feeds, downloads and the interface for programs ...
NO_PAGE = re.compile(r"/api/.*|.*\.(atom|csv|docx|json|jsonl|pdf|txt|xml|zip)")
# ... and these, with the reason.
NOT_PAGES: dict[str, str] = {
    "/health": "JSON for machines",
    "/ready": "JSON for machines",
    "/static/{name:path}": "files",
    "/account/export": "a download",
    "/p/{number:str}": "a short address that leads on",
    "/i/{number:str}": "a short address that leads on",
    "/ideas/map.svg": "a picture",
    "/photos/{photo_id:uuid}/{size:str}": "pictures",
    "/attachments/{attachment_id:uuid}": "downloads, tested in tests/proposals/test_hostile_uploads.py",
    "/desk/papers/{paper_id:uuid}": "downloads, tested in tests/proposals/test_papers.py",
    "/works/photos/{photo_id:uuid}/{size:str}": "pictures",
    "/consultations/photos/{photo_id:uuid}/{size:str}": "pictures",
    "/consultations/commitments/photos/{photo_id:uuid}/{size:str}": "pictures",
    "/polls/{poll_id:uuid}/files/{name:str}": "downloads",
    "/trustee/{token:str}/files/{name:str}": "downloads",
    "/polls/{poll_id:uuid}/board/{name:str}": "downloads",
    "/acts/{act_id:uuid}/papers/{position:int}": "downloads",
    "/acts/{act_id:uuid}/debates/{position:int}/calendar.ics": "a download",
    "/consultations/{consultation_id:uuid}/calendar.ics": "a download",
    "/consultations/door/worker.js": "a program, tested in tests/journeys/test_door.py",
    "/consultations/door/{consultation_id:uuid}/list": "data for tablets, tested in tests/consultations",
    "/consultations/calendars/{kind:str}/{key:str}/calendar.ics": "a download",
    "/amendments/{amendment_id:uuid}": "a short address that leads on",
    "/days-off": "a short address that leads to this year",
    "/notices/feed/{token:str}": "a private feed, tested in tests/notices/test_channels.py",
    "/booth/obste-booth.html": "a download, tested in tests/voting/sealing/booth",
}

# Whose first view is weighed: what a phone with little data opens first.
LIGHT_PAGES = ("/", "/cycles", "/ideas", "/projects", "/register")


async def read_facts(database_url: str) -> dict[str, str]:
    """What the words in braces stand for."""
    database = Database(database_url)
    try:
        async with database.read() as session:
            facts = {name: await find(session) for name, find in FACTS.items()}
    finally:
        await database.dispose()
    kept = read_kept(Path(urlsplit(database_url).path).parent)
    facts["waiting_trustee"] = kept.tokens[facts["begun_poll"]][-1][1]
    facts["ready_trustee"] = kept.tokens[facts["sealed_poll"]][0][1]
    facts["receipt"], facts["code"] = new_receipt(facts["open_poll"])
    facts["other_receipt"], _ = new_receipt(facts["open_poll"])
    return facts


def _ids(condition: Any) -> Any:
    return select(Account.id).where(condition)


_OF_BUDGETS = Poll.cycle_id.in_(select(Cycle.id).where(Cycle.kind == "budget"))
FACTS: dict[str, Callable[[AsyncSession], Awaitable[str]]] = {
    "newcomer": first(Account.id, Account.email == "mihai@exemplu.ro"),
    "resident": first(Account.id, Account.email == "ana@exemplu.ro"),
    "own_idea": first(
        Idea.id,
        Idea.state == "submitted",
        Idea.author_id.in_(_ids(Account.email == "elena@exemplu.ro")),
    ),
    "advice": first(Advice.id, Advice.answered_at.is_(None)),
    "asked_idea": first(Idea.id, Idea.state == "waiting"),
    "reviewed_idea": first(Idea.id, Idea.state == "in_review"),
    "rejected_idea": first(Idea.id, Idea.state == "rejected"),
    "accepted_idea": first(Idea.id, Idea.state == "accepted"),
    "forwarded_idea": first(Idea.id, Idea.state == "forwarded"),
    "changed_idea": first(Idea.id, Idea.id.in_(select(Verdict.idea_id).where(Verdict.kind == "changed"))),
    "prepared": first(PreparedVerdict.id, PreparedVerdict.ended_at.is_(None)),
    "prepared_idea": first(PreparedVerdict.idea_id, PreparedVerdict.ended_at.is_(None)),
    "contested_idea": first(Contestation.idea_id, Contestation.outcome.is_(None)),
    "contestable_idea": first(
        Idea.id,
        Idea.author_id.in_(_ids(Account.email == "elena@exemplu.ro")),
        Idea.state == "forwarded",
    ),
    "pinned_idea": first(Idea.id, Idea.state == "submitted", Idea.latitude.is_not(None)),
    "next_cycle": first(Cycle.slug, Cycle.id.not_in(select(Poll.cycle_id))),
    "open_poll": first(Poll.id, Poll.state == "open", _OF_BUDGETS),
    "past_poll": first(Poll.id, Poll.state.in_(("tallied", "certified")), _OF_BUDGETS),
    "draft_poll": first(Poll.id, Poll.state == "draft"),
    "council_poll": first(Poll.id, Poll.rule == "stv/scottish", Poll.state == "tallied"),
    "ended_poll": first(Poll.id, Poll.state == "closed", Poll.paper == "planned"),
    "council_cycle": first(
        Cycle.slug, Cycle.id.in_(select(Poll.cycle_id).where(Poll.rule == "stv/scottish"))
    ),
    "approval_poll": first(Poll.id, Poll.rule == "approval"),
    "grades_poll": first(Poll.id, Poll.rule == "majority-judgment"),
    "sealed_poll": first(Poll.id, Poll.sealing == "ready"),
    "sealed_code": first(BoardBallot.code),
    "begun_poll": first(Poll.id, Poll.sealing == "keys"),
    "opened_poll": first(Poll.id, Poll.sealing == "opened"),
    "open_cycle": first(
        Cycle.slug,
        Cycle.kind == "budget",
        Cycle.id.in_(select(Poll.cycle_id).where(Poll.state == "open")),
    ),
    "past_cycle": first(
        Cycle.slug,
        Cycle.kind == "budget",
        Cycle.id.in_(select(Poll.cycle_id).where(Poll.state.in_(("tallied", "certified")))),
    ),
    **ACT_FACTS,
    **TALK_FACTS,
    **WORKS_FACTS,
    **CONSULTATIONS_FACTS,
    **INTAKE_FACTS,
}
