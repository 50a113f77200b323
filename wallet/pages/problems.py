"""What is wrong with what was sent, in words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence, and the id of the control that it leads to, where there is one."""

    words: str
    control: str = ""
