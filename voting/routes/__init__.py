"""Every page and action of voting."""

from litestar import Router

from voting.routes.ballot import HANDLERS as BALLOT
from voting.routes.board import HANDLERS as BOARD
from voting.routes.by_server import HANDLERS as BY_SERVER
from voting.routes.officer import HANDLERS as OFFICER
from voting.routes.public import HANDLERS as PUBLIC
from voting.routes.sealed import HANDLERS as SEALED
from voting.routes.settings import HANDLERS as SETTINGS

router = Router(path="/", route_handlers=[*PUBLIC, *BALLOT, *BOARD, *SEALED, *BY_SERVER, *OFFICER, *SETTINGS])
