"""Which map this installation has."""

import functools
from pathlib import Path

import structlog

from app.settings import Settings
from proposals.rules.geojson import BadMap, read_map
from proposals.rules.maps import Map
from proposals.rules.sector5 import DISTRICT, SECTOR_5

MAP_FILE = "map.geojson"
log = structlog.get_logger()


def find_map(settings: Settings) -> Map | None:
    """The operator's map if there is one; our own drawing in the district that it shows; else none."""
    if settings.map_data_dir is not None:
        return _read_once(settings.map_data_dir / MAP_FILE, settings.district)
    return SECTOR_5 if settings.district == DISTRICT else None


@functools.cache
def _read_once(path: Path, title: str) -> Map | None:
    """The map in a file; without one that can be used, places are words."""
    try:
        return read_map(path.read_bytes(), title=title)
    except (OSError, BadMap) as error:
        log.error("map", path=str(path), problem=str(error))
        return None
