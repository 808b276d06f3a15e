"""What may stand in a log: no address of anybody, and no path of a page, which may tell a conversation or a token."""

from __future__ import annotations

import logging


class WithoutPaths(logging.Filter):
    """Names a page by its view instead of by its path (promise S5). Lets every record through.

    Django writes "Internal Server Error: /path/" and keeps the request, with all that it holds, beside the message.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = record.__dict__.pop("request", None)
        if request is not None:
            match = getattr(request, "resolver_match", None)
            reason = record.args[0] if isinstance(record.args, tuple) and record.args else "refused"
            record.msg, record.args = "%s: page %s", (reason, match.view_name if match else "unknown")
        return True
