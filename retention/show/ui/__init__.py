"""The handful of functions a page is written with."""

from retention.show.ui import assumptions, filters
from retention.show.ui.account import account
from retention.show.ui.assign import set_up_test, take_test
from retention.show.ui.attention import look_at, targets
from retention.show.ui.audience import set_up_list, take_list, what_was_sent
from retention.show.ui.builder import keep_rule, known_first, rule_editor
from retention.show.ui.experiment import arm_shown, earlier_tests, keep_outcome, outcome_source
from retention.show.ui.intake import settle, upload
from retention.show.ui.loyalty import loyalty_list, loyalty_margin, loyalty_programme
from retention.show.ui.opportunities import assumed, done_for_now, opportunity_blocks, this_week
from retention.show.ui.people import figure_cards, find_customer, open_customer
from retention.show.ui.plan import plan_options
from retention.show.ui.screen import chart, choice, escape, finish, percentage, pick, run, say, start, switch
from retention.show.ui.segments import extra_share, own_scheme, plays
from retention.show.ui.session import Data, choose_language, data, open_sample, sweep, use_chosen_language
from retention.show.ui.tables import cards, grid, kpi_rows, quality_table, summary_table, table
from retention.show.ui.whatif import levers, presets, scenarios

__all__ = [
    "Data",
    "account",
    "arm_shown",
    "assumed",
    "assumptions",
    "cards",
    "chart",
    "choice",
    "choose_language",
    "data",
    "done_for_now",
    "earlier_tests",
    "escape",
    "extra_share",
    "figure_cards",
    "filters",
    "find_customer",
    "finish",
    "grid",
    "keep_outcome",
    "keep_rule",
    "known_first",
    "kpi_rows",
    "levers",
    "look_at",
    "loyalty_list",
    "loyalty_margin",
    "loyalty_programme",
    "open_customer",
    "open_sample",
    "opportunity_blocks",
    "outcome_source",
    "own_scheme",
    "percentage",
    "pick",
    "plan_options",
    "plays",
    "presets",
    "quality_table",
    "rule_editor",
    "run",
    "say",
    "scenarios",
    "set_up_list",
    "set_up_test",
    "settle",
    "start",
    "summary_table",
    "sweep",
    "switch",
    "table",
    "take_list",
    "take_test",
    "targets",
    "this_week",
    "upload",
    "use_chosen_language",
    "what_was_sent",
]
