"""When what runs by the clock is sent, and to which queue: the settings of Celery that name tasks."""

from typing import Any

# Prices, mails and upkeep have queues of their own: no exchange or mail server that hangs, and no long audit, may hold up
# settlement.
QUEUES = ("settle", "prices", "mails", "upkeep")
_OF_QUEUES = {
    "prices": ["refresh_prices"],
    "mails": ["send_mails"],
    "upkeep": [
        *("audit_ledger", "sum_house_balances", "clear_quotes", "clear_sessions", "clear_security_events"),
        *("clear_counts", "clear_sign_ups", "clear_mails"),
    ],
}
ROUTES = {f"wallet.tasks.{name}": {"queue": queue} for queue, names in _OF_QUEUES.items() for name in names}

HOUR, DAY = 3600, 86_400


def _every(seconds: int, task: str, expires: int | None = None) -> dict[str, Any]:
    """What a worker has not begun when the next one is sent, or after so many seconds, is dropped."""
    return {"task": f"wallet.tasks.{task}", "schedule": seconds, "options": {"expires": expires or seconds}}


SCHEDULE = {
    "prices": _every(10, "refresh_prices"),
    "sweep": _every(5, "sweep", expires=10),
    "mails": _every(10, "send_mails"),
    "audit": _every(900, "audit_ledger"),
    "house-balances": _every(60, "sum_house_balances"),
    "clear-quotes": _every(HOUR, "clear_quotes"),
    "clear-market": _every(HOUR, "clear_market"),
    "clear-counts": _every(HOUR, "clear_counts"),
    "clear-sign-ups": _every(HOUR, "clear_sign_ups"),
    "clear-sessions": _every(DAY, "clear_sessions"),
    "clear-events": _every(DAY, "clear_security_events"),
    "clear-mails": _every(DAY, "clear_mails"),
}
