"""The measure of all things: Litestar answering one word, served exactly as the platform is."""

from litestar import Litestar, MediaType, get


@get("/", media_type=MediaType.TEXT)
async def hello() -> str:
    """One word."""
    return "hello"


app = Litestar(route_handlers=[hello], openapi_config=None, logging_config=None)
