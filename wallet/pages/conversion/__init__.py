"""The page of one conversion at its one address: the review, then the progress, then what came of it."""

from datetime import datetime
from typing import Any

from wallet.eligibility import Eligibility
from wallet.models import Conversion, Line
from wallet.pages.conversion.page import ConversionPage, Visit
from wallet.pages.conversion.progress import Progress
from wallet.pages.conversion.result import Completed, Failed, Stopped
from wallet.pages.conversion.review import Review

PAGES: dict[str, type[ConversionPage]] = {
    Conversion.Status.QUOTED: Review,
    Conversion.Status.CONFIRMED: Progress,
    Conversion.Status.COMPLETED: Completed,
    Conversion.Status.STOPPED: Stopped,
    Conversion.Status.FAILED: Failed,
}


def conversion_page(
    conversion: Conversion, lines: list[Line], eligibility: Eligibility, now: datetime, *, visit: Visit, **found: Any
) -> ConversionPage:
    """The page for the conversion's state; what each argument is stands with the fields of ConversionPage."""
    page = PAGES[conversion.status]
    return page(conversion=conversion, lines=lines, eligibility=eligibility, now=now, visit=visit, **found)
