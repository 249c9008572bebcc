"""The pages of accounts: signing up and in, one's own account, the residence desk, officials."""

from litestar import Router

from accounts.routes.account import ACCOUNT_HANDLERS
from accounts.routes.desk import DESK_HANDLERS
from accounts.routes.officials import OFFICIALS_HANDLERS
from accounts.routes.residence import RESIDENCE_HANDLERS
from accounts.routes.second_factor import SECOND_FACTOR_HANDLERS
from accounts.routes.security import SECURITY_HANDLERS
from accounts.routes.sign_in import SIGN_IN_HANDLERS
from accounts.routes.sign_up import SIGN_UP_HANDLERS

router = Router(
    path="/",
    route_handlers=[
        *SIGN_UP_HANDLERS,
        *SIGN_IN_HANDLERS,
        *ACCOUNT_HANDLERS,
        *SECURITY_HANDLERS,
        *SECOND_FACTOR_HANDLERS,
        *RESIDENCE_HANDLERS,
        *DESK_HANDLERS,
        *OFFICIALS_HANDLERS,
    ],
)
