"""Schemes of RFM segments: how recency, frequency and monetary value become scores, and scores become names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise, product
from math import inf

from retention.errors import OptionError, check_option

SEASONAL = "Seasonal"
CUT = ("recency", "frequency", "monetary")
USUAL = (
    "Champions", "Loyal Customers", "Potential Loyalists", "New Customers", "Promising", "Need Attention", "About to Sleep",
    "At Risk", "Cannot Lose Them", "Hibernating", "Lost",
)  # fmt: skip

# Rows: recency 5 down to 1; columns: the mean of frequency and monetary score, rounded up, 1 to 5.
GRID = (
    ("New Customers", "Potential Loyalists", "Potential Loyalists", "Champions", "Champions"),
    ("Promising", "Potential Loyalists", "Potential Loyalists", "Loyal Customers", "Champions"),
    ("About to Sleep", "Need Attention", "Need Attention", "Loyal Customers", "Loyal Customers"),
    ("Hibernating", "About to Sleep", "At Risk", "At Risk", "At Risk"),
    ("Lost", "Hibernating", "At Risk", "Cannot Lose Them", "Cannot Lose Them"),
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

    levels: how many scores there are, 2 to 9, from 1 (lowest) up to this (best)
    recency: days of silence, ascending; who was silent for at most the first gets the best score, for at most the second the
    next, and so on; levels − 1 numbers, or empty for equal shares of the shop's own customers
    frequency: number of purchases, ascending; who has at least the first gets score 2, at least the second 3; or empty
    monetary: amount in currency units, likewise; or empty. An infinite number, or None, is out of everybody's reach
    segments: code ("543" for recency 5, frequency 4, monetary 3) → name; every code of the scheme once, the best name first

    Raises OptionError when there are not 2 to 9 levels, when cut-points descend or are too many or too few, and when a code has no name.

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
        if self.levels not in range(2, 10):
            raise OptionError("levels={levels!r} is not possible.", "Give a number from 2 to 9.", levels=self.levels)
        for part in CUT:
            cuts = tuple(inf if cut is None else float(cut) for cut in getattr(self, part))
            object.__setattr__(self, part, cuts)
            ascend = all(low <= high for low, high in pairwise((-inf, *cuts)))
            if cuts and (len(cuts) != self.levels - 1 or not ascend):
                raise OptionError(
                    "The cut-points {cuts} of {part} do not fit.",
                    "Give {number} numbers, none smaller than the one before.",
                    cuts=", ".join(f"{cut:g}" for cut in cuts),
                    part=part,
                    number=self.levels - 1,
                )
        named = dict(self.segments)
        missing = [code for code in codes(self.levels) if not str(named.get(code) or "").strip()]
        if missing or len(named) != self.levels**3:
            raise OptionError(
                "The codes {codes} have no segment, or a segment is given to a code that does not exist.",
                "Give every code from {first} to {last} one name.",
                codes=", ".join(missing[:5]) or "–",
                first="1" * 3,
                last=str(self.levels) * 3,
            )
        object.__setattr__(self, "segments", {code: str(name).strip() for code, name in named.items()})

    @property
    def names(self) -> list[str]:
        """The names of its segments, the best first."""
        return list(dict.fromkeys(self.segments.values()))

    def as_json(self) -> str:
        """The scheme as text that `scheme_of` reads again: its cut-points, null where out of reach, and each segment's codes."""
        cuts = {part: [None if cut == inf else cut for cut in getattr(self, part)] for part in CUT}
        listed = {name: " ".join(code for code in self.segments if self.segments[code] == name) for name in self.names}
        return json.dumps({**asdict(self), **cuts, "segments": listed}, ensure_ascii=False)


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
    return read_scheme(scheme)


def read_scheme(text: str) -> RfmScheme:
    """The scheme that `RfmScheme.as_json` wrote; OptionError for any other text."""
    try:
        read = json.loads(text)
        return RfmScheme(**{**read, "segments": _by_code(read["segments"])})
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise OptionError("This is no RFM scheme.", "Give the JSON that was saved from here, unchanged.") from error


def _by_code(listed: Mapping[str, str]) -> dict[str, str]:
    """Code → name, from name → its codes."""
    pairs = [(code, name) for name, together in listed.items() for code in together.split()]
    if len(dict(pairs)) != len(pairs):
        raise ValueError(listed)
    return dict(pairs)


def usual_name(code: str) -> str:
    """What a code of five levels is usually called: by recency and the mean of the two other scores, rounded up.

    >>> usual_name("555"), usual_name("155"), usual_name("511")
    ('Champions', 'Cannot Lose Them', 'New Customers')
    """
    r, f, m = map(int, code)
    return GRID[5 - r][(f + m + 1) // 2 - 1]


SCHEMES = {
    "quintile": RfmScheme(
        "quintile", 5, segments={code: name for name in USUAL for code in codes(5) if usual_name(code) == name}
    ),
    "klaviyo": RfmScheme(
        "klaviyo",
        3,
        recency=(180, 365),
        segments=_by_code(KLAVIYO_GRID),
    ),
}
