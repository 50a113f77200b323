"""The admin's list of alerts: what fires now, what it means, what to do, and the rows that tell more. English, UTC."""

from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import User

from wallet import alerts, formats
from wallet.pages.lists import rows_of
from wallet.watch import Standing


@dataclass(frozen=True, slots=True)
class Alert:
    name: str
    says: str
    todo: str
    address: str


@dataclass(frozen=True)
class AlertsPage:
    """For the operator who reads it: of what their role may not see the rows, they are told nothing."""

    standing: Standing
    reader: User

    @property
    def at(self) -> str:
        return formats.utc(self.standing.now)

    @cached_property
    def firing(self) -> list[Alert]:
        return [
            Alert(one.name, one.says, one.todo, rows_of(one.model, one.filters(self.standing)))
            for one in alerts.firing(self.standing)
            if self.reader.has_perm(f"wallet.view_{one.model}")
        ]

    @property
    def in_short(self) -> str:
        count = len(self.firing)
        return f"{count} alert{'' if count == 1 else 's'}: see what to do" if count else "No alerts"

    @property
    def document(self) -> dict[str, object]:
        """The same for a machine."""
        fields = ("name", "says", "todo", "address")
        firing = [{field: getattr(alert, field) for field in fields} for alert in self.firing]
        return {"at": self.standing.now.isoformat(), "firing": firing}
