"""What a kind of proposal says of itself: its rights, what it takes, the state it is made from, and its effect."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from wallet import money
from wallet.models import Proposal

Payload = Mapping[str, str]
State = dict[str, Any]


class Declined(Exception):
    """Why something is not decided, proposed or withdrawn, as a sentence for the operator. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that a proposal changes: as it was when it was proposed, as it is now, and as it will be."""

    name: str
    then: str
    now: str
    new: str

    @classmethod
    def of_balance(cls, name: str, then: int, now: int, moved: int, scale: int) -> "Row":
        """A balance, all in units, that moves by so many."""
        return cls(name, *(f"{money.to_decimal(units, scale):f}" for units in (then, now, now + moved)))

    @property
    def is_changed(self) -> bool:
        return self.new != self.now

    @property
    def has_moved(self) -> bool:
        """Whether it is not what it was when it was proposed."""
        return self.then != self.now


@dataclass(frozen=True, slots=True)
class Preview:
    """What something would change if it were proposed now, and what has to be confirmed first."""

    rows: list[Row]
    warnings: list[str]
    examples: list[str]


class Kind(ABC):
    """A kind of proposal. One of each is registered."""

    kind: Proposal.Kind
    needs_evidence = False

    @property
    def title(self) -> str:
        return str(self.kind.label)

    @property
    def propose_permission(self) -> str:
        return f"wallet.propose_{self.kind.value}"

    @property
    def decide_permission(self) -> str:
        return f"wallet.decide_{self.kind.value}"

    @abstractmethod
    def state(self, payload: Payload) -> State:
        """How things stand now, as far as a proposal of this payload is made from it: what JSON can hold."""

    def binding(self, state: State) -> State:
        """What of the state an approval must find as it was: all of it, where a kind says nothing else."""
        return state

    def told(self, payload: Payload) -> Payload:
        """What of a payload the staff's log keeps."""
        return payload

    def twin(self, payload: Payload) -> Proposal | None:
        """The same, where it was proposed already and waits or was approved. Asked when it is proposed, in its turn."""
        return None

    @abstractmethod
    def clean(self, payload: Payload, at: datetime) -> Payload:
        """The payload whole and in plain form. Raises ValidationError with a sentence for each field that is wrong."""

    @abstractmethod
    def apply(self, proposal: Proposal, payload: Payload) -> None:
        """Has the effect, within the transaction of the approval, which is written down already.

        Raises Declined, or ValidationError as `clean` does, for what changed since it was checked.
        """

    @abstractmethod
    def rows(self, payload: Payload, then: State, now: State) -> list[Row]:
        """What it changes, for whoever decides."""

    def warnings(self, payload: Payload, state: State) -> list[str]:
        """What has to be confirmed by a tick before it is proposed, a sentence each."""
        return []

    def examples(self, payload: Payload, at: datetime) -> list[str]:
        """What it means, from real rows, a sentence each."""
        return []

    def concerns(self, payload: Payload) -> User | None:
        """The customer whom it concerns, who has no part in it."""
        return None

    def preview(self, payload: Payload, at: datetime) -> Preview:
        """Writes nothing. Raises ValidationError as `clean` does."""
        whole = self.clean(payload, at)
        state = self.state(whole)
        return Preview(self.rows(whole, state, state), self.warnings(whole, state), self.examples(whole, at))


KINDS: dict[str, Kind] = {}


def register(kind: type[Kind]) -> type[Kind]:
    KINDS[kind.kind.value] = kind()
    return kind


def fingerprint(state: State) -> str:
    """The same for the same state, whatever the order in which it is written down."""
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


def may(user: User, permission: str) -> bool:
    """Whether the user has this right as the database has it now, not as a request began with it."""
    fresh = User.objects.filter(pk=user.pk, is_active=True, is_staff=True).first()
    return fresh is not None and fresh.has_perm(permission)
