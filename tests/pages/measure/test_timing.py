"""The page on the time to the next order says what time_to_next_order says."""

import json

import pytest

import retention as rt

PAGE = "pages/measure/timing.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def test_headline_and_days_to_act(page, shop):
    result = rt.time_to_next_order(shop)
    row = result.table.iloc[0]
    share, low, high = (round(row[f"within_90{end}"] * 100) for end in ("", "_low", "_high"))
    assert page.headline == (
        f"Of 100 first-time buyers, {share} order again within 90 days (between {low} and {high}). Half of those who come "
        f"back do so by day {result.late_after}: write before day {result.message_day}, win back from day "
        f"{result.win_back_day}."
    )
    text = "\n".join(page.texts)
    assert f"A quarter of those who come back have ordered by day {result.message_day}." in text
    assert f"Half of them have ordered by day {result.late_after}." in text
    assert f"Of 100 of them, 80 have ordered by day {result.win_back_day}." in text


def test_another_order_and_groups(page, shop):
    page.choose("timing_after", "any").choose("timing_by", "category")
    result = rt.time_to_next_order(shop, "any", "category")
    assert page.headline.startswith(f"Of 100 orders, {result.overall['within_90'] * 100:.0f} are followed by another")
    best = result.table.sort_values("within_90").iloc[-1]
    assert any(text.startswith(f"Most come back after {best['group']}, ") for text in page.texts)
    assert any(text.startswith("All gaps are taken together") for text in page.texts)
    description = json.loads(page.charts[0].spec)["description"]
    assert "Phone accessories: 33.9% within 30 days" in description
    assert "Groups that are not drawn: 3; they stand in the table." in description


def test_the_table(page, shop):
    shown = page.test.dataframe[0].value
    row = rt.time_to_next_order(shop).table.iloc[0]
    assert shown["Customers"].tolist() == ["4,000"]
    assert shown["Ordered again"].tolist() == [f"{row['events']:,}"]
    assert shown["Within 90 days"].tolist() == [
        f"{row['within_90']:.1%} ({row['within_90_low']:.1%} – {row['within_90_high']:.1%})"
    ]
    assert shown["Median days"].tolist() == [
        f"{row['median']:.0f} ({row['median_low']:.0f} – {row['median_high']:.0f})"
    ]


def test_notebook_gives_the_screen_again(page, execute):
    page.choose("timing_after", "second").choose("timing_by", "channel").choose("country", ["HU"])
    printed = execute(
        page.notebook,
        "from retention.show.sentences import when_they_return as words\nfrom retention.show.files import csv_bytes\n"
        "print(words(timing))\nprint(csv_bytes(timing.table).decode('utf-8-sig'), end='')",
    )
    sentence, _newline, table = printed.partition("\n")
    assert sentence == page.headline
    assert sentence.startswith("Of 100 customers who have ordered 2 times, ")
    assert table == page.downloads["timing_second_channel.csv"].decode("utf-8-sig")
