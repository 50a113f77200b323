"""Beat without a file: the schedule stands in the settings, and everything is due when beat starts.

A file that a clock left which was hours ahead would keep beat silent for those hours, and a broken one has to be mended. What
beat sends may run twice or late without harm; so nothing need be remembered.
"""

from typing import Any

from celery import beat


class Scheduler(beat.Scheduler):
    def setup_schedule(self) -> None:
        super().setup_schedule()
        self._begin_anew()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Sends what is due. A task that ran in the future says that the machine's clock was set back since."""
        if any(entry.last_run_at > entry.default_now() for entry in self.schedule.values()):
            self._begin_anew()
        delay: float = super().tick(*args, **kwargs)
        return delay

    def _begin_anew(self) -> None:
        """Everything is due now."""
        for entry in self.schedule.values():
            entry.last_run_at = entry.default_now() - entry.schedule.run_every
        self._heap = None
