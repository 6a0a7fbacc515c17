"""The page of behaviour groups says what cluster_segments says."""

import io

import pandas as pd
import pytest

import retention as rt
from retention.show import sentences

PAGE = "pages/segment/clusters.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def test_headline_names_the_group_that_brings_most(page, shop):
    result = rt.cluster_segments(shop)
    best = result.summary.loc[result.summary["net"].idxmax()]
    assert page.headline == (
        f"The 4,000 customers fall into {len(result.summary)} groups. Most revenue comes from “{best['cluster']}”: "
        f"{best['share'] * 100:.0f} of 100 customers bring {best['share_of_net'] * 100:.0f}% of it."
    )
    assert sentences.how_firm(result).startswith("The groups are stable")
    assert {sentences.how_firm(result), sentences.how_clear(result)} <= set(page.texts)
    assert len(page.charts) == 2


def test_the_tables_say_it_again(page, shop):
    result = rt.cluster_segments(shop)
    groups, _members, scores = (frame.value for frame in page.test.dataframe)
    assert list(groups["Group"]) == result.summary["cluster"].tolist()
    assert list(groups["Customers"]) == [f"{n:,}" for n in result.summary["customers"]]
    assert list(groups["Orders (median)"]) == [f"{n:.0f}" for n in result.summary["median_frequency"]]
    assert list(scores["Silhouette"]) == [f"{value:.3f}" for value in result.scores["silhouette"]]


def test_the_file_says_who_is_in_which_group(page, shop):
    result = rt.cluster_segments(shop)
    people = pd.read_csv(io.BytesIO(page.downloads["behaviour_customers.csv"]), encoding="utf-8-sig")
    assert people["cluster"].value_counts().to_dict() == result.summary.set_index("cluster")["customers"].to_dict()
    shown = page.test.dataframe[1].value
    assert shown["Customer"].tolist() == people["customer_ref"].head(100).tolist()
    assert shown["Group"].tolist() == people["cluster"].head(100).tolist()
    assert {"email", "phone", "consent", "contactable", "net"} <= set(people)


def test_groups_can_be_asked_for(page, shop):
    page.choose("clusters_k", "2")
    assert page.headline == "The 4,000 customers are cut into 2 groups as you asked; the data themselves part into 4."
    assert len(page.test.dataframe[0].value) == 2
    assert list(page.test.dataframe[0].value["Group"]) == rt.cluster_segments(shop, k=2).summary["cluster"].tolist()


def test_a_shop_without_groups_is_told_so_and_can_be_cut_all_the_same(visitor):
    visitor.open("pages/start/data.py").press("Open CDNOW, a real shop").open(PAGE)
    assert visitor.headline == (
        "There are no clear groups among the 2,349 customers: they differ by degrees, so any border would be arbitrary."
    )
    assert visitor.charts == []
    assert "Left out, because it is the same for every customer or not in the data: Discounted orders." in visitor.texts
    visitor.choose("clusters_k", "3")
    assert visitor.headline == (
        "The 2,349 customers are cut into 3 groups as you asked, but the data show no clear borders between them."
    )
    assert len(visitor.charts) == 2


@pytest.mark.parametrize(
    ("customers", "words"), [(3, "Customers here: 3, too few"), (35, "All 35 customers behave alike")]
)
def test_shops_without_anything_to_tell_apart_get_a_sentence(visitor, customers, words):
    lines = "order_id,ordered_at,email,quantity,unit_price\n" + "".join(
        f"{n},2025-01-01,c{n}@example.com,1,10\n" for n in range(customers)
    )
    visitor.open("pages/start/data.py").drop(("orders.csv", lines.encode())).open(PAGE)
    assert visitor.headline.startswith(words)
    assert visitor.charts == []


def test_notebook_gives_the_screen_again(page, execute):
    printed = execute(
        page.notebook,
        "from retention.show.sentences import which_kinds as words\n"
        "from retention.show.files import csv_bytes\n"
        "print(words(clusters))\nprint(csv_bytes(clusters.summary).decode('utf-8-sig'), end='')",
    )
    sentence, _newline, table = printed.partition("\n")
    assert sentence == page.headline
    assert table == page.downloads["behaviour_groups.csv"].decode("utf-8-sig")
