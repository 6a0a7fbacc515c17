"""The channels page says what channel_table says."""

import pytest

import retention as rt
from retention.show.sentences import those_who_change_channel

PAGE = "pages/measure/channels.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def test_headline_names_the_largest_channel_and_the_text_who_stays(page, shop):
    result = rt.channel_table(shop)
    web = result.table.iloc[0]
    total = result.table["new_customers"].sum()
    assert page.headline == (
        f"Of 100 customers, {web['new_customers'] / total * 100:.0f} made their first order through web "
        f"(between {web['new_share_low'] * 100:.0f} and {web['new_share_high'] * 100:.0f}; {total:,} customers)."
    )
    assert those_who_change_channel(result) in page.texts
    assert set(result.notes) <= set(page.texts)
    assert len(page.charts) == 2


def test_the_tables_say_it_again(page, shop):
    result = rt.channel_table(shop)
    channels, sets, flow = (frame.value for frame in page.test.dataframe)
    assert list(channels["Channel"]) == ["web", "app", "marketplace", "store"]
    assert list(channels["Orders"]) == [f"{n:,}" for n in result.table["orders"]]
    assert channels.loc[3, "Orders that name nobody"] == f"{result.table['unidentified_orders'].iloc[3]:,}"
    assert list(sets["Channels used"][-2:]) == ["One channel", "Several channels"]
    assert "100.0%" not in " ".join(sets["Third-order rate"])
    assert set(flow["First channel"]) == {"web", "app", "marketplace", "store"}


def test_a_single_channel_has_nothing_to_compare(page):
    page.choose("channel", ["app"])
    assert page.headline == "All orders came through one channel, app: there is nothing to compare."
    assert page.charts == []


def test_a_file_without_channels_and_codes_gets_a_sentence_each(visitor):
    visitor.open("pages/start/data.py").press("Open CDNOW, a real shop").open(PAGE)
    assert visitor.headline == "The files name no channel, so nothing can be said about channels."
    assert visitor.charts == []
    visitor.open("pages/measure/discounts.py")
    assert visitor.headline == "No order here has a discount or a code, so there is nothing to compare."


@pytest.mark.parametrize("page_file", ["channels", "discounts", "accounts"])
def test_three_customers_who_bought_once(visitor, page_file):
    lines = "order_id,ordered_at,email,channel,is_guest,quantity,unit_price,discount,discount_code\n" + "".join(
        f"{n},2025-01-0{n},c{n}@example.com,{channel},{guest},1,10,{off},{code}\n"
        for n, channel, guest, off, code in (
            (1, "web", "yes", 1, "A"),
            (2, "app", "no", 0, ""),
            (3, "web", "no", 0, ""),
        )
    )
    visitor.open("pages/start/data.py").drop(("orders.csv", lines.encode())).open(f"pages/measure/{page_file}.py")
    assert "too few to tell" in visitor.headline


def test_notebook_gives_the_screen_again(page, execute):
    page.choose("country", ["HU"])
    printed = execute(
        page.notebook,
        "from retention.show.sentences import where_customers_come_from as words\n"
        "from retention.show.files import csv_bytes\n"
        "print(words(channels))\nprint(csv_bytes(channels.table).decode('utf-8-sig'), end='')",
    )
    sentence, _newline, table = printed.partition("\n")
    assert sentence == page.headline
    assert table == page.downloads["channels.csv"].decode("utf-8-sig")
