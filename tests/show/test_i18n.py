"""Language: messages fall back to English, numbers and dates read as people in each country write them."""

import threading

import pandas as pd
import pytest

from retention.show import i18n, measures

SPACE = "\N{NO-BREAK SPACE}"
PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\\n"

msgid "Customers"
msgstr "Klienci"

msgid "{n} order"
msgid_plural "{n} orders"
msgstr[0] "{n} zamówienie"
msgstr[1] "{n} zamówienia"
msgstr[2] "{n} zamówień"
"""


@pytest.fixture(autouse=True)
def english_afterwards():
    yield
    i18n.use_language("en")


@pytest.fixture
def polish(tmp_path, monkeypatch):
    (tmp_path / "pl.po").write_text(PO, encoding="utf-8")
    monkeypatch.setattr(i18n, "_LOCALE_DIR", tmp_path)
    i18n._catalog.cache_clear()
    i18n.use_language("pl")
    yield
    i18n._catalog.cache_clear()


def test_the_five_languages_by_their_own_names():
    expected = {"en": "English", "hu": "Magyar", "pl": "Polski", "tr": "Türkçe", "ru": "Русский"}
    assert i18n.languages() == expected


@pytest.mark.parametrize(("asked", "used"), [("ru", "ru"), ("tr-TR", "tr"), ("pl_PL", "pl"), ("de", "en"), ("", "en")])
def test_language_asked_and_language_used(asked, used):
    assert i18n.use_language(asked) == used == i18n.language()


def test_messages_and_plurals_come_from_the_catalogue(polish):
    assert i18n._("Customers") == "Klienci"
    counted = [i18n.ngettext("{n} order", "{n} orders", n).format(n=n) for n in (1, 3, 12)]
    assert counted == ["1 zamówienie", "3 zamówienia", "12 zamówień"]


def test_a_missing_message_or_catalogue_is_english(polish):
    assert i18n._("Units sold") == "Units sold"
    i18n.use_language("tr")
    assert i18n._("Customers") == "Customers"
    assert i18n.ngettext("{n} order", "{n} orders", 2) == "{n} orders"
    assert i18n._("") == ""


def test_one_session_does_not_change_the_language_of_another():
    i18n.use_language("hu")
    seen = []
    thread = threading.Thread(target=lambda: seen.append((i18n.language(), i18n.use_language("ru"))))
    thread.start()
    thread.join()
    assert seen == [("en", "ru")]
    assert i18n.language() == "hu"


@pytest.mark.parametrize(
    ("language", "number", "share", "forints", "euros", "day"),
    [
        ("en", "1,234.5", "12.3%", "HUF_1,235", "€1,234.50", "Dec 2, 2024"),
        ("hu", "1_234,5", "12,3%", "1_235_Ft", "1_234,50_EUR", "2024. dec. 2."),
        ("pl", "1_234,5", "12,3%", "1_235_HUF", "1_234,50_€", "2 gru 2024"),
        ("tr", "1.234,5", "%12,3", "HUF_1.235", "€1.234,50", "2 Ara 2024"),
        ("ru", "1_234,5", "12,3_%", "1_235_HUF", "1_234,50_€", "2 дек. 2024\N{NARROW NO-BREAK SPACE}г."),
    ],
)
def test_numbers_money_and_dates_as_written_in_each_country(language, number, share, forints, euros, day):
    i18n.use_language(language)
    assert i18n.number(1234.5, 1) == number.replace("_", SPACE)
    assert i18n.percent(0.123) == share.replace("_", SPACE)
    assert i18n.money(1234.5, "HUF") == forints.replace("_", SPACE)
    assert i18n.money(1234.5, "EUR") == euros.replace("_", SPACE)
    assert i18n.date(pd.Timestamp("2024-12-02")) == day


def test_forints_with_decimals_when_asked():
    i18n.use_language("hu")
    assert i18n.money(1234.5, "HUF", digits=1) == f"1{SPACE}234,5{SPACE}Ft"
    assert i18n.money_short(1_250_000, "HUF") == f"1,2{SPACE}M{SPACE}Ft"


def test_unknown_currency_is_a_number_alone():
    assert i18n.money(1234.5, "") == "1,234.50"
    assert i18n.money_short(1_500_000, "") == "1.5M"


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT, float("inf")])
def test_missing_is_a_dash_everywhere(missing):
    shown = [f(missing) for f in (i18n.number, i18n.number_short, i18n.percent, i18n.percent_points)]
    shown += [
        i18n.money(missing, "EUR"),
        i18n.money_short(missing, "EUR"),
        measures.measure_value("net", missing),
    ]
    shown += [i18n.interval(missing, 0.2, i18n.percent), i18n.interval(0.1, missing, i18n.percent)]
    assert set(shown) == {"–"}


def test_missing_dates_are_a_dash():
    assert i18n.date(pd.NaT) == i18n.date(None) == i18n.period_label(pd.NaT, "month") == "–"


def test_rounding_is_half_up_and_zero_has_no_sign():
    assert [i18n.number(0.5), i18n.number(2.5), i18n.number(-0.2)] == ["1", "3", "0"]
    assert i18n.percent(-0.0001, 0) == "0%"
    assert [i18n.percent_points(x) for x in (0.0125, -0.0125, 0)] == ["+1.3 pp", "-1.3 pp", "0.0 pp"]


def test_period_labels():
    start = pd.Timestamp("2024-12-30")
    labels = [i18n.period_label(start, period) for period in ("day", "week", "month", "quarter", "year")]
    assert labels == ["Dec 30, 2024", "W01 2025", "Dec 2024", "Q4 2024", "2024"]
    i18n.use_language("hu")
    assert i18n.period_label(start, "month") == "2024. dec."
    with pytest.raises(ValueError, match="fortnight"):
        i18n.period_label(start, "fortnight")


def test_measures_are_shown_in_their_own_kind():
    shown = [measures.measure_value(m, 0.5, "EUR") for m in ("repeat_rate", "aov", "purchase_frequency", "orders")]
    assert shown == ["50.0%", "€0.50", "0.50", "1"]
    assert measures.measure_name("something_new") == "Something new"


def test_segments_are_named_in_the_reader_s_language_and_names_of_a_file_as_they_are():
    i18n.use_language("pl")
    assert measures.group_name("At Risk") == "Zagrożeni"
    assert measures.group_name("Kubek") == "Kubek"
