"""A network between the site and its broker that can swallow everything."""

import contextlib
import socket
import threading


class Proxy:
    """Forwards a loopback port to another one.

    While it swallows, whatever is sent disappears without an error, on old connections and on new ones. A connection that
    lost something stays dead and says nothing, as behind a firewall that forgot it; those made later work again.
    """

    def __init__(self, target: int) -> None:
        self.target, self.swallows, self.lost = target, False, 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            try:
                upstream = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            link = {"dead": False}
            for one, other in ((client, upstream), (upstream, client)):
                threading.Thread(target=self._forward, args=(one, other, link), daemon=True).start()

    def _forward(self, one: socket.socket, other: socket.socket, link: dict[str, bool]) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                if self.swallows or link["dead"]:
                    link["dead"] = True
                    self.lost += len(data)
                else:
                    other.sendall(data)
        if not link["dead"]:
            for end in (one, other):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
