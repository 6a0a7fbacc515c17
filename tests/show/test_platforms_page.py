"""docs/files.md names every layout and every kind of file, and is what the code would write now."""

import dataclasses
import re
from pathlib import Path

import pytest

from retention.ingest.kinds import kinds
from retention.ingest.layouts import layouts
from retention.show import platforms

DOCS = Path(__file__).parents[2] / "docs"
KNOWN = {layout.name: layout for layout in layouts()}


def test_the_page_in_docs_is_up_to_date():
    written = (DOCS / "files.md").read_text(encoding="utf-8")
    assert written == platforms.page(), "Write it again: python -m retention.show.platforms > docs/files.md"


def test_every_layout_has_its_row_and_says_where_its_export_is():
    assert set(platforms.DOWNLOADS) == set(KNOWN)
    assert [line.split(" | ")[0].strip("| ") for line in platforms.table().splitlines()[2:]] == sorted(
        KNOWN, key=str.casefold
    )


def test_every_kind_of_file_has_its_row():
    assert re.findall(r"^\| \*\*(\w+)\*\*", platforms.other_files(), re.MULTILINE) == list(kinds())
    assert set(platforms.SAYS) == set(kinds())


def test_every_row_has_three_cells():
    lines = (platforms.table() + platforms.other_files()).splitlines()
    assert {line.count(" | ") for line in lines} == {2}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Squarespace orders", "No category, no channel."),
        ("UCI Online Retail II", "No category, no channel. Amounts are taken to be GBP."),
        ("plain layout", "–"),
        ("Olist products", KNOWN["Olist products"].alone),
    ],
)
def test_what_an_export_cannot_tell(name, sentence):
    assert platforms.cannot_tell(KNOWN[name]) == sentence


def test_what_prices_contain_and_what_is_to_be_confirmed_is_said():
    words = platforms.cannot_tell(dataclasses.replace(KNOWN["1C-Bitrix orders"], lacks="No prices."))
    assert words == (
        "No prices. Prices contain shipping and tax. No category, no country, no channel. "
        "You are asked to confirm the columns."
    )


def test_links_in_the_page_lead_to_files():
    linked = re.findall(r"\]\(([^)#]+)", platforms.page())
    assert linked
    assert all((DOCS / link).exists() for link in linked)
