"""The discounts page says what discount_table says."""

import pytest

import retention as rt
from retention.show.sentences import beside_full_price

PAGE = "pages/measure/discounts.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def test_headline_is_the_share_of_later_orders_at_full_price(page, shop):
    result = rt.discount_table(shop)
    row = result.table.iloc[1]
    full, low, high = (100 * (1 - row[f"discount_dependence{end}"]) for end in ("", "_high", "_low"))
    assert page.headline == (
        f"Of 100 later orders of customers won with a discount, {full:.0f} are at full price (between {low:.0f} and "
        f"{high:.0f}; {row['discount_dependence_n']} customers came back)."
    )
    assert beside_full_price(result) in page.texts
    assert result.notes[0] in page.texts
    assert len(page.charts) == 2


def test_the_tables_say_it_again(page, shop):
    result = rt.discount_table(shop)
    first, prices, codes = (frame.value for frame in page.test.dataframe)
    assert list(first["First order"]) == ["At full price", "With a discount"]
    assert first.loc[1, "Second order within 90 days"].startswith(
        f"{result.table['second_order_rate_90'].iloc[1]:.1%} ("
    )
    assert list(prices["Customers"]) == [f"{n:,}" for n in result.customers["customers"]]
    assert list(codes["Code"]) == list(result.codes["code"])
    assert codes.loc[1, "Second order within 90 days"] == "–"  # nobody begins with the code for second orders


def test_without_discounts_there_is_a_sentence_and_no_picture(page):
    page.choose("channel", ["marketplace"])
    assert page.headline == "No order here has a discount or a code, so there is nothing to compare."
    assert page.charts == []
    assert len(page.test.dataframe) == 0


def test_notebook_gives_the_screen_again(page, execute):
    printed = execute(
        page.notebook,
        "from retention.show.sentences import won_with_a_discount as words\nfrom retention.show.files import csv_bytes\n"
        "print(words(discounts))\nprint(csv_bytes(discounts.codes).decode('utf-8-sig'), end='')",
    )
    sentence, _newline, table = printed.partition("\n")
    assert sentence == page.headline
    assert table == page.downloads["codes.csv"].decode("utf-8-sig")
