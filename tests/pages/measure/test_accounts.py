"""The page on guests and accounts says what account_table says."""

import pytest

import retention as rt

PAGE = "pages/measure/accounts.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def test_headline_sets_accounts_beside_guests(page, shop):
    result = rt.account_table(shop)
    account, guest = (row for _place, row in result.table.iterrows())

    def said(row):
        rate, low, high = (row[f"second_order_rate_90{end}"] * 100 for end in ("", "_low", "_high"))
        return f"{rate:.0f}", f"(between {low:.0f} and {high:.0f}; {row['second_order_rate_90_n']:,} customers)"

    (first, behind), (second, beside) = said(account), said(guest)
    assert page.headline == (
        f"Of 100 customers with an account, {first} come back within 90 days {behind}; of 100 guests it is {second} {beside}. "
        "The difference is larger than chance explains."
    )
    assert set(result.notes) <= set(page.texts)
    assert len(page.charts) == 1
    assert list(page.test.dataframe[0].value["Customers"]) == [f"{n:,}" for n in result.table["customers"]]


def test_a_file_that_does_not_say_gets_the_remedy(visitor):
    visitor.open("pages/start/data.py").press("Open CDNOW, a real shop").open(PAGE)
    (info,) = visitor.test.main.info
    assert info.value.startswith(
        "The files do not say who bought as a guest and who has an account. Add a customers file"
    )


def test_notebook_gives_the_screen_again(page, execute):
    page.choose("channel", ["web"])
    printed = execute(
        page.notebook,
        "from retention.show.sentences import guests_and_accounts as words\nfrom retention.show.files import csv_bytes\n"
        "print(words(accounts))\nprint(csv_bytes(accounts.table).decode('utf-8-sig'), end='')",
    )
    sentence, _newline, table = printed.partition("\n")
    assert sentence == page.headline
    assert table == page.downloads["accounts.csv"].decode("utf-8-sig")
