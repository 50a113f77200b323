"""The mail server, listened to for so long in all. The standard library's timeout is one for each piece of an answer, so that
a server that drips words would hold a page, or a worker, for as long as it likes.
"""

import smtplib
import socket
from contextlib import suppress
from threading import Timer
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

LONGEST = 10  # seconds for one connection, in which one mail is sent


class _Limited(smtplib.SMTP):
    """After that time the connection is cut, which is an OSError wherever it is just then, also within TLS."""

    _line: socket.socket | None = None

    def _get_socket(self, *where: Any) -> socket.socket:
        connected: socket.socket = super()._get_socket(*where)  # type: ignore[misc]
        self._line = connected.dup()  # TLS takes the first one over
        self._end = Timer(LONGEST, _cut, [self._line])
        self._end.daemon = True
        self._end.start()
        return connected

    def close(self) -> None:
        super().close()
        if self._line is not None:
            self._end.cancel()
            self._line.close()


class _LimitedOverTLS(smtplib.SMTP_SSL, _Limited):
    """The same with TLS from the start, whose handshake counts too."""


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


class MailServer(EmailBackend):
    """Django's own, but for that limit."""

    @property
    def connection_class(self) -> Any:
        return _LimitedOverTLS if self.use_ssl else _Limited
