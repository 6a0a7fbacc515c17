"""The CDNOW purchases twice: as the package reads them, and as plain pandas does."""

import pandas as pd
import pytest

import retention as rt
from retention.sample.load import sample_files


@pytest.fixture(scope="session")
def cdnow():
    return rt.load_sample("cdnow")


@pytest.fixture(scope="session")
def cdnow_rows():
    """The purchases with a positive value: id, date, count, value."""
    names = ["master", "id", "date", "count", "value"]
    rows = pd.read_csv(sample_files("cdnow")[0], sep=r"\s+", names=names, dtype={"date": str})
    return rows[rows["value"] > 0].assign(date=lambda rows: pd.to_datetime(rows["date"]))
