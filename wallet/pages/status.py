"""How a conversion's state is said: its name, its colour, and what stopped it in short."""

from wallet.models import Conversion
from wallet.refusals import stopped_by

TONES = {
    Conversion.Status.CONFIRMED: "plain",
    Conversion.Status.COMPLETED: "ok",
    Conversion.Status.STOPPED: "",
    Conversion.Status.FAILED: "bad",
}


def tone(conversion: Conversion) -> str:
    """The class that colours the status in a list; the word beside it says the same."""
    return TONES[Conversion.Status(conversion.status)]


def ending(conversion: Conversion) -> str:
    """How it ended; of one that was stopped also by what, in short."""
    words = stopped_by(conversion.reason_code) if conversion.is_stopped else ""
    return words or str(conversion.get_status_display())
