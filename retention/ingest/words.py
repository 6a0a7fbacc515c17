"""Words with a meaning: states, yes and no, ids that stand for nobody, totals, addresses that are only lent."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

from retention.ingest.mapping import plain


@lru_cache(maxsize=1)
def words() -> dict[str, dict[str, str]]:
    """Normalised word → meaning, for states and for yes and no; and the ids that stand for nobody."""
    entries = tomllib.loads(files("retention.ingest").joinpath("words.toml").read_text(encoding="utf-8"))
    return {
        group: {plain(word): meaning for meaning, spellings in meanings.items() for word in spellings}
        for group, meanings in entries.items()
    }


@lru_cache(maxsize=1)
def relay_sql() -> str:
    """The pattern of addresses that a marketplace lends for one order: they reach nobody later."""
    entries = tomllib.loads(files("retention.ingest").joinpath("words.toml").read_text(encoding="utf-8"))
    return "@(" + "|".join(entries["relay"]["domains"]) + ")"
