"""Mail servers on this machine: one that takes what it is sent, one that refuses, one that never answers."""

import contextlib
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.support.servers import free_port


class Postbox:
    """What aiosmtpd asks: `answer` is what it says to a receiver's address; `mails` are those that were taken."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.mails: list[EmailMessage] = []
        self.receivers: list[str] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.receivers += envelope.rcpt_tos
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@contextlib.contextmanager
def mail_server(answer: str = "250 yes") -> Iterator[tuple[int, Postbox]]:
    """A real one on a port of its own: the port, and what came."""
    postbox = Postbox(answer)
    controller = Controller(postbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port, postbox
    finally:
        controller.stop()


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """One that lets everybody connect, and never says a word: its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
