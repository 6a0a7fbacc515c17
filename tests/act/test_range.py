"""The ranges of a what-if hold what came, in one generated shop; in thirty of two kinds: python -m benchmarks.whatif"""

from __future__ import annotations

from benchmarks import whatif


def test_the_ranges_made_a_year_before_the_end_hold_most_of_the_months_that_came():
    """80 of 100 are to be held; by lot 7 of 12 or fewer would come 7 times in 100. The shop is always the same."""
    found = whatif.held(whatif.generated("make_shop", seed=3))
    by_what = dict(list(found[found["what"] == "months"].groupby("of")))
    assert set(by_what) == {"net", "orders", "customers"}
    for months in by_what.values():
        assert len(months) == 12
        assert months["holds"].sum() >= 8
        assert ((months["low"] < months["middle"]) & (months["middle"] < months["high"])).all()
        assert ((months["high"] - months["low"]) / months["middle"]).max() < 0.8  # what holds everything says nothing
        assert months["off"].abs().mean() < 0.3
