"""What a kind of opportunity says of itself, before it is priced."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class Kind:
    """Whom one kind of opportunity chooses.

    members: for every moment of the shop, which of its customers were chosen then
    facts: what the choice rests on, for the sentences
    products: what to suggest to all of them; product: by customer number, what to suggest to each, where it differs
    suggest: what is bought in later orders by "own" people, in "second" orders by everybody, or "nothing"
    """

    key: str
    members: tuple[np.ndarray, ...] = field(repr=False)
    facts: dict[str, object] = field(default_factory=dict)
    products: tuple[str, ...] = ()
    product: pd.Series | None = field(default=None, repr=False)
    suggest: str = "own"
