"""What the site's own handler writes, in either form."""

import io
import logging
from collections.abc import Iterable

from wallet import logs


def console(*, as_json: bool, hidden: Iterable[str] = ()) -> tuple[logging.Handler, io.StringIO]:
    """A handler as the site's own, and what it has written so far."""
    options = dict(logs.configuration(as_json=as_json, hidden=hidden)["formatters"]["events"])
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(options.pop("()")(**options))
    return handler, stream
