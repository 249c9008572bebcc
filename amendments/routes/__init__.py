"""The web of draft decisions: reading, proposing, and what the secretariat and the councillors do."""

from litestar import Router

from amendments.routes import (
    akoma,
    answering,
    changing,
    compared,
    consolidating,
    council_vote,
    days_off,
    debate_desk,
    debates,
    papers,
    parts,
    preparing,
    printing,
    proposing,
    public,
    publishing,
    register,
    secretariat,
    sitting,
    yearly,
)

router = Router(
    path="/",
    route_handlers=[
        *public.HANDLERS,
        *parts.HANDLERS,
        *register.HANDLERS,
        *publishing.HANDLERS,
        *printing.HANDLERS,
        *akoma.HANDLERS,
        *yearly.HANDLERS,
        *changing.HANDLERS,
        *proposing.HANDLERS,
        *secretariat.HANDLERS,
        *papers.HANDLERS,
        *answering.HANDLERS,
        *preparing.HANDLERS,
        *consolidating.HANDLERS,
        *compared.HANDLERS,
        *sitting.HANDLERS,
        *council_vote.HANDLERS,
        *debate_desk.HANDLERS,
        *debates.HANDLERS,
        *days_off.HANDLERS,
    ],
)
