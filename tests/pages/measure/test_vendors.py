"""The page of definitions says what vendor_rates says, and why the rules differ."""

import pytest

import retention as rt
from retention.show.notebook import Load
from retention.show.ui.session import Data
from tests.measure.shops import bought

PAGE = "pages/measure/vendors.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def visit(visitor, orders):
    visitor.test.session_state["data"] = Data(orders, Load(files=("small.csv",)))
    return visitor.open(PAGE)


def test_the_headline_gives_the_span(page, shop):
    rates = rt.vendor_rates(shop).table["rate"]
    assert page.headline == (
        f"The share of customers who come back is anywhere from {rates.min():.0%} to {rates.max():.0%}, "
        "depending on the rule."
    )


def test_every_rule_is_said_with_its_number_and_reason(page, shop):
    table = rt.vendor_rates(shop).table
    (said,) = [text for text in page.texts if text.startswith("**Klaviyo: Retention.**")]
    row = table[table["vendor"] == "Klaviyo"].iloc[0]
    assert said == (
        f"**Klaviyo: Retention.** {row['rate']:.1%} (95 % interval {row['low']:.1%} – {row['high']:.1%}; "
        f"{row['counted']:,.0f} of {row['customers']:,.0f} customers). {row['rule']} {row['why']}"
    )
    assert sum(text.startswith(("**Here: ", "**Shopify: ", "**Peel: ", "**Lifetimely: ")) for text in page.texts) == 7
    shown = page.test.dataframe[0].value
    assert shown["Rate"].tolist() == [f"{rate:.1%}" for rate in table["rate"]]
    assert shown.loc[5, ["Tool", "From", "To"]].tolist() == ["Klaviyo", "Jan 2, 2024", "Dec 31, 2025"]
    assert page.downloads["definitions.csv"].decode("utf-8-sig").startswith("vendor,name,measure,rule,start,end,")


def test_what_the_data_are_too_short_for_says_so(visitor):
    page = visit(visitor, rt.load_sample("cdnow"))
    assert any(text.startswith("**Klaviyo: Retention.** Not observed: the data reach back") for text in page.texts)
    assert page.test.dataframe[0].value.loc[5, ["Rate", "95 % interval", "Customers"]].tolist() == ["–", "–", "–"]
    assert "Klaviyo: Retention: not observed" in page.charts[0].spec
    assert "What the data are too short for is left out, never shown as 0." in page.texts


def test_three_customers_are_too_few(visitor):
    page = visit(visitor, bought(("ann", "2025-05-01"), ("bob", "2025-06-03"), ("cyd", "2025-06-30")))
    assert page.headline == "Every rule has fewer than 30 customers to go by: too few to tell."
    assert any("0 of 2 customers: too few to tell." in text for text in page.texts)


def test_notebook_gives_the_screen_again(page, execute):
    page.choose("channel", ["web"])
    printed = execute(
        page.notebook,
        "from retention.show.sentences import depends_on_the_rule as words\nfrom retention.show.files import csv_bytes\n"
        "print(words(rates))\nprint(csv_bytes(rates.table).decode('utf-8-sig'), end='')",
    )
    sentence, _newline, table = printed.partition("\n")
    assert sentence == page.headline
    assert table == page.downloads["definitions.csv"].decode("utf-8-sig")
