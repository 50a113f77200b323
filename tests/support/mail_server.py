"""Mail servers on this machine: one that takes what it is sent, one that refuses, one that never answers, one that drips."""

import contextlib
import socket
import threading
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


class Liar(Postbox):
    """One that does something wrong with what goes to some addresses: `faults` says what, by address."""

    REFUSED, DROPPED, ERROR, TAKEN_AND_DROPPED, TAKEN_AND_RUDE = "refused", "dropped", "error", "lost answer", "rude"

    def __init__(self) -> None:
        super().__init__("250 yes")
        self.faults: dict[str, str] = {}
        self.tried: list[str] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.tried.append(address)
        if self.faults.get(address) == self.REFUSED:
            return f"550 no such user {address}"
        if self.faults.get(address) == self.DROPPED:
            server.transport.abort()
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        fault = self.faults.get(envelope.rcpt_tos[0])
        if fault == self.ERROR:
            return f"451 {envelope.rcpt_tos[0]} is full"
        session.fault = fault
        answer = await super().handle_DATA(server, session, envelope)
        if fault == self.TAKEN_AND_DROPPED:
            server.transport.abort()
        return answer

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        return "9" * 10_000 if getattr(session, "fault", None) == self.TAKEN_AND_RUDE else "221 bye"


@contextlib.contextmanager
def mail_server(answer: str = "250 yes", postbox: Any = None) -> Iterator[tuple[int, Any]]:
    """A real one on a port of its own: the port, and what came."""
    postbox = postbox or Postbox(answer)
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


@contextlib.contextmanager
def dripping_server() -> Iterator[int]:
    """One that never comes to the end of its greeting, as long as anybody listens: its port."""

    def drip(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while True:
                connection.sendall(b"220-please hold the line\r\n")
                connection.settimeout(0.05)
                with contextlib.suppress(TimeoutError):
                    if not connection.recv(1):
                        return

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=drip, args=[server.accept()[0]], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
