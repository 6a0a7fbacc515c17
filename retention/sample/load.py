"""The two samples that come with the package."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from retention.errors import FileError, check_option
from retention.ingest.read import read_orders
from retention.orders import Orders

SAMPLES = ("shop", "cdnow")


def load_sample(name: str = "shop") -> Orders:
    """The orders of a sample shop.

    "shop": an invented electronics-and-gadgets shop, about 4,000 customers in 24 months, EUR, with its customers, products,
    ratings, support tickets, marketing spend and three experiments. "cdnow": the real purchases of 2,357 customers of a CD
    shop, 1997-01 to 1998-06, USD (Fader & Hardie, as shipped with lifetimes). Raises OptionError for another name and
    FileError when the files are not there.

    >>> load_sample("cdnow").currency
    'USD'
    """
    check_option("name", name, SAMPLES)
    paths = sample_files(name)
    for path in paths:
        if not path.exists():
            raise FileError(
                "The sample {file} is missing.", "Make it with: python sample_data/generate.py", file=path.name
            )
    return read_orders(paths)


def sample_files(name: str) -> list[Path]:
    """Where the files of a sample lie."""
    if name == "cdnow":
        return [Path(find_spec("lifetimes").submodule_search_locations[0]) / "datasets" / "CDNOW_sample.txt"]
    folder = Path(__file__).parents[2] / "sample_data"
    tables = ("orders", "customers", "products", "feedback", "tickets", "spend", "assignments")
    return [folder / f"{table}.csv" for table in tables]
