"""What a loyalty programme gives, for what."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from itertools import pairwise

from retention.errors import OptionError, check_option

# Kind → the numbers it needs, and those it may have besides.
KINDS = {
    "points": (("points_per_unit", "point_value"), ("minimum", "expiry_days")),
    "cashback": (("rate",), ("minimum", "expiry_days")),
    "gift": (("every", "gift_cost"), ("expiry_days",)),
    "tiers": (("tiers",), ()),
    "referral": (("reward",), ("referred_share",)),
}
WHOLE = ("every", "expiry_days")
LARGEST = {"points_per_unit": 1_000, "rate": 1, "referred_share": 1}


@dataclass(frozen=True, repr=False)
class LoyaltyProgramme:
    """What a loyalty programme gives, for what.

    kind: "points", "cashback", "gift" (at every so many orders), "tiers" (a discount for those who spend much) or "referral"
    points_per_unit: points for one currency unit spent on goods; point_value: what a point is worth, in currency units
    rate: the share of an order that comes back as cashback, such as 0.02
    minimum: how many points, or how much cashback in currency units, must have come together before it is redeemed
    expiry_days: after so many days without a purchase points, cashback and stamps are gone; None for never
    every, gift_cost: a gift at every so many orders, and what one costs the shop
    tiers: (net spend of the last 365 days, discount as a share) in ascending order, such as ((200, 0.05), (500, 0.1))
    reward, referred_share: what a referred new customer costs, and the share of new customers who are referred; None for
    those whom the customers file says a friend has sent

    Raises OptionError for a number that the kind needs and lacks, that it does not take, or that makes no sense.

    >>> LoyaltyProgramme("cashback", rate=0.02)
    rt.LoyaltyProgramme('cashback', rate=0.02)
    """

    kind: str
    points_per_unit: float | None = None
    point_value: float | None = None
    rate: float | None = None
    minimum: float | None = None
    expiry_days: int | None = None
    every: int | None = None
    gift_cost: float | None = None
    tiers: tuple[tuple[float, float], ...] | None = None
    reward: float | None = None
    referred_share: float | None = None

    def __post_init__(self) -> None:
        check_option("kind", self.kind, tuple(KINDS))
        needed, possible = KINDS[self.kind]
        given = {name for name, value in self.numbers.items() if value is not None}
        for name in sorted(given - {*needed, *possible}):
            raise OptionError(
                "A programme of the kind {kind} has no {name}.",
                "It takes {takes}.",
                kind=self.kind,
                name=name,
                takes=", ".join((*needed, *possible)),
            )
        for name in needed:
            if name not in given:
                raise OptionError(
                    "A programme of the kind {kind} needs {name}.",
                    "It takes {takes}.",
                    kind=self.kind,
                    name=name,
                    takes=", ".join((*needed, *possible)),
                )
        for name in given - {"tiers"}:
            self._check(name, self.numbers[name])
        if self.tiers is not None:
            object.__setattr__(self, "tiers", self._tiers())

    @property
    def numbers(self) -> dict[str, object]:
        """Every number by its name, missing ones as None."""
        return {part.name: getattr(self, part.name) for part in fields(self) if part.name != "kind"}

    def __repr__(self) -> str:
        given = "".join(f", {name}={value!r}" for name, value in self.numbers.items() if value is not None)
        return f"rt.LoyaltyProgramme({self.kind!r}{given})"

    def as_json(self) -> str:
        """The programme as text that `from_json` reads again."""
        given = {name: value for name, value in self.numbers.items() if value is not None}
        return json.dumps({"kind": self.kind, **given})

    @classmethod
    def from_json(cls, text: str) -> LoyaltyProgramme:
        """The programme of a text that `as_json` wrote.

        >>> LoyaltyProgramme.from_json('{"kind": "gift", "every": 5, "gift_cost": 10}')
        rt.LoyaltyProgramme('gift', every=5, gift_cost=10)
        """
        try:
            return cls(**json.loads(text))
        except (TypeError, ValueError) as error:
            raise OptionError(
                "This text is no loyalty programme.", 'It looks like {{"kind": "cashback", "rate": 0.02}}.'
            ) from error

    def _check(self, name: str, value: object) -> None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        low, high = (1 if name in WHOLE else 0), LARGEST.get(name, 1_000_000)
        if not is_number or not low <= value <= high or (name in WHOLE and value != int(value)):
            raise OptionError(
                "{name}={value!r} is not possible.",
                "Give a number from {low} to {high}.",
                name=name,
                value=value,
                low=low,
                high=high,
            )

    def _tiers(self) -> tuple[tuple[float, float], ...]:
        try:
            tiers = tuple((float(threshold), float(discount)) for threshold, discount in self.tiers)
        except (TypeError, ValueError):
            tiers = ()
        ascend = all(low[0] < high[0] and low[1] <= high[1] for low, high in pairwise(tiers))
        if not tiers or not ascend or not all(0 <= at <= 1_000_000_000 and 0 <= share <= 1 for at, share in tiers):
            raise OptionError(
                "tiers={value!r} is not possible.",
                "Give spend and discount of every tier in ascending order, such as ((200, 0.05), (500, 0.1)).",
                value=self.tiers,
            )
        return tiers
