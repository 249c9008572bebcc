"""What can be done with comments: write, change, withdraw, support, report; decide and appeal."""

from discussions.service.comments import (
    edit_comment,
    put_words,
    support_comment,
    withdraw_comment,
    write_comment,
)
from discussions.service.moderation import appeal, decide_appeal, hide_comment, keep_comment, report_comment
from discussions.service.own import export_comments, leave_no_name

__all__ = [
    "appeal",
    "decide_appeal",
    "edit_comment",
    "export_comments",
    "hide_comment",
    "keep_comment",
    "leave_no_name",
    "put_words",
    "report_comment",
    "support_comment",
    "withdraw_comment",
    "write_comment",
]
