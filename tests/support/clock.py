"""A clock for tests, in the place of the database's."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 14, 32, 7, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def tick(self, **length: float) -> None:
        """Goes on by so many hours, minutes, seconds."""
        self.at += timedelta(**length)


def milliseconds(moment: datetime) -> int:
    """As exchanges write a moment."""
    return int(moment.timestamp() * 1000)
