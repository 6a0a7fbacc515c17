"""CDNOW as its papers counted it: 2,357 customers, weeks as sevenths of a day, to 1997-09-30."""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import pandas as pd


@lru_cache
def cdnow() -> pd.DataFrame:
    """frequency, recency, T (weeks) and monetary (missing for who never came back) of every customer."""
    folder = Path(find_spec("lifetimes").submodule_search_locations[0]) / "datasets"
    data = pd.read_csv(folder / "cdnow_customers_summary_with_transactions.csv")
    data = data.rename(columns={"x": "frequency", "t_x": "recency", "zbar": "monetary"})
    return data.assign(monetary=data["monetary"].where(data["frequency"] > 0))
