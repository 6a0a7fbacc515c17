"""Two cohorts compared: by hand, and where nothing can be said."""

import numpy as np
import pytest

import retention as rt
from retention.intervals import newcombe
from tests.measure.shops import bought


def two_months(january, february, returned=(20, 5)):
    """So many customers in January and February, of whom the first so many bought again in the month after."""
    rows = [(f"a{n}", "2025-01-01") for n in range(january)] + [(f"a{n}", "2025-02-10") for n in range(returned[0])]
    rows += [(f"b{n}", "2025-02-01") for n in range(february)] + [(f"b{n}", "2025-03-10") for n in range(returned[1])]
    return bought(*rows, ("zoe", "2025-03-31"))


def test_newcombe_against_the_published_examples():
    """Newcombe (1998), table II, method 10: (a) 56/70 and 48/80, (b) 9/10 and 3/10, (h) 10/10 and 0/10."""
    low, high = newcombe([56, 9, 10], [70, 10, 10], [48, 3, 0], [80, 10, 10])
    np.testing.assert_allclose(np.round(low, 4), [0.0524, 0.1705, 0.6075])
    np.testing.assert_allclose(np.round(high, 4), [0.3339, 0.8090, 1.0])


def test_a_difference_that_chance_does_not_explain():
    result = rt.compare_cohorts(two_months(40, 50), "2025-01-01", "2025-02-15")
    assert (result.first, result.second) == ("2025-01-01", "2025-02-01")
    row = result.table.set_index("age").loc[1]
    assert row[["first_share", "first_n", "second_share", "second_n"]].tolist() == [20 / 40, 40, 5 / 50, 50]
    assert row["difference"] == pytest.approx(0.4)
    assert row[["low", "high"]].tolist() == pytest.approx([float(end) for end in newcombe(20, 40, 5, 50)])
    assert result.table["age"].tolist() == [0, 1]  # January's March has nothing of February beside it
    assert (result.age, result.verdict) == (1, "higher")
    assert rt.compare_cohorts(two_months(40, 50), "2025-02-01", "2025-01-01").verdict == "lower"
    assert rt.compare_cohorts(two_months(40, 50), "2025-01-01", "2025-02-01", age=0).verdict == "none"


def test_retention_leaves_out_age_zero_where_everybody_bought():
    result = rt.compare_cohorts(two_months(40, 50), "2025-01-01", "2025-02-01", value="retention")
    assert result.table["age"].tolist() == [1]


def test_the_verdict_is_about_the_oldest_age_that_half_of_both_have_reached(shop):
    result = rt.compare_cohorts(shop, "guest", "account", by="guest")
    sizes = rt.retention_table(shop, by="guest").table["customers"]
    reached = (result.table["first_n"] * 2 >= sizes["guest"]) & (result.table["second_n"] * 2 >= sizes["account"])
    assert result.age == result.table.loc[reached, "age"].max() == 11
    assert result.verdict == "lower"  # at 23 months, with 40 guests left, nothing could be told
    of_a_month = rt.compare_cohorts(shop, "2024-03-01", "2024-02-01", value="retention")
    assert of_a_month.age == 1  # not one of the 22 later months, which nobody chose before looking


def test_few_customers_and_no_difference():
    assert rt.compare_cohorts(two_months(29, 50), "2025-01-01", "2025-02-01").verdict == "few"
    assert rt.compare_cohorts(two_months(40, 50, (6, 5)), "2025-01-01", "2025-02-01").verdict == "none"


def test_a_cohort_that_is_too_young_has_no_verdict():
    shop = bought(("ann", "2025-01-01"), ("bob", "2025-02-10"))
    result = rt.compare_cohorts(shop, "2025-01-01", "2025-02-01")
    assert (len(result.table), result.age, result.verdict) == (0, None, "young")


def test_groups_are_compared_by_their_names(shop):
    result = rt.compare_cohorts(shop, "guest", "account", by="guest", age=6)
    table = rt.retention_table(shop, by="guest", value="cumulative")
    row = result.table.set_index("age").loc[6]
    assert row["first_share"] == table.table.loc["guest", 6]
    assert row["first_n"] == table.n.loc["guest", 6] < table.table.loc["guest", "customers"]
    assert result.verdict == "lower"  # guests drop out sooner in the sample shop
    assert not any("first cohort" in note for note in result.notes)


def test_the_first_cohort_is_named_as_doubtful():
    comparison = rt.compare_cohorts(two_months(40, 50), "2025-01-01", "2025-02-01")
    assert comparison.notes == ("The first cohort also holds customers who bought before the data begin.",)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"first": "2025-01-01", "second": "2025-01-31"}, "the same cohort"),
        (
            {"first": "2024-01-01", "second": "2025-01-01"},
            "first='2024-01-01' is not possible. Use one of: 2025-01-01, ",
        ),
        ({"first": "soon", "second": "2025-01-01"}, "first='soon' is not a date"),
        ({"first": "web", "second": "app", "by": "channel"}, "second='app' is not possible. Use one of: web."),
        ({"first": "2025-01-01", "second": "2025-02-01", "age": 7}, "age=7 is not observed .* Use one of: 0, 1."),
        ({"first": "2025-01-01", "second": "2025-02-01", "value": "net"}, "value='net' is not possible"),
    ],
)
def test_what_cannot_be_compared(options, words):
    with pytest.raises(rt.OptionError, match=words):
        rt.compare_cohorts(two_months(3, 3, (1, 1)), **options)
