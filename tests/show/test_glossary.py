"""The glossary: every figure on a screen has a definition that fits a card, and the page in docs/ is the same."""

import re
from pathlib import Path

import pytest

from retention.measure import kpis
from retention.show import glossary, i18n, measures

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("measure", [*kpis.KINDS, "retention"])
def test_every_figure_of_the_tables_is_defined(measure):
    assert glossary.definition(measure)


@pytest.mark.parametrize("measure", [*kpis.RATIOS, *kpis.RATES, "repeat_rate_to_date", "retention"])
def test_rates_and_ratios_say_what_is_divided_by_what(measure):
    assert "÷" in glossary.definition(measure)


@pytest.mark.parametrize("term", glossary.terms())
def test_a_definition_fits_a_card_and_reads_as_plain_text(term):
    text = glossary.definition(term)
    assert 20 < len(text) <= 220
    assert text.endswith(".")
    assert not re.search(r"[\\`*_{}\[\]<>#$~|:]", text)


def test_names_are_those_of_the_screens():
    assert glossary.name("returning_customer_rate") == measures.measure_name("returning_customer_rate")
    names = [glossary.name(term) for term in glossary.terms()]
    assert len(set(names)) == len(names)


def test_a_word_that_is_not_in_the_glossary_is_refused():
    with pytest.raises(KeyError, match="happiness"):
        glossary.definition("happiness")


def test_definitions_speak_the_readers_language(tmp_path, monkeypatch):
    english = glossary.definition("returning_customers")
    catalogue = (
        f'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "{english}"\nmsgstr "Powracający."\n'
    )
    (tmp_path / "pl.po").write_text(catalogue, encoding="utf-8")
    monkeypatch.setattr(i18n, "_LOCALE_DIR", tmp_path)
    i18n._catalog.cache_clear()
    i18n.use_language("pl")
    try:
        assert glossary.definition("returning_customers") == "Powracający."
    finally:
        i18n.use_language("en")
        i18n._catalog.cache_clear()


def test_the_page_in_docs_is_up_to_date():
    written = (DOCS / "glossary.md").read_text(encoding="utf-8")
    assert written == glossary.page(), "Write it again: python -m retention.show.glossary > docs/glossary.md"


def test_the_guide_links_to_entries_that_exist():
    linked = re.findall(r"\(glossary\.md#([^)]+)\)", (DOCS / "guide.md").read_text(encoding="utf-8"))
    headings = {glossary.name(term).lower().replace(" ", "-").replace("%", "") for term in glossary.terms()}
    assert linked
    assert set(linked) <= headings
