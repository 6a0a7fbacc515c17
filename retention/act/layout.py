"""What the file of a tool looks like, read from formats/."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from retention.errors import check_option

FORMATS = ("klaviyo", "mailchimp", "omnisend", "meta", "google", "plain")


@dataclass(frozen=True)
class Column:
    """header: as the tool wants it. field: what it holds, "" where nothing is known. how: a rule of `retention.act.normalise`.

    hashed: SHA-256 of the normalised value instead of it. optional: left out where nobody has a value. bytes: the most that a
    value may take.
    """

    header: str
    field: str
    how: str = ""
    hashed: bool = False
    optional: bool = False
    bytes: int = 0


@dataclass(frozen=True)
class Layout:
    """needs: fields of which one has to be known of everybody; instead: those that do where nobody has one of them.

    kinds: csv, xlsx. megabytes: the most that a file may take. mark: whether it begins with a byte order mark.
    """

    name: str
    needs: tuple[str, ...]
    kinds: tuple[str, ...]
    columns: tuple[Column, ...]
    instead: tuple[str, ...] = ()
    megabytes: int = 0
    mark: bool = False

    @property
    def fields(self) -> set[str]:
        """Everything it may hold."""
        return {column.field for column in self.columns}


@lru_cache
def layout_of(format: str) -> Layout:
    """The layout of a tool's file.

    >>> [column.header for column in layout_of("google").columns]
    ['Email', 'Phone', 'First Name', 'Last Name', 'Country', 'Zip']
    """
    check_option("format", format, FORMATS)
    plain = tomllib.loads(files("retention.act.formats").joinpath(f"{format}.toml").read_text(encoding="utf-8"))
    columns = tuple(Column(**column) for column in plain.pop("column"))
    lists = {name: tuple(plain.get(name, ())) for name in ("needs", "instead", "kinds")}
    return Layout(**plain | lists, columns=columns)
