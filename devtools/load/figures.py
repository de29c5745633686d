"""What was asked, how it ended, and how long it took."""

import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field


@dataclass
class Figures:
    """Answers by kind of request."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    codes: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def note(self, kind: str, code: int, seconds: float) -> None:
        """One answer; code 0 is none at all."""
        self.codes[kind][code] += 1
        self.seconds[kind].append(seconds)

    @property
    def asked(self) -> int:
        """Requests so far."""
        return sum(counter.total() for counter in self.codes.values())

    @property
    def failed(self) -> int:
        """Those that did not succeed."""
        return sum(
            count
            for counter in self.codes.values()
            for code, count in counter.items()
            if not 200 <= code < 300
        )

    def lines(self) -> list[str]:
        """A line for each kind."""
        return [self._line(kind) for kind in sorted(self.seconds)]

    def _line(self, kind: str) -> str:
        took = sorted(self.seconds[kind])
        good = sum(count for code, count in self.codes[kind].items() if 200 <= code < 300)
        shares = (0.5, 0.95, 0.99)
        cuts = "  ".join(
            f"{share:.0%} {took[min(len(took) - 1, int(len(took) * share))] * 1000:7.1f} ms"
            for share in shares
        )
        codes = ", ".join(f"{count} x {code}" for code, count in self.codes[kind].most_common())
        return (
            f"{kind:<10} {good / len(took):7.2%} of {len(took)}  mean "
            f"{statistics.fmean(took) * 1000:6.1f} ms  {cuts}   ({codes})"
        )
