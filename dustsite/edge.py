"""Where limits are counted, and what is read of a body: the settings of what stands before every view."""

from typing import Any

SETTINGS: dict[str, Any] = {
    # Shared by all processes: allauth's limits are counted here, so that nothing may be culled before its time. What has
    # expired is cleared with the counts of wallet.limits.
    "CACHES": {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cache",
            "OPTIONS": {"MAX_ENTRIES": 10**9},
        }
    },
    # What each address may do is counted by wallet.limits, which knows when it may again; of allauth's own only these.
    "ACCOUNT_RATE_LIMITS": {
        "login": None,
        "signup": None,
        "reset_password": "5/m/key",
        "reset_password_from_key": None,
        "confirm_email": "3/m/key",
        "login_failed": None,
    },
    # A selection may name every asset there is, and R4 sets no limit of its own; the limit here only bounds the work.
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": 5000,
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 1_000_000,  # of the body as a whole, before it is read (wallet.edge)
    "FILE_UPLOAD_HANDLERS": ["wallet.edge.StaffFiles"],
}
