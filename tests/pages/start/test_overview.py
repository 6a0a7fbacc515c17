"""The overview says what the key figures say."""

from datetime import date

import pytest

import retention as rt

PAGE = "pages/start/overview.py"


def summary(orders, months=1):
    start, end = rt.last_months(orders, months)
    return rt.kpi_summary(orders, start=start, end=end).set_index("kpi")


def expected(rows, window, before="the time before"):
    net = rows.loc["net"]

    def beside(change):
        return f"{abs(change):.0%} {'more' if change > 0 else 'less'} than"

    return (
        f"{window}: {rows.loc['customers', 'value']:,.0f} customers brought €{net['value']:,.0f} in "
        f"{rows.loc['orders', 'value']:,.0f} orders, {beside(net['change'])} {before} and "
        f"{beside(net['change_year'])} a year before."
    )


def test_headline_is_the_last_complete_month(at_sample, shop):
    assert at_sample.headline == expected(summary(shop), "December 2025", "the month before")


def test_cards_carry_the_same_figures(at_sample, shop):
    rows = summary(shop)
    assert at_sample.cards == {
        "Net revenue": (f"€{rows.loc['net', 'value'] / 1000:,.1f}K", f"{rows.loc['net', 'change']:.1%}"),
        "Orders": (f"{rows.loc['orders', 'value']:,.0f}", f"{rows.loc['orders', 'change']:.1%}"),
        "Average order value": (f"€{rows.loc['aov', 'value']:,.0f}", f"{rows.loc['aov', 'change']:.1%}"),
        "Returning customer rate": (
            f"{rows.loc['returning_customer_rate', 'value']:.0%}",
            f"{rows.loc['returning_customer_rate', 'change'] * 100:+.1f} pp",
        ),
        "Customer retention rate": (
            f"{rows.loc['retention_rate', 'value']:.0%}",
            f"{rows.loc['retention_rate', 'change'] * 100:+.1f} pp",
        ),
    }


@pytest.mark.parametrize(
    ("window", "months", "words"), [("3", 3, "Oct 1, 2025 to Dec 31, 2025"), ("12", 12, "Jan 1, 2025 to Dec 31, 2025")]
)
def test_another_window(at_sample, shop, window, months, words):
    at_sample.choose("overview_window", window)
    assert at_sample.headline == expected(summary(shop, months), words)


def test_all_of_it_has_nothing_to_be_compared_with(at_sample, shop):
    at_sample.choose("overview_window", "all")
    rows = summary(shop, None)
    assert at_sample.headline == (
        f"Jan 1, 2024 to Dec 31, 2025: {rows.loc['customers', 'value']:,.0f} customers brought "
        f"€{rows.loc['net', 'value']:,.0f} in {rows.loc['orders', 'value']:,.0f} orders."
    )


def test_a_filter_changes_headline_and_cards(at_sample, shop):
    at_sample.choose("country", ["PL"])
    rows = summary(shop.filter(countries="PL"))
    assert at_sample.headline == expected(rows, "December 2025", "the month before")
    assert at_sample.cards["Orders"][0] == f"{rows.loc['orders', 'value']:,.0f}"


def test_a_last_day_ends_the_observation(at_sample, shop):
    at_sample.choose("to", date(2025, 6, 15))
    assert at_sample.headline == expected(summary(shop.filter(end="2025-06-15")), "May 2025", "the month before")


def test_what_to_look_at_names_figures_that_left_their_interval(at_sample, shop):
    rows = summary(shop).loc[["retention_rate", "repeat_rate"]]
    found = [text for text in at_sample.texts if "95 % interval" in text]
    for row, name in zip(rows.itertuples(), ("Customer retention rate", "Repeat purchase rate"), strict=True):
        assert row.previous < row.low
        assert (
            f"{name} rose from {row.previous:.1%} to {row.value:.1%} (95 % interval {row.low:.1%} – {row.high:.1%})."
            in found
        )


def test_notebook_gives_the_screen_again(at_sample, execute):
    at_sample.choose("overview_window", "3")
    printed = execute(
        at_sample.notebook,
        "from retention.show.sentences import overview\nfrom retention.show.files import csv_bytes\n"
        "print(overview(summary, orders.currency))\nprint(csv_bytes(summary).decode('utf-8-sig'), end='')",
    )
    sentence, _newline, table = printed.partition("\n")
    assert sentence == at_sample.headline
    assert table == at_sample.downloads["summary.csv"].decode("utf-8-sig")


def test_cdnow_is_named_as_a_sample_and_in_dollars(visitor):
    visitor.open("pages/start/data.py").press("Open CDNOW, a real shop")
    visitor.open(PAGE)
    assert any("Sample data: CDNOW, 1997–98" in text for text in visitor.texts)
    assert "$" in visitor.headline
