"""What every test may use: the two samples, read once."""

import os
from pathlib import Path

import pytest

# The matrices are small and another worker sits beside this one: more threads would mostly wait for each other.
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

import retention as rt

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """Where app.py lies."""
    return ROOT


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """The folder of sample files."""
    return ROOT / "sample_data"


@pytest.fixture(scope="session")
def shop() -> rt.Orders:
    """The invented electronics-and-gadgets shop."""
    return rt.load_sample("shop")
