"""Links that look like buttons."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Button:
    """`keeps_focus`: it takes the focus of the one before when its card is made anew."""

    label: str
    address: str
    is_second: bool = False
    keeps_focus: bool = False
