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


def links(visitor):
    """Label → what the address will choose, of every way to another screen."""
    return [(link.proto.label, link.proto.query_string) for link in visitor.test.get("page_link")]


def test_the_calm_shop_says_so_and_draws_no_alarm(at_sample, shop):
    assert "Dec 2025: nothing is out of the ordinary. Key figures judged: 7." in at_sample.texts
    assert len(at_sample.charts) == 1
    table = at_sample.downloads["alerts.csv"].decode("utf-8-sig")
    assert len(table.splitlines()) == 8
    expected = rt.kpi_alerts(shop).table.set_index("kpi").loc["orders"]
    shown = at_sample.test.dataframe[1].value.set_index("Key figure").loc["Orders"]
    assert shown["Expected range"] == f"{expected['low']:,.0f} – {expected['high']:,.0f}"
    assert shown["Answer"] == "as expected"


def test_a_target_is_judged_and_comes_before_what_moved(at_sample, shop):
    last = rt.kpi_table(shop).iloc[-1]
    at_sample.choose("target_aov", 150.0).choose("target_retention_rate", 10.0)
    below = f"Average order value in Dec 2025: €{last['aov']:,.2f}, below your target of €150.00."
    above = f"Customer retention rate in Dec 2025: {last['retention_rate']:.1%}, above your target of 10.0%."
    assert at_sample.texts.count(below) == 2
    assert at_sample.texts.count(above) == 1
    facts = [text for text in at_sample.texts if "Dec 2025: €" in text or "95 % interval" in text]
    assert facts[0] == below
    labels, queries = zip(*links(at_sample), strict=True)
    assert labels == ("Opportunities", "Key figures", "Cohorts", "Cohorts")
    assert "kpi=Average+order+value" in queries[1]


def test_a_target_stays_and_is_drawn_among_the_key_figures(at_sample):
    at_sample.choose("target_orders", 1200.0).open("pages/measure/kpis.py").choose("kpi", "orders")
    (chart,) = at_sample.charts
    assert '"Target 1,200"' in chart.spec or "Target 1,200" in str(chart)
    assert any(text.startswith("Orders: the pale bar is the range") for text in at_sample.texts)
    assert at_sample.open(PAGE).test.get_by_key("target_orders").value == 1200.0


def test_a_month_that_collapsed_is_the_first_fact_and_is_drawn(visitor):
    """25 months of about 60 orders, then one of 9."""
    rows = []
    for month in range(26):
        begin = date(2023 + month // 12, month % 12 + 1, 1)
        count = 9 if month == 25 else 60 + month * 7 % 11
        last_day = 31 if begin.month in (1, 3, 5, 7, 8, 10, 12) else 28
        days = [1 + n * (last_day - 1) // (count - 1) for n in range(count)]
        rows += [f"{month}-{n},{begin.replace(day=day)},c{n},1,{20 + n % 7}" for n, day in enumerate(days)]
    rows.append("last,2025-03-01,c1,1,20")
    content = "\n".join(["order_id,ordered_at,customer_id,quantity,unit_price", *rows]).encode()
    visitor.open("pages/start/data.py").drop(("orders.csv", content))
    visitor.open(PAGE)
    facts = [text for text in visitor.texts if "below the range that its history makes likely" in text]
    assert len(facts) == 1, "net revenue, orders and customers fell together: one of them is told"
    assert " in Feb 2025: " in facts[0]
    assert any(text.startswith("Feb 2025: out of the ordinary: ") for text in visitor.texts)
    assert len(visitor.charts) == 2
