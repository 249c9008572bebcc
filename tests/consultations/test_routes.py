"""The pages of field consultations: the programme, coming, the organizers' desk, calls, calendars."""

import re
from datetime import datetime
from html import unescape

import pytest
import vobject

from accounts.states import Role
from app.kit.clock import BUCHAREST
from consultations.models import Consultation
from tests.conftest import FrozenClock
from tests.feeds import judge_feed
from tests.make.consultations import (
    MORNING,
    make_consultation,
    make_host,
    make_organizer,
    make_season,
    make_venue,
)
from tests.proposals.conftest import Town

WHY = "Sala nu mai este liberă în acea seară."


@pytest.fixture(autouse=True)
def february(clock: FrozenClock) -> None:
    clock.at(MORNING)


async def published(town: Town, **given: object) -> Consultation:
    async with town.database.write() as session:
        return await make_consultation(session, await make_organizer(session), **given)


async def test_a_series_from_the_form_to_the_programme(town: Town) -> None:
    organizer = await town.officer(Role.ORGANIZER)
    await organizer.see("/consultations/desk")
    base = "/consultations/settings"
    refused = await organizer.send(
        f"{base}/season/new", 422, title="Primăvara", starts_on="2027-06-30", ends_on="2027-02-01"
    )
    assert "The last day comes after the first" in refused.text
    assert 'value="2027-06-30"' in refused.text
    await organizer.send(
        f"{base}/season/new", title="Primăvara 2027", starts_on="2027-02-01", ends_on="2027-06-30"
    )
    await organizer.send(f"{base}/host/new", name="Cristina Popa", office="consilier local", is_active="yes")
    venue = {"name": "Școala 280", "address": "Str. Munții Carpați 74", "area": "rahova", "seats": "120"}
    refused = await organizer.send(f"{base}/venue/new", 422, **venue | {"lat": "44.4"})
    assert "both latitude and longitude" in refused.text
    await organizer.send(f"{base}/venue/new", **venue, is_active="yes", lat="44.4005", lon="26.0505")
    form = await organizer.see("/consultations/plan")

    def choice(name: str) -> str:
        found = re.search(rf'name="{name}".*?<option value="([0-9a-f-]{{36}})"', form, re.DOTALL)
        assert found
        return found[1]

    plan = {name: choice(name) for name in ("season_id", "host_id", "venue_id")} | {
        "theme": "streets",
        "title": "Străzi și parcări",
        "day": "2027-04-05",
        "begins": "18:00",
        "ends": "20:00",
        "repeat": "weeks",
        "step": "2",
        "until": "2027-05-04",
        "capacity": "50",
    }
    refused = await organizer.send("/consultations/plan", 422, **plan | {"begins": "6pm"})
    assert "Write hours like" in refused.text
    assert "Străzi și parcări" in refused.text
    check = await organizer.send("/consultations/plan", 200, **plan)
    days = re.findall(r'name="days" value="([0-9-]+)" id="days-\d+"( checked)?', check.text)
    assert days == [("2027-04-05", " checked"), ("2027-04-19", " checked"), ("2027-05-03", "")]
    assert "A public holiday or a day off" in check.text  # the Monday of Orthodox Easter
    (form_id,) = re.findall(r'name="form_id" value="([^"]+)"', check.text)
    back = await organizer.send("/consultations/plan", 200, **plan, do="back", form_id=form_id)
    assert 'value="2027-05-04"' in back.text
    for _ in range(2):  # a second click
        await organizer.send("/consultations/plan", **plan, do="propose", form_id=form_id, days="2027-04-05")
    desk = await organizer.see("/consultations/desk")
    (proposal,) = re.findall(r'name="ids" value="([^"]+)"', desk)
    visitor = await town.visitor()
    await visitor.see(f"/consultations/{proposal}", 404)
    assert "Străzi și parcări" not in await visitor.see("/consultations")
    await organizer.send("/consultations/publish", 422)
    await organizer.send("/consultations/publish", ids=proposal)
    assert "Străzi și parcări" in await visitor.see("/consultations")
    assert "Străzi și parcări" in await visitor.see("/consultations?view=map&area=rahova&theme=streets")
    assert "18:00 Rahova" in await visitor.see("/consultations?view=month&month=2027-04")
    assert "Nothing in this month" in await visitor.see("/consultations?view=month&month=2027-02")
    page = await visitor.see(f"/consultations/{proposal}")
    assert "50 places free" in page
    assert "Monday, 5 April 2027, 18:00–20:00" in page
    for month in ("0001-01", "9999-12", "2027-13", "x"):
        await visitor.see(f"/consultations?view=month&month={month}")
    refused = await organizer.send("/consultations/plan", 422, **plan | {"day": "9999-12-31"})
    assert "too far away" in refused.text
    await visitor.see("/consultations?when=past&page=99&host=nobody&season=x")
    await visitor.see("/consultations/hosts/cristina-popa")
    await visitor.see("/consultations/hosts/nobody", 404)
    resident = await town.resident()
    await resident.see("/consultations/desk", 403)


async def test_coming_the_ticket_and_withdrawing(town: Town) -> None:
    row = await published(town, capacity=2)
    path = f"/consultations/{row.id}"
    ana, ion = await town.resident(), await town.resident()
    await ana.see(path)
    refused = await ana.send(f"{path}/registration", 422, guests="9", needs="Scaun cu rotile")
    assert "up to 4 guests" in refused.text
    assert "Scaun cu rotile" in refused.text
    await ana.send(f"{path}/registration", guests="1", needs="Scaun cu rotile")
    page = await ana.see(path)
    assert "2 places are reserved for you" in page
    (ticket,) = re.findall(r"/en(/consultations/tickets/[0-9A-Z]+)", page)
    await ion.see(path)
    await ion.send(f"{path}/registration", guests="0")
    assert "You are on the waiting list" in await ion.see(path)
    stranger = await town.visitor()
    html = await stranger.see(ticket)
    assert "Scaun" not in html
    await stranger.send(ticket)
    assert "You are no longer registered" in await stranger.see(ticket)
    assert "1 place is reserved for you" in await ion.see(path)
    await ion.send(f"{path}/registration", do="withdraw")
    assert "2 places free" in await ion.see(path)
    await stranger.see("/consultations/tickets/0000", 404)


async def test_moving_calling_off_and_reporting_with_reasons(town: Town, clock: FrozenClock) -> None:
    row = await published(town)
    path = f"/consultations/{row.id}"
    organizer = await town.officer(Role.ORGANIZER)
    form = await organizer.see(f"{path}/change")
    typed = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', form))
    typed = {name: unescape(value) for name, value in typed.items() if name != "csrf_token"} | {
        "about": "Ce facem cu parcările de reședință.",
        "season_id": str(row.season_id),
        "host_id": str(row.host_id),
        "venue_id": str(row.venue_id),
        "theme": "streets",
    }
    typed.pop("has_childcare", None)
    same = await organizer.send(f"{path}/change", 409, **typed)
    assert "Nothing is different" in same.text
    refused = await organizer.send(f"{path}/change", 422, **typed | {"day": "2027-02-23"})
    assert "Say why" in refused.text
    await organizer.send(f"{path}/change", **typed | {"day": "2027-02-23", "reason": WHY})
    stale = await organizer.send(f"{path}/change", 409, **typed | {"day": "2027-03-02", "reason": WHY})
    assert "A colleague has changed this" in stale.text
    visitor = await town.visitor()
    html = await visitor.see(path)
    assert WHY in html
    assert "16 February 2027" in html
    refused = await organizer.send(f"{path}/steps/cancel", 422, reason="nu")
    assert "Say why" in refused.text
    await organizer.see(f"{path}/steps/cancel")
    await organizer.send(f"{path}/steps/cancel", reason=WHY)
    assert "This consultation was called off" in await visitor.see(path)
    await organizer.see(f"{path}/steps/reinstate")
    await organizer.send(f"{path}/steps/reinstate", reason=WHY)
    await organizer.see(f"{path}/steps/held", 403)
    clock.at(datetime(2027, 2, 24, 8, 0, tzinfo=BUCHAREST))
    organizer = await town.officer(Role.ORGANIZER)  # the session of yesterday has ended
    desk = await organizer.see("/consultations/desk")
    assert "Was it held?" in desk
    await organizer.see(f"{path}/steps/held")
    await organizer.send(f"{path}/steps/held")
    assert "Held" in await visitor.see(path)
    await organizer.see(f"{path}/steps/dance", 404)


async def test_an_operator_registers_who_calls_and_calls_back(town: Town) -> None:
    row = await published(town)
    path = f"/consultations/{row.id}"
    operator = await town.officer(Role.DESK)
    await operator.see("/consultations/calls")
    await operator.see(f"{path}/people")
    refused = await operator.send(f"{path}/people", 422, name="Maria Radu", phone="???")
    assert "Maria Radu" in refused.text
    await operator.send(f"{path}/people", name="Maria Radu", phone="0721 000 000", guests="1", needs="Scaun")
    html = await operator.see(f"{path}/people")
    assert "Maria Radu" in html
    assert "0721 000 000" in html
    answer = await operator.client.get(f"/en{path}/people.csv")
    assert answer.text.splitlines()[1].startswith("Maria Radu,confirmed,2,0,Scaun,")
    organizer = await town.officer(Role.ORGANIZER)
    await organizer.see(f"{path}/steps/cancel")
    await organizer.send(f"{path}/steps/cancel", reason=WHY)
    calls = await operator.see("/consultations/calls")
    (called,) = re.findall(r'action="/en(/consultations/[^"]+/people/[^"]+)"', calls)
    (seen,) = re.findall(r'name="seen" value="(\d+)"', calls)
    await operator.send(called, seen=seen)
    assert "Call these people" not in await operator.see("/consultations/calls")
    resident = await town.resident()
    await resident.see(f"{path}/people", 403)
    door = await town.officer(Role.DOOR)
    await door.see(f"{path}/people")
    await door.see("/consultations/calls", 403)


# ── calendars, read by another program ────────────────────────────────────────
def read_events(text: str) -> dict[str, vobject.base.Component]:
    return {event.uid.value: event for event in vobject.readOne(text).vevent_list}


async def test_calendars_follow_moves_and_cancellations_across_the_change_of_the_clock(town: Town) -> None:
    async with town.database.write() as session:
        organizer = await make_organizer(session)
        season, host = await make_season(session, organizer), await make_host(session, organizer)
        venue = await make_venue(session, organizer)
        days = [datetime(2027, 3, day, 18, 0, tzinfo=BUCHAREST) for day in (23, 30)]
        rows = [
            await make_consultation(session, organizer, season=season, host=host, venue=venue, starts_at=day)
            for day in days
        ]
    visitor = await town.visitor()
    assert "webcal:" in await visitor.see("/consultations/calendars")
    for kind, key in [("all", "all"), ("host", host.slug), ("area", "rahova"), ("theme", "streets")]:
        feed = f"/en/consultations/calendars/{kind}/{key}/calendar.ics"
        events = read_events((await visitor.client.get(feed)).text)
        starts = sorted(one.dtstart.value for one in events.values())
        assert [moment.astimezone(BUCHAREST) for moment in starts] == days
        assert [moment.utcoffset().total_seconds() / 3600 for moment in starts] == [2, 3]
    assert (await visitor.client.get("/consultations/calendars/theme/x/calendar.ics")).status_code == 404
    assert (await visitor.client.get("/consultations/calendars/area/x/calendar.ics")).status_code == 404
    official = await town.officer(Role.ORGANIZER)
    await official.see("/consultations/desk")
    await official.send(f"/consultations/{rows[1].id}/steps/cancel", reason=WHY)
    feed = "/en/consultations/calendars/all/all/calendar.ics"
    answer = await visitor.client.get(feed)
    after = read_events(answer.text)
    assert set(after) == set(events)
    off = next(one for uid, one in after.items() if str(rows[1].id) in uid)
    assert (off.status.value, off.sequence.value) == ("CANCELLED", "1")
    alone = await visitor.client.get(f"/consultations/{rows[0].id}/calendar.ics")
    (event,) = read_events(alone.text).values()
    assert (event.status.value, event.sequence.value) == ("CONFIRMED", "0")
    assert event.location.value == "Școala Gimnazială nr. 280, Str. Munții Carpați 74"
    atom = await visitor.client.get("/en/consultations/calendars/host/cristina-popa/feed.atom")
    assert atom.status_code == 200
    assert judge_feed(atom.content)
    assert "Called off: CO-2027-00002" in atom.text
    assert WHY in atom.text
