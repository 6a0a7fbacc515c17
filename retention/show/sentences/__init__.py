"""Answers in plain words, written from result tables."""

from __future__ import annotations

from collections.abc import Callable

from retention.show.sentences.alerts import (
    Fact,
    against_target,
    expected_range,
    facts,
    least_likely,
    nothing_to_look_at,
    out_of_the_ordinary,
)
from retention.show.sentences.cohorts import who_comes_back
from retention.show.sentences.kpis import change, is_month, kpi, more_or_less, moves, overview, span

__all__ = [
    "Fact",
    "against_target",
    "change",
    "expected_range",
    "explained",
    "facts",
    "is_month",
    "kpi",
    "least_likely",
    "more_or_less",
    "moves",
    "nothing_to_look_at",
    "out_of_the_ordinary",
    "overview",
    "span",
    "who_comes_back",
]


def explained(function: Callable) -> list[str]:
    """What a public function's docstring says to a reader: the meaning and when not to trust it, not columns and errors."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in (function.__doc__ or "").strip().split("\n\n")]
    return [text for text in paragraphs if not text.startswith((">>>", "Returns", "Raises"))]
