"""The mock's time. Nothing else in the package asks what time it is."""

from __future__ import annotations

import datetime


class Clock:
    """Real time, read at each question, so that freezegun and time-machine move it."""

    def now(self) -> datetime.datetime:
        """The mock's time, in UTC."""
        # Looked up on the module at each call: freezegun replaces the class there.
        return datetime.datetime.now(datetime.timezone.utc)
