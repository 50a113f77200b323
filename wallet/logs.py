import logging
import time


class UtcFormatter(logging.Formatter):
    """Log lines in UTC, whatever the machine's own time zone."""

    converter = time.gmtime  # type: ignore[assignment]  # its stub knows only one of the two ways to call it
    default_msec_format = "%s.%03dZ"


class FaultsAlone(logging.Filter):
    """Drops what the site itself answers with 503, closed or busy: its own line says why, and neither is a fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) != 503
