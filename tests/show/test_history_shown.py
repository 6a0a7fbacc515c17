"""Experiments that were kept, in words and rows."""

from dataclasses import replace
from datetime import date

import retention as rt
from retention.experiment.history import bare_experiment, with_outcome
from retention.show import sentences
from retention.show.tables.experiment import history_rows
from tests.experiment.reminder import totals


def of_totals(*arms, **options):
    return rt.compare_variants(totals=totals(*arms), **options)


def test_the_history_in_words_and_rows():
    money = of_totals(("A", 5000, 400, 20_000), ("B", 5000, 500, 27_000), order_sd=20.0, days=30)
    outcomes = [money, of_totals(("A", 5000, 400), ("B", 5000, 405)), of_totals(("A", 1012, 100), ("B", 800, 90))]
    kept = [
        with_outcome(bare_experiment(one, date(2026, 1, n)), one, date(2026, 3, 1), f"note {n}")
        for n, one in enumerate(outcomes, 1)
    ]
    history = rt.experiment_history([*kept, bare_experiment(money, date(2026, 2, 1), "Next")])
    worth = money.worth.iloc[0]
    assert sentences.what_tests_brought(history) == (
        "Tests here: 4. Of them worked: 1, made no difference: 1, could not be read: 1, and not read yet: 1. What worked is worth "
        f"about 14,204 a month, between {worth['low']:,.0f} and {worth['high']:,.0f}, if it is kept."
    )
    # Two that are independent are together less far off than the sum of how far off they are.
    both = sentences.what_tests_brought(rt.experiment_history([kept[0], replace(kept[0], name="Again")]))
    half = (worth["high"] - worth["effect"]) * 2**0.5
    assert (
        f"about 28,408 a month, between {2 * worth['effect'] - half:,.0f} and {2 * worth['effect'] + half:,.0f}" in both
    )
    rows = history_rows(history)
    assert rows["What came of it"].tolist() == ["Worked", "No difference seen", "Split is broken", "Not read yet"]
    assert rows["What was learned"].tolist() == ["note 1", "note 2", "note 3", ""]
    assert rows["Difference"].tolist()[2:] == ["–", "–"]
    assert rows["Worth a month"].iloc[0].startswith("14,204 (")
