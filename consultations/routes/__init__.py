"""The web of field consultations."""

from litestar import Router

from consultations import api
from consultations.routes import (
    coming,
    commitments,
    coverage,
    desk,
    door,
    door_tablet,
    feeds,
    kept,
    minutes,
    minutes_photos,
    people,
    planning,
    posters,
    promising,
    public,
    questions,
    raising,
    room,
    satisfaction,
)

router = Router(
    path="/",
    route_handlers=[
        *public.HANDLERS,
        *coming.HANDLERS,
        *feeds.HANDLERS,
        *kept.HANDLERS,
        *desk.HANDLERS,
        *planning.HANDLERS,
        *people.HANDLERS,
        *posters.HANDLERS,
        *minutes.HANDLERS,
        *minutes_photos.HANDLERS,
        *questions.HANDLERS,
        *room.HANDLERS,
        *raising.HANDLERS,
        *door.HANDLERS,
        *door_tablet.HANDLERS,
        *satisfaction.HANDLERS,
        *coverage.HANDLERS,
        *api.HANDLERS,
        *commitments.HANDLERS,
        *promising.HANDLERS,
    ],
)
