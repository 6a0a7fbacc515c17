"""Every language says everything: no text is missing or left over, and placeholders stay as in English."""

import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from retention.show import i18n
from retention.show.messages import messages

LOCALE = Path(i18n.__file__).parent / "locale"
LANGUAGES = [code for code in i18n.languages() if code != "en"]
# Names of options, exports and data sets, the sign n, and what is nothing but placeholders.
NAMES = {
    "currency", "date_order", "decimal", "drop_duplicates", "rates", "encoding", "mapping", "serial", "statuses", "timezone",
    "UCI Online Retail", "UCI Online Retail II", "WooCommerce Advanced Order Export", "n", "{name} ({first} – {last}).",
    "{field}: {test} {value}", "{field}: {value}", "{name}: {metric}.",
}  # fmt: skip
ALIKE = {"hu": {"Test"}, "pl": {"Start", "Segment", "Test"}, "tr": {"Segment", "Test"}}


@pytest.fixture(scope="module")
def english():
    return messages()


@pytest.fixture(scope="module", params=LANGUAGES)
def catalog(request):
    with (LOCALE / f"{request.param}.po").open("rb") as file:
        return read_po(file, locale=request.param)


@pytest.fixture
def translations(catalog):
    return {entry.id: entry.string for entry in catalog if entry.id}


def fields(text):
    return sorted(
        (name, conversion or "") for _, name, _, conversion in string.Formatter().parse(text) if name is not None
    )


def test_every_file_is_a_language_on_offer():
    assert {path.stem for path in LOCALE.glob("*.po")} == set(LANGUAGES)


def test_the_header_names_the_language(catalog):
    assert catalog.locale_identifier in LANGUAGES
    assert catalog.charset.lower() == "utf-8"


def test_every_text_is_translated(translations, english):
    assert [text for text in english if not translations.get(text) and text not in NAMES] == []


def test_only_names_stay_english(catalog, translations):
    same = {text for text, translation in translations.items() if text == translation}
    assert same - NAMES - ALIKE.get(str(catalog.locale), set()) == set()


def test_nothing_is_left_over(catalog, translations, english):
    assert [text for text in translations if text not in english] == []
    assert list(catalog.obsolete) == []


def test_nothing_is_fuzzy(catalog):
    assert not catalog.fuzzy
    assert [entry.id for entry in catalog if entry.id and entry.fuzzy] == []


def test_placeholders_are_those_of_the_english_text(translations):
    assert [text for text, said in translations.items() if said and fields(said) != fields(text)] == []


@pytest.mark.parametrize("mark", ["**", "`"])
def test_bold_and_code_stay_in_pairs(translations, mark):
    assert [text for text, said in translations.items() if said and said.count(mark) != text.count(mark)] == []
    assert [said for said in translations.values() if said.count(mark) % 2] == []


def test_the_app_speaks_it(catalog, translations):
    i18n.use_language(str(catalog.locale))
    try:
        assert [text for text, said in translations.items() if i18n._(text) != (said or text)] == []
    finally:
        i18n.use_language("en")
