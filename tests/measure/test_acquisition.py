"""What a customer cost and when it has been earned back, worked out by hand."""

import numpy as np
import pytest

import retention as rt
from tests.measure.shops import HEADER

MISSING = float("nan")
# January: ann and bob on the web, cyd in the app. February: dee on the web. The data end with April.
ROWS = """
1,2025-01-01,paid,ann,web,phone,1,100,,
2,2025-01-02,paid,bob,web,phone,1,50,,
3,2025-01-03,paid,cyd,app,phone,1,30,,
4,2025-02-03,paid,dee,web,phone,1,20,,
5,2025-02-20,paid,ann,store,phone,1,100,,
6,2025-03-03,paid,dee,web,phone,1,40,,
7,2025-04-30,paid,cyd,app,phone,1,10,,
"""
SPEND = "month,channel,amount,currency\n2025-01,Web,100,\n2025-01,app,44,\n2025-02,web,30,\n2025-02,radio,6,\n2025-01,app,999,USD\n"


def shop(spend=SPEND, margin=0.5):
    orders = rt.read_orders([f"{HEADER}\n{ROWS.strip()}\n".encode(), spend.encode()], currency="EUR")
    return orders.with_margin(margin)


def test_payback_by_month():
    result = rt.retention_table(shop(), value="payback")
    # January: 144 for 3 customers; profit to date 90, 140, 140, 145. February: 36 for dee; 10, 30, 30.
    np.testing.assert_allclose(
        result.table[range(4)], [[90 / 144, 140 / 144, 140 / 144, 145 / 144], [10 / 36, 30 / 36, 30 / 36, MISSING]]
    )
    assert result.payback["cac"].tolist() == [48, 36]
    assert result.payback["customers"].tolist() == [3, 1]
    np.testing.assert_array_equal(result.payback["payback_age"], [3, MISSING])  # April; February's not yet
    np.testing.assert_allclose(result.average["rate"], [100 / 180, 170 / 180, 170 / 180, 145 / 144])
    assert result.average["n"].tolist() == [4, 4, 4, 3]
    assert any("another currency" in note for note in result.notes)


def test_payback_by_channel():
    result = rt.retention_table(shop(), value="payback", by="channel")
    assert result.payback["cac"].to_dict() == pytest.approx({"web": 130 / 3, "app": 44})
    # Web: 75 and 10 at age 0, 125 and 30 at age 1 and 2; only January is old enough at age 3. The app earns 15, then 20.
    np.testing.assert_allclose(
        result.table[range(4)], [[85 / 130, 155 / 130, 155 / 130, 125 / 100], [15 / 44, 15 / 44, 15 / 44, 20 / 44]]
    )
    np.testing.assert_array_equal(result.payback["payback_age"], [1, MISSING])


def test_a_month_without_spend_and_one_covered_in_part_have_no_cost():
    only_january = SPEND.partition("2025-02")[0]
    result = rt.retention_table(shop(only_january), value="payback")
    np.testing.assert_array_equal(result.payback["cac"], [48, MISSING])
    assert result.table.iloc[1, 1:].isna().all()
    late = rt.retention_table(shop().filter(start="2025-01-02"), value="payback")
    np.testing.assert_array_equal(late.payback["cac"], [MISSING, 36])


def test_a_filter_of_channels_takes_their_spend_alone():
    result = rt.retention_table(shop().filter(channels=["web"]), value="payback")
    assert result.payback["cac"].tolist() == [50, 30]


@pytest.mark.parametrize("options", [{"period": "quarter"}, {"by": "country"}])
def test_payback_needs_months_and_channels(options):
    with pytest.raises(rt.OptionError, match="by month and channel only"):
        rt.retention_table(shop(), value="payback", **options)


def test_payback_needs_spend_and_no_filter_that_spend_does_not_know():
    with pytest.raises(rt.OptionError, match=r"No file says what was spent on marketing\. Add a file"):
        rt.retention_table(rt.load_sample("cdnow").with_margin(0.3), value="payback")
    with pytest.raises(rt.OptionError, match="Clear the filters of country"):
        rt.retention_table(shop().filter(categories=["phone"]), value="payback")
