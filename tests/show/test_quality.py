"""The quality account in words: each check says what it found, what it moves and what to do."""

import json
from dataclasses import replace

import pytest

import retention as rt
from retention.measure.quality import quality_table
from retention.show import i18n, quality


@pytest.fixture(scope="module")
def result(shop):
    return quality_table(shop)


def with_check(result, check, **facts):
    """The account of the sample with one check that found something else."""
    table = result.table.copy()
    row = table.index[table["check"] == check][0]
    for name, value in facts.items():
        table[name] = table[name].astype(object)
        table.at[row, name] = value
    return replace(result, table=table)


def said(result, check):
    (row,) = [row for row in result.table.itertuples() if row.check == check]
    return quality.sentence(row, result)


def test_wholesale_orders_are_named(result):
    found = with_check(
        result,
        "wholesale",
        found=4,
        of=9802,
        amount_share=0.25,
        examples="1024, 77, 3",
        net_change=-0.25,
        aov_change=-0.2,
    )
    assert said(found, "wholesale") == (
        "4 of 9,802 purchases are far beyond the usual order and carry 25.0% of net revenue. The largest: 1024, 77, 3. "
        "Leaving them out would mean: net revenue -25.0%, average order value -20.0%. "
        "If these are resellers, leave them out to see the everyday shop."
    )
    left_out = with_check(found, "wholesale", active=True, net_change=1 / 3)
    assert "They are left out at present; counting them would mean: net revenue +33.3%" in said(left_out, "wholesale")
    assert quality.headline(found).endswith("the largest doubt: wholesale orders could move the figures by 25.0%.")
    assert "wholesale" not in quality.headline(left_out)


def test_silent_days_are_written_as_dates(result):
    found = with_check(
        result, "silence", found=21, of=731, examples="2025-03-01/2025-03-20, 2024-12-25/2024-12-25",
        net_change=0.02, orders_change=0.02,
    )  # fmt: skip
    assert said(found, "silence") == (
        "21 of 731 days have no order although the usual pace makes that unlikely: Mar 1, 2025 to Mar 20, 2025, Dec 25, 2024. "
        "At the usual pace there would have been: net revenue +2.0%, orders +2.0%. "
        "Was the shop closed, or are these days missing from the export?"
    )


def test_thin_months_are_named(result):
    found = with_check(result, "thin_months", found=1, of=22, examples="2025-03", net_change=0.004, orders_change=0.004)
    assert said(found, "thin_months").startswith(
        "1 of 22 months have under a third of the orders of the months beside them: Mar 2025. At the usual pace"
    )


def test_totals_and_currencies_have_no_effect_that_can_be_told(result):
    found = with_check(result, "totals", found=30, of=100, share=0.3)
    assert said(found, "totals") == (
        "30 of 100 orders do not add up to the total that the file gives. "
        "Compare one of them with your shop: a discount, a fee or a line may be missing from the export."
    )
    assert quality.headline(found).endswith("the largest doubt: 30.0% of the orders do not add up to their total.")
    assert said(result, "other_currency").startswith("0 of 26,941 rows are in another currency than EUR")


def test_an_effect_too_small_to_be_written_says_so(result):
    found = with_check(result, "test", net_change=0.0001, orders_change=0.0002, aov_change=0.0, repeat_rate_change=0.0)
    assert "Deciding otherwise would change no key figure by 0.1 % or more." in said(found, "test")


def test_the_time_zone_is_named_where_it_is_known(result):
    assert quality.clock(replace(result, timezone="Europe/Warsaw")).startswith(
        "Days are those of Europe/Warsaw; 2.0% of"
    )
    assert quality.clock(with_check(result, "night", of=0)) == ""


def test_many_orders_at_night_hint_at_another_time_zone(result):
    assert quality.clock(with_check(result, "night", share=0.2)).endswith(
        "20.0% of purchases fall between midnight and 5 o’clock. "
        "If that is too many for your shop, choose its time zone on the Data screen."
    )


def test_rows_are_never_rounded_up_to_all(result):
    assert quality.headline(replace(result, rows_used=26_940)).startswith(
        "Your numbers stand on 99.9% of the 26,941 rows;"
    )


@pytest.mark.parametrize("language", ["hu", "pl", "tr", "ru"])
def test_every_check_speaks_the_readers_language(result, language):
    english = {row.check: said(result, row.check) for row in result.table.itertuples()}
    i18n.use_language(language)
    try:
        assert [check for check, words in english.items() if said(result, check) == words] == []
    finally:
        i18n.use_language("en")


def test_the_chart_draws_what_was_found_the_largest_first(result):
    chart = rt.charts.quality_bars(result)
    assert chart.description == (
        "What was found: Addresses lent by a marketplace: 9.7%; Refunds and returns: 6.9% · net revenue +5.6%; "
        "Orders that name nobody: 2.9% · net revenue -3.2%; Cancelled orders: 1.6% · net revenue +1.7%; "
        "Unpaid orders: 0.5% · net revenue +0.7%; Test orders: 0.2% · net revenue +0.6%."
    )
    (rows,) = json.loads(chart.to_json())["datasets"].values()
    assert [row["count"] for row in rows[:2]] == ["954 / 9,802", "729 / 10,531"]
    assert [row["name"] for row in rows][-1] == "Test orders"


def test_the_chart_of_what_is_not_known_leaves_out_what_the_files_lack(result):
    lacking = with_check(result, "phone", share=1.0)
    assert rt.charts.quality_bars(lacking, "field").description == (
        "What is not known of the orders: E-mail address: 4.3%; Consent to marketing: 2.9%."
    )
    assert quality.absent(lacking) == "Not in the files at all: Phone number."


def test_what_a_switch_has_decided_is_no_doubt_any_more():
    shop = rt.load_sample()
    assert "names no customer" in quality.headline(rt.quality_table(shop))
    assert "names no customer" not in quality.headline(rt.quality_table(shop.filter(leave_out="unidentified")))
