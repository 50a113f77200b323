"""P22, S6: docs/nginx.conf before the real gunicorn in production: real addresses, slow connections, great bodies."""

import contextlib
import re
import threading
import time
from urllib.parse import urlencode

import pytest

from tests.support import nginx
from tests.support.site import running, wait_for

KEY = "kept-in-the-dark-where-nobody-looks-and-nobody-guesses-7"
# What is for demonstrations stays: only the web process and the database are asked here.
PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": KEY,
    "ALLOWED_HOSTS": f"{nginx.HOST},127.0.0.1",
    "TRUSTED_PROXIES": "1",
    "SITE_URL": f"https://{nginx.HOST}",
    "EMAIL_URL": "smtp://127.0.0.1",
    "DEFAULT_FROM_EMAIL": f"noreply@{nginx.HOST}",
    "PRICE_SOURCE": "demo",
    "ALLOW_DEMO_PRICES": "true",
    "ALLOW_SQLITE": "true",
    "ALLOW_EMBEDDED_BROKER": "true",
}
SIGN_IN = "/accounts/login/"
SLOW, GREAT = 1_000, 150 * 10**6


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("proxy")
    with running(folder, everything=False, **PRODUCTION) as site:
        site.manage("migrate", "--verbosity", "0")
        site.manage("createcachetable")
        site.manage("collectstatic", "--no-input", "--verbosity", "0")
        site.start_web()
        with nginx.running(folder / "nginx", site.port) as proxy:
            yield proxy


def status(answer):
    return int(answer.split()[1])


def try_to_sign_in(proxy, address, **headers):
    """What a wrong password from this address is answered with."""
    page = proxy.ask(SIGN_IN, address=address)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    cookie = re.search(r"Set-Cookie: (__Host-csrf=\w+)", page)[1]
    fields = {"login": "nobody", "password": "wrong", "csrfmiddlewaretoken": token}
    sent = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": cookie, "Referer": f"https://{nginx.HOST}/"}
    return status(proxy.ask(SIGN_IN, address=address, method="POST", body=urlencode(fields), **sent, **headers))


def test_p22_limits_count_the_real_address_and_believe_no_other(proxy):
    claims = [f"192.0.2.{number}" for number in range(6)]
    answers = [try_to_sign_in(proxy, "127.0.0.7", X_Forwarded_For=claim, Forwarded=f"for={claim}") for claim in claims]
    assert answers == [200] * 5 + [429]
    assert try_to_sign_in(proxy, "127.0.0.8", X_Forwarded_For="127.0.0.7") == 200


def test_pages_come_over_tls_alone_under_the_sites_name_alone(proxy):
    page = proxy.ask(SIGN_IN, X_Forwarded_Proto="http", X_Forwarded_Host="evil.example")
    assert status(page) == 200
    assert "Strict-Transport-Security" in page
    assert "evil.example" not in page
    assert status(proxy.ask("/healthz")) == 200


def answers_while(proxy, what, times=10):
    """The page to sign in, asked again and again; how long each took is printed, and judged by nobody."""
    took = []
    for number in range(times):
        began = time.monotonic()
        assert status(proxy.ask(SIGN_IN, address=f"127.0.1.{number + 1}")) == 200
        took.append(1000 * (time.monotonic() - began))
    print(f"{what}: a page in {sorted(took)[len(took) // 2]:.0f} ms, {max(took):.0f} ms at the most")


def test_s6_pages_answer_while_a_thousand_connections_hang(proxy):
    """Half of them in the middle of their header, half in the middle of their body: gunicorn has 8 threads."""
    answers_while(proxy, "alone")
    with contextlib.ExitStack() as hanging:
        for number in range(SLOW):
            connection = hanging.enter_context(proxy.connect(f"127.0.2.{number % 100 + 1}"))
            start = f"POST {SIGN_IN} HTTP/1.1\r\nHost: {nginx.HOST}\r\n"
            rest = "Content-Length: 100000\r\n\r\nlogin=" if number % 2 else "X-Slow: "
            connection.sendall((start + rest).encode())
            if number % 250 == 249:
                answers_while(proxy, f"{number + 1} hanging", times=3)


def test_s6_pages_answer_while_great_bodies_are_sent(proxy):
    """Each is refused by its length, before it is read, whoever goes on sending."""
    found, is_over = [], threading.Event()

    def send():
        piece = b"x" * 65536
        with proxy.connect("127.0.0.9") as connection, contextlib.suppress(OSError):
            head = f"POST {SIGN_IN} HTTP/1.1\r\nHost: {nginx.HOST}\r\nContent-Length: {GREAT}\r\n"
            connection.sendall((head + "Content-Type: multipart/form-data; boundary=b\r\n\r\n").encode())
            found.append(connection.recv(65536).decode())
            for _ in range(GREAT // len(piece)):
                if is_over.is_set():
                    break
                connection.sendall(piece)

    senders = [threading.Thread(target=send) for _ in range(8)]
    for sender in senders:
        sender.start()
    try:
        answers_while(proxy, "8 bodies of 150 MB")
        wait_for(lambda: len(found) == len(senders), what="an answer to each")
    finally:
        is_over.set()
        for sender in senders:
            sender.join()
    assert {status(answer) for answer in found} == {413}
    assert all("no more than 1 MB" in answer for answer in found)
