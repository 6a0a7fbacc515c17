"""The page on age, gender and place says what demographic_table says."""

import pytest

import retention as rt
from retention.show.sentences import which_group_is_largest

PAGE = "pages/segment/demographics.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def test_the_headline_says_whether_a_group_stands_out(page, shop):
    result = rt.demographic_table(shop)
    assert not result.table["differs"].fillna(False).any()
    n = result.table.loc[result.table["group"] != "unknown", "second_order_rate_90_n"].sum()
    assert page.headline == (
        f"Among {n:,} customers, no group orders a second time within 90 days more or less often than the others, beyond what "
        "chance explains."
    )
    assert which_group_is_largest(result) in page.texts
    assert set(result.notes) <= set(page.texts)
    assert len(page.charts) == 1


def test_a_group_that_stands_out_is_named_beside_all_others(page, shop):
    page.choose("demographics_by", "gender")
    rows = rt.demographic_table(shop, by="gender").table.set_index("group")
    men, women = rows.loc["male"], rows.loc["female"]
    rate = "second_order_rate_90"
    assert men["differs"]
    low, high = (men[f"{rate}_{end}"] * 100 for end in ("low", "high"))
    assert page.headline == (
        f"Men: of 100 new customers, {men[rate] * 100:.0f} order a second time within 90 days (between {low:.0f} and {high:.0f}; "
        f"{men[f'{rate}_n']:,} customers). Among all others it is {women[rate] * 100:.0f}, and the difference is larger than "
        "chance explains."
    )


def test_the_table_says_it_again(page, shop):
    page.choose("demographics_by", "city")
    shown = page.test.dataframe[0].value
    table = rt.demographic_table(shop, by="city").table
    assert list(shown["Group"]) == [*table["group"].iloc[:12], "Others"]
    assert list(shown["Customers"]) == [f"{n:,}" for n in table["customers"]]
    assert list(shown["Beyond chance"]) == ["no"] * 12 + ["–"]
    assert set(page.downloads) >= {"customers_by_city.csv"}


def test_without_the_column_the_page_says_which_file_would_bring_it(visitor):
    visitor.open("pages/start/data.py").press("Open CDNOW, a real shop").open(PAGE)
    assert visitor.test.info[0].value.startswith("The files say of nobody how old they are. Add a customers file")
    assert not visitor.charts
    visitor.choose("demographics_by", "city")
    assert "in which city they live" in visitor.test.info[0].value


def test_three_customers_are_too_few_to_tell(visitor):
    rows = "".join(f"{n},2025-01-0{n},c{n}@example.com,1,10,AT\n" for n in (1, 2, 3))
    text = f"order_id,ordered_at,email,quantity,unit_price,country\n{rows}"
    visitor.open("pages/start/data.py").drop(("orders.csv", text.encode())).open(PAGE)
    assert list(visitor.test.get_by_key("demographics_by").options) == ["Country", "Age", "Gender", "City"]
    assert visitor.headline == "Too few customers to tell whether one group comes back more than the others."
    assert "Customers: 3, too few to tell groups apart." in visitor.texts


def test_notebook_gives_the_screen_again(page, execute):
    page.choose("demographics_by", "country")
    printed = execute(
        page.notebook,
        "from retention.show.files import csv_bytes\nprint(csv_bytes(groups.table).decode('utf-8-sig'), end='')",
    )
    assert printed == page.downloads["customers_by_country.csv"].decode("utf-8-sig")
