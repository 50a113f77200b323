"""A browser's requests as a server hands them to the site, before Django has read a letter of them."""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client

from dustsite.wsgi import application


@dataclass(frozen=True, slots=True)
class Answer:
    status_code: int
    headers: dict[str, str]
    content: bytes


@contextlib.contextmanager
def connections_kept() -> Iterator[None]:
    """The test's connection to the database outlives the request, with the transaction that the test is in."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


class Wire(Client):
    """A test's client that goes through the very application that the server calls; a fault is a 500."""

    def request(self, **environ: Any) -> Any:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            started.append((status, headers))

        with connections_kept():
            parts: Iterable[bytes] = application(self._base_environ(**environ), start_response)  # type: ignore[attr-defined]
            try:
                content = b"".join(parts)
            finally:
                if hasattr(parts, "close"):
                    parts.close()
        ((status, headers),) = started
        for name, value in headers:
            if name == "Set-Cookie":
                self.cookies.update(SimpleCookie(value))
        return Answer(int(status[:3]), dict(headers), content)
