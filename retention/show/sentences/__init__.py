"""Answers in plain words, written from result tables."""

from __future__ import annotations

from collections.abc import Callable

from retention.show.sentences.accounts import guests_and_accounts
from retention.show.sentences.alerts import (
    Fact,
    against_target,
    expected_range,
    facts,
    least_likely,
    nothing_to_look_at,
    out_of_the_ordinary,
)
from retention.show.sentences.assign import how_alike, how_small_an_effect, who_gets_it, who_is_left_out
from retention.show.sentences.audience import (
    how_it_leaves,
    tool_name,
    what_was_sent,
    who_goes_out,
    who_is_not_in_it,
)
from retention.show.sentences.bridge import whose_change, why_revenue_moved
from retention.show.sentences.builder import what_they_are_like, who_is_reached
from retention.show.sentences.channels import those_who_change_channel, where_customers_come_from
from retention.show.sentences.clusters import how_clear, how_firm, nobody_differs_in, which_kinds
from retention.show.sentences.clv import (
    cautions,
    do_not_plan_with_it,
    how_far_off,
    how_it_sees_customers,
    season_in_the_test,
    what_it_counts,
    worth_ahead,
    would_it_have_been_right,
)
from retention.show.sentences.cohorts import compared, how_well_completed, who_comes_back
from retention.show.sentences.customer import beside_others, what_is_next, where_they_stand, who_it_is
from retention.show.sentences.demographics import which_group_is_largest, which_groups_stand_out
from retention.show.sentences.discounts import beside_full_price, won_with_a_discount
from retention.show.sentences.effects import does_it_last, how_likely_better, nothing_suffered, who_it_worked_for
from retention.show.sentences.experiment import did_it_work, what_it_means, who_took_part
from retention.show.sentences.feedback import after_feedback, complaints, ratings_say, tickets_say, who_answered
from retention.show.sentences.forecast import how_it_did, how_sure, what_comes
from retention.show.sentences.history import what_tests_brought
from retention.show.sentences.kpis import change, is_month, kpi, kpi_notes, more_or_less, moves, overview, span
from retention.show.sentences.loyalty import about_the_programme, what_programmes_cost, what_the_replay_leaves_out
from retention.show.sentences.movement import who_moved, why_they_moved
from retention.show.sentences.next_orders import bought_again_most, came_true, due_for_products, next_week
from retention.show.sentences.opportunities import (
    all_together,
    in_one_line,
    no_opportunity,
    only_assumed,
    too_few,
    what_comes_anyway,
    what_it_is_worth,
    what_to_do,
    what_to_send,
    who_they_are,
)
from retention.show.sentences.plan import (
    about_the_wish,
    false_alarms,
    how_long,
    luckiest,
    smallest_visible,
    what_instead,
)
from retention.show.sentences.risk import how_good, reasons, what_is_at_stake, who_is_slipping, why_no_score
from retention.show.sentences.segments import money_slipping_away, who_brings_the_money, worth
from retention.show.sentences.timing import days_to_act, groups_beside, when_they_return
from retention.show.sentences.vendors import depends_on_the_rule, rule_by_rule
from retention.show.sentences.whatif import (
    most_for_a_customer,
    put_to_the_test,
    range_of_change,
    what_it_gives_away,
    what_would_come,
    who_would_buy,
)

__all__ = [
    "Fact",
    "about_the_programme",
    "about_the_wish",
    "after_feedback",
    "against_target",
    "all_together",
    "beside_full_price",
    "beside_others",
    "bought_again_most",
    "came_true",
    "cautions",
    "change",
    "compared",
    "complaints",
    "days_to_act",
    "depends_on_the_rule",
    "did_it_work",
    "do_not_plan_with_it",
    "does_it_last",
    "due_for_products",
    "expected_range",
    "explained",
    "facts",
    "false_alarms",
    "groups_beside",
    "guests_and_accounts",
    "how_alike",
    "how_clear",
    "how_far_off",
    "how_firm",
    "how_good",
    "how_it_did",
    "how_it_leaves",
    "how_it_sees_customers",
    "how_likely_better",
    "how_long",
    "how_small_an_effect",
    "how_sure",
    "how_well_completed",
    "in_one_line",
    "is_month",
    "kpi",
    "kpi_notes",
    "least_likely",
    "luckiest",
    "money_slipping_away",
    "more_or_less",
    "most_for_a_customer",
    "moves",
    "next_week",
    "no_opportunity",
    "nobody_differs_in",
    "nothing_suffered",
    "nothing_to_look_at",
    "only_assumed",
    "out_of_the_ordinary",
    "overview",
    "put_to_the_test",
    "range_of_change",
    "ratings_say",
    "reasons",
    "rule_by_rule",
    "season_in_the_test",
    "smallest_visible",
    "span",
    "those_who_change_channel",
    "tickets_say",
    "too_few",
    "tool_name",
    "what_comes",
    "what_comes_anyway",
    "what_instead",
    "what_is_at_stake",
    "what_is_next",
    "what_it_counts",
    "what_it_gives_away",
    "what_it_is_worth",
    "what_it_means",
    "what_programmes_cost",
    "what_tests_brought",
    "what_the_replay_leaves_out",
    "what_they_are_like",
    "what_to_do",
    "what_to_send",
    "what_was_sent",
    "what_would_come",
    "when_they_return",
    "where_customers_come_from",
    "where_they_stand",
    "which_group_is_largest",
    "which_groups_stand_out",
    "which_kinds",
    "who_answered",
    "who_brings_the_money",
    "who_comes_back",
    "who_gets_it",
    "who_goes_out",
    "who_is_left_out",
    "who_is_not_in_it",
    "who_is_reached",
    "who_is_slipping",
    "who_it_is",
    "who_it_worked_for",
    "who_moved",
    "who_they_are",
    "who_took_part",
    "who_would_buy",
    "whose_change",
    "why_no_score",
    "why_revenue_moved",
    "why_they_moved",
    "won_with_a_discount",
    "worth",
    "worth_ahead",
    "would_it_have_been_right",
]


def explained(function: Callable) -> list[str]:
    """What a public function's docstring says to a reader: the meaning and when not to trust it, not columns and errors."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in (function.__doc__ or "").strip().split("\n\n")]
    return [text for text in paragraphs if not text.startswith((">>>", "Returns", "Raises"))]
