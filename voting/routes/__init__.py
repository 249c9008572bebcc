"""Every page and action of voting."""

from litestar import Router

from voting.routes.ballot import HANDLERS as BALLOT
from voting.routes.board import HANDLERS as BOARD
from voting.routes.by_server import HANDLERS as BY_SERVER
from voting.routes.ceremony import HANDLERS as CEREMONY
from voting.routes.officer import HANDLERS as OFFICER
from voting.routes.papers import HANDLERS as PAPERS
from voting.routes.places import HANDLERS as PLACES
from voting.routes.public import HANDLERS as PUBLIC
from voting.routes.sealed import HANDLERS as SEALED
from voting.routes.settings import HANDLERS as SETTINGS
from voting.routes.table import HANDLERS as TABLE
from voting.routes.trustee import HANDLERS as TRUSTEE

SEALED_VOTES = [*BOARD, *SEALED, *BY_SERVER, *CEREMONY, *TRUSTEE]
PAPER_VOTES = [*PLACES, *TABLE, *PAPERS]
router = Router(path="/", route_handlers=[*PUBLIC, *BALLOT, *SEALED_VOTES, *PAPER_VOTES, *OFFICER, *SETTINGS])
