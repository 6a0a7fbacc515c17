"""Answers in plain words, written from result tables."""

from __future__ import annotations

from collections.abc import Callable

from retention.show.sentences.cohorts import who_comes_back
from retention.show.sentences.kpis import change, is_month, kpi, kpi_notes, look_at, more_or_less, overview, span
from retention.show.sentences.timing import days_to_act, groups_beside, when_they_return

__all__ = [
    "change",
    "days_to_act",
    "explained",
    "groups_beside",
    "is_month",
    "kpi",
    "kpi_notes",
    "look_at",
    "more_or_less",
    "overview",
    "span",
    "when_they_return",
    "who_comes_back",
]


def explained(function: Callable) -> list[str]:
    """What a public function's docstring says to a reader: the meaning and when not to trust it, not columns and errors."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in (function.__doc__ or "").strip().split("\n\n")]
    return [text for text in paragraphs if not text.startswith((">>>", "Returns", "Raises"))]
