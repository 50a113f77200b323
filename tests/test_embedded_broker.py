"""The embedded broker under two workers and many senders: no message is lost, and no worker dies."""

import contextlib
import multiprocessing
from queue import Empty

import pytest
from kombu import Connection

from dustsite.celery import app

SENDERS, EACH, READERS = 4, 500, 2
fork = multiprocessing.get_context("fork")


def connect(folder):
    options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": folder}
    return Connection("embedded://localhost", transport_options=options)


def send(folder, sender):
    with connect(folder) as connection, connection.SimpleQueue("settle") as queue:
        for number in range(EACH):
            queue.put(f"{sender}-{number}")


def read(folder, results, all_sent):
    """Takes messages until none is left after the last one was sent."""
    with connect(folder) as connection, connection.SimpleQueue("settle", no_ack=True) as queue:
        found, is_last = [], False
        while not is_last:
            is_last = all_sent.is_set()
            with contextlib.suppress(Empty):
                while True:
                    found.append(queue.get(timeout=0.2).payload)
        results.put(found)


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path)


def test_two_readers_get_every_message_once(folder):
    results, all_sent = fork.Queue(), fork.Event()
    readers = [fork.Process(target=read, args=(folder, results, all_sent)) for _ in range(READERS)]
    senders = [fork.Process(target=send, args=(folder, sender)) for sender in range(SENDERS)]
    for process in (*readers, *senders):
        process.start()
    for process in senders:
        process.join(120)
    all_sent.set()
    found = [results.get(timeout=120) for _ in readers]
    for process in (*readers, *senders):
        process.join(30)
        assert process.exitcode == 0
    everything = sorted(message for messages in found for message in messages)
    assert everything == sorted(f"{sender}-{number}" for sender in range(SENDERS) for number in range(EACH))


def test_messages_come_in_the_order_in_which_they_were_sent(folder):
    send(folder, 1)
    with connect(folder) as connection, connection.SimpleQueue("settle", no_ack=True) as queue:
        assert [queue.get(timeout=3).payload for _ in range(EACH)] == [f"1-{number}" for number in range(EACH)]


def test_queues_do_not_mix(folder):
    with connect(folder) as connection:
        connection.SimpleQueue("prices").put("price")
        connection.SimpleQueue("settle").put("settle")
        assert connection.SimpleQueue("settle", no_ack=True).get(timeout=3).payload == "settle"
        assert connection.SimpleQueue("prices", no_ack=True).get(timeout=3).payload == "price"


@pytest.mark.parametrize("contents", ["", "{", "\x00"])
def test_an_unreadable_message_is_left_aside_and_the_next_one_is_read(folder, tmp_path, contents):
    (tmp_path / "00000000000000000001_broken.settle.msg").write_text(contents)
    send(folder, 1)
    with connect(folder) as connection, connection.SimpleQueue("settle", no_ack=True) as queue:
        assert queue.get(timeout=3).payload == "1-0"
    assert list(tmp_path.glob("*.taken"))


def test_half_written_messages_are_nobodys(folder, tmp_path):
    (tmp_path / "00000000000000000001_half.settle.draft").write_text("{")
    with connect(folder) as connection, pytest.raises(Empty):
        connection.SimpleQueue("settle", no_ack=True).get(timeout=0.3)


def test_what_workers_say_of_themselves_leaves_no_file(folder, tmp_path):
    """A heartbeat every two seconds, which nobody would ever take."""
    with connect(folder) as connection, app.events.Dispatcher(connection) as dispatcher:
        dispatcher.send("worker-heartbeat")
    assert not list(tmp_path.glob("*.msg"))
