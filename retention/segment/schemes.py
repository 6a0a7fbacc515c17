"""Schemes of RFM segments: how recency, frequency and monetary value become scores, and scores become names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise, product

from retention.errors import OptionError, check_option

SEASONAL = "Seasonal"

# Rows: recency 5 down to 1; columns: the mean of frequency and monetary score, rounded up, 1 to 5.
GRID = (
    ("New Customers", "Potential Loyalists", "Potential Loyalists", "Champions", "Champions"),
    ("Promising", "Potential Loyalists", "Potential Loyalists", "Loyal Customers", "Champions"),
    ("About to Sleep", "Need Attention", "Need Attention", "Loyal Customers", "Loyal Customers"),
    ("Hibernating", "About to Sleep", "At Risk", "At Risk", "Cannot Lose Them"),
    ("Lost", "Hibernating", "Hibernating", "Cannot Lose Them", "Cannot Lose Them"),
)
KLAVIYO_GRID = {
    "Champions": "333 332 323",
    "Loyal": "321 322 331 232 233",
    "Recent": "311 312 313 222 223",
    "Needs Attention": "213 221 123 132 133",
    "At Risk": "231 212 122 131 211",
    "Inactive": "111 112 113 121",
}


@dataclass(frozen=True)
class RfmScheme:
    """How RFM scores are made and what they are called.

    levels: how many scores there are, from 1 (lowest) up to this (best)
    recency: days of silence, ascending; who was silent for at most the first gets the best score, for at most the second the
    next, and so on; levels − 1 numbers, or empty for equal shares of the shop's own customers
    frequency: number of purchases, ascending; who has at least the first gets score 2, at least the second 3; or empty
    monetary: amount in currency units, likewise; or empty
    segments: code ("543" for recency 5, frequency 4, monetary 3) → name; every code of the scheme once

    Raises OptionError when cut-points descend or are too many or too few, and when a code has no name.

    >>> RfmScheme("own", 2, segments={"111": "asleep", **{code: "awake" for code in codes(2) if code != "111"}}).levels
    2
    """

    name: str
    levels: int
    recency: tuple[float, ...] = ()
    frequency: tuple[float, ...] = ()
    monetary: tuple[float, ...] = ()
    segments: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for part in ("recency", "frequency", "monetary"):
            cuts = tuple(getattr(self, part))
            object.__setattr__(self, part, cuts)
            if cuts and (len(cuts) != self.levels - 1 or any(low > high for low, high in pairwise(cuts))):
                raise OptionError(
                    "The cut-points {cuts} of {part} do not fit.",
                    "Give {number} numbers, none smaller than the one before.",
                    cuts=", ".join(f"{cut:g}" for cut in cuts),
                    part=part,
                    number=self.levels - 1,
                )
        missing = [code for code in codes(self.levels) if not self.segments.get(code)]
        if missing or len(self.segments) != self.levels**3:
            raise OptionError(
                "The codes {codes} have no segment, or a segment is given to a code that does not exist.",
                "Give every code from {first} to {last} one name.",
                codes=", ".join(missing[:5]) or "–",
                first="1" * 3,
                last=str(self.levels) * 3,
            )

    @property
    def names(self) -> list[str]:
        """The names of its segments, the best first."""
        best = {
            name: max(code for code, other in self.segments.items() if other == name) for name in self.segments.values()
        }
        return sorted(best, key=lambda name: best[name], reverse=True)

    def as_json(self) -> str:
        """The scheme as text that `scheme_of` reads again."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)


def codes(levels: int) -> list[str]:
    """Every code of a scheme with so many levels: "111", "112", …

    >>> len(codes(3)), len(codes(5))
    (27, 125)
    """
    return ["".join(map(str, code)) for code in product(range(1, levels + 1), repeat=3)]


def scheme_of(scheme: str | RfmScheme) -> RfmScheme:
    """A scheme by its name, "quintile" or "klaviyo", from the text of `RfmScheme.as_json`, or as it is."""
    if isinstance(scheme, RfmScheme):
        return scheme
    if not scheme.lstrip().startswith("{"):
        check_option("scheme", scheme, tuple(SCHEMES))
        return SCHEMES[scheme]
    try:
        return RfmScheme(**json.loads(scheme))
    except (TypeError, ValueError) as error:
        raise OptionError("This is no RFM scheme.", "Give the JSON that was saved from here, unchanged.") from error


def _usual(code: str) -> str:
    r, f, m = map(int, code)
    return GRID[5 - r][(f + m + 1) // 2 - 1]


SCHEMES = {
    "quintile": RfmScheme("quintile", 5, segments={code: _usual(code) for code in codes(5)}),
    "klaviyo": RfmScheme(
        "klaviyo",
        3,
        recency=(180, 365),
        segments={code: name for name, listed in KLAVIYO_GRID.items() for code in listed.split()},
    ),
}
