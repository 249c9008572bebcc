"""What the workers do each night."""

from app.kit import clock
from app.kit.context import Services
from open_data import service


async def publish_packages(services: Services) -> None:
    """Sweep: make tonight's package of every cycle that has none; a night that was missed is made up for."""
    base_url = services.settings.base_url.rstrip("/")
    await service.publish_due(services.database, services.storage, base_url, now=clock.now())
