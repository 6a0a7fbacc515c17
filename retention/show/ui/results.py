"""Answers that screens have asked for, kept for all of them as far as they fit into a bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import fields, is_dataclass
from sys import getsizeof
from threading import Condition
from typing import Any

import numpy as np
import pandas as pd
from cachetools import LRUCache, cached

import retention as rt

KEPT = 256 * 2**20  # bytes of results that a process keeps, those asked for last


def result(function: Callable, orders: rt.Orders, options: dict[str, Any]) -> Any:
    """What a public function returns for these orders, asked once. Whoever gets it may change it: its frames are one's own."""
    return _own(_asked(function, orders, options))


def _question(function: Callable, orders: rt.Orders, options: dict[str, Any]) -> tuple[str, ...]:
    told = {name: _told(value) for name, value in options.items()}
    return function.__name__, orders.fingerprint, f"{orders.selection} {orders.margin}", repr(told)


def _told(value: Any) -> Any:
    """An option as it is told from others; the words of a frame leave out its middle."""
    return int(pd.util.hash_pandas_object(value).sum()) if isinstance(value, pd.DataFrame) else value


def _size(value: Any) -> int:
    """The bytes of a result, as far as they count: of its frames and arrays, and of the results inside it."""
    if isinstance(value, pd.DataFrame):
        return int(value.memory_usage(deep=True).sum())
    if isinstance(value, pd.Series):
        return int(value.memory_usage(deep=True))
    if isinstance(value, np.ndarray):
        return value.nbytes
    if is_dataclass(value):
        return sum(_size(getattr(value, part.name)) for part in fields(value)) + 1000
    return getsizeof(value)


@cached(LRUCache(KEPT, getsizeof=_size), key=_question, condition=Condition())
def _asked(function: Callable, orders: rt.Orders, options: dict[str, Any]) -> Any:
    return function(orders, **options)


def _own(value: Any) -> Any:
    """The same with frames that share their cells until somebody writes into them."""
    if isinstance(value, pd.DataFrame | pd.Series):
        return value.copy(deep=False)
    if not is_dataclass(value):
        return value
    own = copy(value)
    for part in fields(value):
        object.__setattr__(own, part.name, _own(getattr(value, part.name)))
    return own
