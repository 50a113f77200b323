"""A stand-in on a loopback port of its own, which says what the test has it say, and counts what it is asked."""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class StandIn:
    """What it says. Change the attributes while it runs."""

    def __init__(self) -> None:
        self.status = 200
        self.headers: dict[str, str] = {}
        self.requests: list[str] = []  # each with its query
        self.sent = 0  # bytes
        self._is_free = threading.Event()
        self._is_free.set()

    def answer(self, path: str, query: str) -> bytes | None:
        """What it says to this; None where there is nothing of that name."""
        raise NotImplementedError

    def hang(self) -> None:
        """It takes what it is asked from now on, and does not answer."""
        self._is_free.clear()

    def release(self) -> None:
        """It answers again, also what has been waiting."""
        self._is_free.set()

    @property
    def answers_at_all(self) -> bool:
        return self._is_free.is_set()

    def respond(self, asked: str) -> tuple[int, Mapping[str, str], bytes]:
        self.requests.append(asked)
        self._is_free.wait()
        url = urlsplit(asked)
        found = self.answer(url.path, url.query)
        status = 404 if found is None else self.status
        data = found or b""
        self.sent += len(data)
        return status, self.headers, data


@contextlib.contextmanager
def running(stand_in: StandIn) -> Iterator[str]:
    """The stand-in's address, until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, data = stand_in.respond(self.path)
            with contextlib.suppress(ConnectionError):  # who asked has given up meanwhile
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        stand_in.release()
        server.shutdown()
        server.server_close()
        thread.join()
