"""The fallback venue: asked beside the source in each round, in a thread of its own, and never waited for twice."""

import contextlib
import threading
import time

from wallet.market.source import MarketError, Row, Source


class Late(MarketError):
    """The fallback has not answered by its deadline."""


class FallbackVenue:
    """Asks a second source without holding up the first. Its thread touches nothing of ours but what it brings along.

    After a deadline that it missed it is not waited for, until an answer has come in again: a venue that hangs costs one
    round a few seconds, not every round.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.name = source.name
        self._thread: threading.Thread | None = None
        self._done = threading.Event()
        self._rows: list[Row] | None = None
        self._error: Exception | None = None
        self._is_late = False
        self._asked = time.monotonic()

    def ask(self) -> None:
        """Begins to ask, unless it has not answered the last time yet."""
        self._asked = time.monotonic()
        if self._thread is not None and self._thread.is_alive():
            return
        if self._is_late and self._rows is not None:  # what came too late for its round shows that it answers again
            self._is_late = False
        self._rows, self._error = None, None
        self._done.clear()
        self._thread = threading.Thread(target=self._ask, name="fallback", daemon=True)
        self._thread.start()

    def answer(self, seconds: int) -> list[Row]:
        """Its rows. Raises MarketError where it gives none, and Late when it has not by so many seconds after it was asked."""
        left = 0 if self._is_late else self._asked + seconds - time.monotonic()
        if not self._done.wait(max(left, 0)):
            self._is_late = True
            raise Late(f"{self.name} has not answered within {seconds} seconds")
        if self._error is not None:
            raise self._error
        assert self._rows is not None
        return self._rows

    def join(self) -> None:
        """Waits until it has answered, and has kept its list of markets."""
        if self._thread is not None:
            self._thread.join()

    def _ask(self) -> None:
        try:
            self._rows = self.source.rows()
        except MarketError as error:
            self._error = error
        except Exception as error:  # noqa: BLE001  # whatever goes wrong over there is no fault of the round
            self._error = MarketError(f"{self.name} gave no prices: {type(error).__name__}: {error}"[:300])
        self._done.set()
        if self._error is None:
            with contextlib.suppress(Exception):  # an older list of markets will do; the next round says what is wrong
                self.source.keep_markets()
