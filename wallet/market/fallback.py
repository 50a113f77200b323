"""The fallback venue: asked beside the source in each round, in a thread of its own, and never waited for twice."""

import contextlib
import threading
import time
from collections.abc import Callable

from wallet.market.source import AskLater, MarketError, Row, Source


class Late(MarketError):
    """The fallback has not answered by its deadline."""


class Answer:
    """What it says to one question, once it is done."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.rows: list[Row] = []
        self.error: MarketError | None = None


class FallbackVenue:
    """Asks a second source without holding up the first. Its threads touch nothing of ours but what they bring along.

    After a deadline that it missed it is not waited for, until an answer has come in again: a venue that hangs costs one
    round a few seconds, not every round. What it says to an earlier round is no answer to this one.
    """

    def __init__(self, source: Source, name: str = "") -> None:
        self.source = source
        self.name = name or source.name
        self._answer: Answer | None = None
        self._is_current = False
        self._is_late = False
        self._asked = time.monotonic()
        self._refusal: AskLater | None = None
        self._threads: dict[str, threading.Thread] = {}

    def ask(self) -> None:
        """Begins to ask, unless it has not answered the last time yet."""
        self._asked = time.monotonic()
        before = self._answer
        self._is_current = before is None or before.done.is_set()
        if not self._is_current:
            return
        if before is not None and before.error is None:  # what came too late for its round shows that it answers again
            self._is_late = False
        self._answer = Answer()
        self._start("ask", lambda answer=self._answer: self._ask(answer))  # type: ignore[misc]

    def answer(self, seconds: int) -> list[Row]:
        """Its rows. Raises MarketError where it gives none, and Late when it has not by so many seconds after it was asked."""
        assert self._answer is not None
        left = 0 if self._is_late else self._asked + seconds - time.monotonic()
        if not self._is_current or not self._answer.done.wait(max(left, 0)):
            self._is_late = True
            raise Late(f"{self.name} has not answered within {seconds} seconds")
        if self._answer.error is not None:
            raise self._answer.error
        return self._answer.rows

    def take_refusal(self) -> AskLater | None:
        """That it said, in time or too late, that it is asked too much; told once."""
        refusal, self._refusal = self._refusal, None
        return refusal

    def join(self) -> None:
        """Waits until it has answered, and has kept its list of markets."""
        for name in ("ask", "keep"):
            if name in self._threads:
                self._threads[name].join()

    def _start(self, name: str, target: Callable[[], None]) -> None:
        self._threads[name] = threading.Thread(target=target, name=f"fallback {name}", daemon=True)
        self._threads[name].start()

    def _ask(self, answer: Answer) -> None:
        try:
            answer.rows = self.source.rows()
        except MarketError as error:
            answer.error = error
            self._note(error)
        except Exception as error:  # noqa: BLE001  # whatever goes wrong over there is no fault of the round
            answer.error = MarketError(f"{self.name} gave no prices: {type(error).__name__}")
        keeper = self._threads.get("keep")
        if answer.error is None and (keeper is None or not keeper.is_alive()):
            self._start("keep", self._keep)
        answer.done.set()

    def _keep(self) -> None:
        with contextlib.suppress(Exception):  # an older list of markets will do; the next round says what is wrong
            try:
                self.source.keep_markets()
            except AskLater as refusal:
                self._note(refusal)

    def _note(self, error: MarketError) -> None:
        if isinstance(error, AskLater):
            self._refusal = error
