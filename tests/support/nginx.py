"""Debian's nginx as docs/nginx.conf has it, before a site: on loopback ports, with a certificate of its own."""

import contextlib
import os
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.support.root import ROOT
from tests.support.servers import checked, free_port
from tests.support.site import wait_for

HOST = "dust.example.com"


class Nginx:
    def __init__(self, folder: Path, site_port: int) -> None:
        self.folder, self.port, self.plain_port = folder, free_port(), free_port()
        make_certificate(folder)
        changes = {
            r"user .*;\n": "",
            r"pid .*;": f"pid {folder}/nginx.pid;\ndaemon off;",
            r"error_log .*;": f"error_log {folder}/error.log warn;",
            r"access_log off;.*": "access_log off;" + temporary(folder),
            r"listen 80 ": f"listen 127.0.0.1:{self.plain_port} ",
            r"listen 443 ": f"listen 127.0.0.1:{self.port} ",
            r"server 127\.0\.0\.1:8000;": f"server 127.0.0.1:{site_port};",
            r"/etc/ssl/dustsite": str(folder),
        }
        text = (ROOT / "docs/nginx.conf").read_text()
        for pattern, written in changes.items():
            text = re.sub(pattern, written.replace("\\", r"\\"), text)
        if os.geteuid() == 0:  # its workers read and write in the test's folder
            text = "user root;\n" + text
        (folder / "nginx.conf").write_text(text)

    def command(self, *options: str) -> list[str]:
        return ["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), *options]

    def connect(self, address: str = "127.0.0.1", *, seconds: float = 60) -> ssl.SSLSocket:
        """A connection from this address of loopback, with its TLS agreed."""
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        plain = socket.create_connection(("127.0.0.1", self.port), seconds, source_address=(address, 0))
        return context.wrap_socket(plain, server_hostname=HOST)

    def ask(self, path: str, *, address: str = "127.0.0.1", method: str = "GET", body: str = "", **headers: str) -> str:
        """The whole answer to one request from this address, its status line first."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", "Connection: close", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        with self.connect(address) as connection:
            connection.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode(errors="replace")

    def listens(self) -> bool:
        try:
            with self.connect():
                return True
        except OSError:
            return False


def temporary(folder: Path) -> str:
    """Where bodies wait, which without root is nowhere that Debian would."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "".join(f"\n  {kind}_temp_path {folder}/{kind};" for kind in kinds)


def make_certificate(folder: Path) -> None:
    key, certificate = folder / "privkey.pem", folder / "fullchain.pem"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    checked(["openssl", "req", "-x509", *kind, "-keyout", str(key), "-out", str(certificate), *names])


@contextlib.contextmanager
def running(folder: Path, site_port: int) -> Iterator[Nginx]:
    """nginx before the site that listens there, until the end of the block."""
    folder.mkdir()
    nginx = Nginx(folder, site_port)
    checked(nginx.command("-t"))
    with (folder / "output").open("ab") as output:
        process = subprocess.Popen(nginx.command(), stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        wait_for(nginx.listens, what="nginx")
        yield nginx
    finally:
        process.terminate()
        process.wait(30)
