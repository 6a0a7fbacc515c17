"""What holds for every page: a friendly start, an answer, a way back from a filter that leaves nothing, a notebook."""

import json
from datetime import date
from pathlib import Path

import pytest

import retention as rt

ROOT = Path(__file__).parents[2]
PAGES = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("pages/*/*.py"))
ANALYSES = [page for page in PAGES if page != "pages/start/data.py"]


def test_streamlit_finds_no_page_by_itself(root):
    assert len(PAGES) >= 4
    assert not list(root.glob("pages/*.py"))


@pytest.mark.parametrize("page", PAGES)
def test_from_nothing_to_an_answer_with_pictures_words_and_files(visitor, page):
    """One visit: each takes a second, and there are many pages."""
    visitor.open(page)
    assert visitor.title
    assert not visitor.errors
    if page in ANALYSES:
        assert "There are no orders here yet." in visitor.test.info[0].value
        assert not visitor.charts
    visitor.press("Open the sample shop")
    assert not visitor.test.info
    assert visitor.headline
    if page in ANALYSES:
        answers_and_draws(visitor)
        explains(visitor)
        gives_away(visitor)


def answers_and_draws(visitor):
    assert not visitor.errors
    assert any("Sample data, not your shop" in text for text in visitor.texts)
    assert visitor.charts
    for chart in visitor.charts:
        assert len(json.loads(chart.spec)["description"]) > 20  # for those who do not see it


def explains(visitor):
    """Definitions come from the functions."""
    explained = next(part for part in visitor.test.expander if part.label.startswith("Explain this"))
    words = " ".join(text.value for text in explained.markdown)
    assert "When not to trust it" in words
    assert ">>>" not in words


def gives_away(visitor):
    kinds = {name.rpartition(".")[2] for name in visitor.downloads}
    assert {"csv", "ipynb"} <= kinds


@pytest.mark.parametrize("page", ANALYSES)
def test_a_filter_reaches_numbers_and_notebook_and_a_notebook_whose_numbers_differ_fails(
    at_sample, shop, monkeypatch, page
):
    """One visit: on the way to the last filter the numbers are counted that the notebook of all orders has to refuse."""
    before = at_sample.open(page).headline
    whole = source_of(at_sample.notebook)
    at_sample.choose("from", date(2025, 12, 31)).choose("to", date(2024, 1, 1))
    assert [info.value for info in at_sample.test.info] == [
        "No order matches these filters. Widen the dates or clear a filter."
    ]
    assert not at_sample.errors
    assert not at_sample.charts
    at_sample.press("Clear the filters")
    assert at_sample.headline == before
    assert not at_sample.test.info
    at_sample.choose("channel", ["web"]).choose("from", date(2024, 3, 1))
    assert at_sample.headline != before
    assert any(text.endswith("filtered") for text in at_sample.texts)
    assert "orders = orders.filter(start='2024-03-01', channels=('web',))" in source_of(at_sample.notebook)
    monkeypatch.setattr(rt, "load_sample", lambda name: shop)
    exec(whole, {})
    monkeypatch.setattr(rt, "load_sample", lambda name: shop.filter(channels="web"))
    with pytest.raises(AssertionError):
        exec(whole, {})


def source_of(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
