"""The handful of functions a page is written with."""

from retention.show.ui import filters
from retention.show.ui.intake import account, columns_form, settle, upload
from retention.show.ui.screen import chart, choice, escape, finish, pick, run, say, start
from retention.show.ui.session import Data, choose_language, data, open_sample, sweep, use_chosen_language
from retention.show.ui.tables import cards, cohort_table, kpi_rows, summary_table, table

__all__ = [
    "Data",
    "account",
    "cards",
    "chart",
    "choice",
    "choose_language",
    "cohort_table",
    "columns_form",
    "data",
    "escape",
    "filters",
    "finish",
    "kpi_rows",
    "open_sample",
    "pick",
    "run",
    "say",
    "settle",
    "start",
    "summary_table",
    "sweep",
    "table",
    "upload",
    "use_chosen_language",
]
