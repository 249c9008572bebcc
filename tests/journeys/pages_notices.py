"""The pages of what people are written to about, for the page gate."""

from tests.journeys.case import PageCase

NOTICES: tuple[PageCase, ...] = (
    PageCase("/account/notices", who="resident"),
    PageCase("/account/notices", note="no choice", who="resident", status=422, send={"own": "daily"}),
    PageCase("/notices/stop"),
    PageCase("/notices/stop", note="an address that is not ours", status=200, send={"token": "x"}),
)
