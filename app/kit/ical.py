"""One event as an iCalendar file (RFC 5545): calendars add it, and change or cancel it by its next one."""

from datetime import UTC, datetime

import msgspec

LINE_BYTES = 75  # of a line, without its end; longer ones are folded


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What happens when and where. `sequence` grows with each change; `uid` stays."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str = ""
    text: str = ""
    address: str = ""
    sequence: int = 0
    is_cancelled: bool = False


def write_event(event: Event, *, now: datetime) -> bytes:
    """The file of one event."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Obste//RO",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_escape(event.uid)}",
        f"DTSTAMP:{_moment(now)}",
        f"DTSTART:{_moment(event.starts_at)}",
        f"DTEND:{_moment(event.ends_at)}",
        f"SEQUENCE:{event.sequence}",
        f"STATUS:{'CANCELLED' if event.is_cancelled else 'CONFIRMED'}",
        f"SUMMARY:{_escape(event.title)}",
        *([f"LOCATION:{_escape(event.place)}"] if event.place else []),
        *([f"DESCRIPTION:{_escape(event.text)}"] if event.text else []),
        *([f"URL:{event.address}"] if event.address else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(_fold(line) + "\r\n" for line in lines).encode()


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escape(text: str) -> str:
    """RFC 5545, 3.3.11."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "")


def _fold(line: str) -> str:
    """Lines of at most 75 bytes, cut between characters; a folded line goes on after a space."""
    pieces: list[str] = []
    piece, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > LINE_BYTES - bool(pieces):
            pieces.append(piece)
            piece, size = "", 0
        piece, size = piece + character, size + width
    return "\r\n ".join([*pieces, piece])
