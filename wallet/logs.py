import logging
import time


class UtcFormatter(logging.Formatter):
    """Log lines in UTC, whatever the machine's own time zone."""

    converter = time.gmtime  # type: ignore[assignment]  # its stub knows only one of the two ways to call it
    default_msec_format = "%s.%03dZ"
