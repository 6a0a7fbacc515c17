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
def test_without_data_the_page_offers_a_sample_shop(visitor, page):
    visitor.open(page)
    assert visitor.title
    assert not visitor.errors
    if page in ANALYSES:
        assert "There are no orders here yet." in visitor.test.info[0].value
        assert not visitor.charts
    visitor.press("Open the sample shop")
    assert not visitor.test.info
    assert visitor.headline


@pytest.mark.parametrize("page", ANALYSES)
def test_with_the_sample_the_page_answers_draws_and_gives_away(at_sample, page):
    at_sample.open(page)
    assert not at_sample.errors
    assert at_sample.headline
    assert any("Sample data, not your shop" in text for text in at_sample.texts)
    assert at_sample.charts
    assert all(chart.spec for chart in at_sample.charts)
    kinds = {name.rpartition(".")[2] for name in at_sample.downloads}
    assert {"csv", "ipynb"} <= kinds


@pytest.mark.parametrize("page", ANALYSES)
def test_every_chart_has_words_for_those_who_do_not_see_it(at_sample, page):
    at_sample.open(page)
    for chart in at_sample.charts:
        assert len(json.loads(chart.spec)["description"]) > 20


@pytest.mark.parametrize("page", ANALYSES)
def test_a_filter_that_leaves_nothing_says_so_and_can_be_cleared(at_sample, page):
    before = at_sample.open(page).headline
    at_sample.choose("from", date(2025, 12, 31)).choose("to", date(2024, 1, 1))
    assert [info.value for info in at_sample.test.info] == [
        "No order matches these filters. Widen the dates or clear a filter."
    ]
    assert not at_sample.errors
    assert not at_sample.charts
    at_sample.press("Clear the filters")
    assert at_sample.headline == before
    assert not at_sample.test.info


@pytest.mark.parametrize("page", ANALYSES)
def test_definitions_come_from_the_functions(at_sample, page):
    at_sample.open(page)
    explained = next(part for part in at_sample.test.expander if part.label.startswith("Explain this"))
    words = " ".join(text.value for text in explained.markdown)
    assert "When not to trust it" in words
    assert ">>>" not in words


@pytest.mark.parametrize("page", ANALYSES)
def test_a_filter_reaches_the_numbers_and_the_notebook(at_sample, page):
    unfiltered = at_sample.open(page).headline
    at_sample.choose("channel", ["web"]).choose("from", date(2024, 3, 1))
    assert at_sample.headline != unfiltered
    assert any(text.endswith("filtered") for text in at_sample.texts)
    code = "\n".join(cell.source for cell in at_sample.notebook.cells)
    assert "orders = orders.filter(start='2024-03-01', channels=('web',))" in code


@pytest.mark.parametrize("page", ANALYSES)
def test_a_notebook_whose_numbers_differ_fails(at_sample, shop, monkeypatch, page):
    cells = [cell.source for cell in at_sample.open(page).notebook.cells if cell.cell_type == "code"]
    monkeypatch.setattr(rt, "load_sample", lambda name: shop)
    exec("\n".join(cells), {})
    monkeypatch.setattr(rt, "load_sample", lambda name: shop.filter(channels="web"))
    with pytest.raises(AssertionError):
        exec("\n".join(cells), {})
