"""The page on risk says what value_at_risk and score_churn say."""

import pytest

import retention as rt
from retention.show import sentences

PAGE = "pages/predict/risk.py"


@pytest.fixture(scope="module")
def risk(shop):
    return rt.value_at_risk(shop)


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def test_headline_counts_them_and_their_money(page, risk):
    n, value = risk.overall["slipping"], risk.overall["value_at_risk"]
    assert page.headline == (
        f"{n:,} customers are slipping away: €{value:,.0f} expected of them in the next 12 months is at stake."
    )


def test_the_text_says_why_where_and_how_good_the_score_was(page, risk):
    said = " ".join(page.texts)
    overall, quality = risk.overall, risk.churn.quality.set_index("model")
    assert (
        f"{overall['share']:.0%} of what is expected of the {overall['customers']:,} customers who bought in the last 172 days"
        in said
    )
    assert f"between €{overall['low']:,.0f} and €{overall['high']:,.0f}" in said
    rose = (risk.customers["why"] == "rose").sum()
    assert (
        f"For {rose} the risk of not ordering within {risk.churn.horizon_days} days has risen by 10 points or more"
        in said
    )
    best, silence = (f"{quality.loc[name, 'auc'] * 100:.0f}" for name in ("logistic", "recency"))
    assert f"The score puts a leaver before a stayer in {best} of 100 pairs" in said
    assert f"plain silence does so in {silence}, guessing in 50" in said
    row = risk.churn.reliability.sort_values("n").iloc[-1]
    assert (
        f"Of 100 customers given a risk of {row['bin_from'] * 100:.0f} to {row['bin_to'] * 100:.0f} %, "
        f"{row['observed'] * 100:.0f} stayed away"
    ) in said
    assert len(page.charts) == 2


def test_the_list_names_the_reason_and_can_be_taken_away(page, risk):
    people = next(frame.value for frame in page.test.dataframe if "Why" in frame.value)
    assert list(people["Customer"]) == list(risk.customers["customer_ref"].head(100))
    first = risk.customers[risk.customers["reason"] == "own rhythm"].iloc[0]
    why = people.set_index("Customer").loc[first["customer_ref"], "Why"]
    assert why.startswith(f"Silent for {first['recency_days']} days, usually orders every {first['usual_gap']:.0f}.")
    lines = page.downloads["slipping_away.csv"].decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(risk.customers)
    assert {"email", "consent", "reason"} <= set(lines[0].split(","))
    assert "usually orders every" in lines[1]


def dropped(visitor, rows):
    text = "order_id,ordered_at,email,quantity,unit_price\n" + "\n".join(rows)
    return visitor.open("pages/start/data.py").drop(("orders.csv", text.encode())).open(PAGE)


def test_a_young_shop_is_told_what_is_missing(visitor):
    rows = [f"{n},2025-0{1 + n % 3}-{1 + n % 27:02},c{n % 40}@example.com,1,10" for n in range(90)]
    dropped(visitor, rows)
    said = " ".join(visitor.texts)
    assert "There is too little history to learn from: it takes 120 days, these orders cover " in said
    assert "The score puts" not in said
    assert not visitor.errors


def test_three_customers_are_too_few_to_tell(visitor):
    dropped(visitor, [f"{n},2025-0{n}-01,c{n}@example.com,1,10" for n in (1, 2, 3)])
    assert visitor.headline.endswith("too few to tell who is slipping away.")
    assert not visitor.errors


def test_nobody_named_is_a_sentence(visitor):
    dropped(visitor, [f"{n},2025-0{n}-01,,1,10" for n in (1, 2, 3)])
    assert "No order names a customer who can be told apart." in visitor.test.info[0].value


def test_everybody_once_is_a_sentence(visitor):
    dropped(visitor, [f"{n},2025-{1 + n // 28:02}-{1 + n % 28:02},c{n}@example.com,1,10" for n in range(300)])
    assert visitor.headline == sentences.who_is_slipping(rt.value_at_risk(visitor.test.session_state["data"].orders))
    assert not visitor.errors
    assert any("There are too few customers to learn from" in text for text in visitor.texts)
