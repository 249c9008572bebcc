"""Choosing, following and stopping; announcing what happened; finding who is told; the digest."""

from notices.service.announcing import Announcement, announce, announce_once
from notices.service.choosing import export_notices, follow, forget_account, set_feed, set_rhythms, stop
from notices.service.digest import send_digests
from notices.service.spreading import spread

__all__ = [
    "Announcement",
    "announce",
    "announce_once",
    "export_notices",
    "follow",
    "forget_account",
    "send_digests",
    "set_feed",
    "set_rhythms",
    "spread",
    "stop",
]
