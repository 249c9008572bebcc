"""The use cases of accounts, by file; these are the functions that others may call."""

from accounts.service.direct import create_account_directly, show_current_code
from accounts.service.sessions import begin_session, touch_session

__all__ = ["begin_session", "create_account_directly", "show_current_code", "touch_session"]
