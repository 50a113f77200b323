"""What happens to a broker: each lasts as long as its block."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.servers import Server


@contextmanager
def stopped(broker: Server) -> Iterator[None]:
    """It is told to end, and started again."""
    broker.quit()
    yield
    broker.start()


@contextmanager
def killed(broker: Server) -> Iterator[None]:
    """It ends without a word, and is started again."""
    broker.kill()
    yield
    broker.start()


@contextmanager
def frozen(broker: Server) -> Iterator[None]:
    """It is there, and answers nothing."""
    broker.freeze()
    try:
        yield
    finally:  # or what comes next finds it frozen
        broker.thaw()
