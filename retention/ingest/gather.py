"""Which of several files is what: orders, a file that belongs to one of them, or another table altogether."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from retention.errors import EmptyError, FileError
from retention.ingest.dialect import Dialect
from retention.ingest.kinds import recognise_table
from retention.ingest.layouts import Join, carries
from retention.ingest.mapping import OWN, Match, recognise
from retention.ingest.source import Text


@dataclass
class Part:
    """A file of orders with the files that belong to it."""

    text: Text
    dialect: Dialect
    match: Match
    others: list[tuple[Join, Text, Dialect]] = field(default_factory=list)


@dataclass(frozen=True)
class Side:
    """A file of another kind: customers, products, feedback, …"""

    text: Text
    dialect: Dialect
    kind: str
    mapping: dict[str, str]


def gather(found: list[tuple[Text, Dialect]], confirmed: set[str]) -> tuple[list[Part], list[Side]]:
    """Sort the files; `confirmed` are the names of those whose columns somebody has picked, which makes them orders.

    Raises FileError for half of an export and EmptyError when no file holds orders.
    """
    parts, sides = [], []
    for text, dialect in found:
        match = recognise(dialect.columns, dialect.rows)
        known = match.layout.name != OWN
        table = None if known or text.name in confirmed else recognise_table(dialect.columns, dialect.rows)
        if table:
            sides.append(Side(text, dialect, table[0], table[1]))
        else:
            parts.append(Part(text, dialect, match))
        if match.layout.only and (events := recognise_table(dialect.columns, dialect.rows)):
            sides.append(Side(text, dialect, events[0], events[1]))
    claimed = set()
    for part in parts:
        for join in part.match.layout.join:
            for other in parts:
                if other is not part and carries(other.dialect.columns, join.signature) and not other.match.layout.join:
                    part.others.append((join, other.text, other.dialect))
                    claimed.add(other.text.name)
    mains = [part for part in parts if part.text.name not in claimed]
    for part in mains:
        if part.match.layout.alone and part.text.name not in confirmed:
            raise FileError(
                "{file} is half of an export: {layout}.",
                part.match.layout.alone,
                file=part.text.name,
                layout=part.match.layout.name,
            )
    if not mains:
        raise EmptyError(
            "{file} holds no orders but something else: {what}.",
            "Drop the orders together with it.",
            file=sides[0].text.name,
            what=sides[0].kind,
        )
    return mains, sides


def told_apart(texts: list[Text]) -> list[Text]:
    """The same texts with names that differ: a second orders.csv becomes `orders.csv (2)`."""
    named: list[Text] = []
    for text in texts:
        copies = sum(other.name.partition(" (")[0] == text.name for other in named)
        named.append(replace(text, name=f"{text.name} ({copies + 1})") if copies else text)
    return named
