"""The machine's wall clock."""

import time


class SystemClock:
    """`Clock` on the system's real-time clock."""

    def now(self) -> int:
        """Nanoseconds since the epoch."""
        return time.time_ns()
