"""What tests of the registrar share."""

from collections.abc import Iterator

import pytest

from tests.make.post_office import Office, post_office


@pytest.fixture
def office() -> Iterator[tuple[Office, str]]:
    """A mail server, and its address."""
    with post_office() as found:
        yield found
