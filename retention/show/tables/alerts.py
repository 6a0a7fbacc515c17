"""What was expected of every key figure, and what came."""

import pandas as pd

from retention.measure.alerts import KpiAlerts
from retention.show.i18n import _, number
from retention.show.measures import measure_name, measure_value
from retention.show.sentences.alerts import likely


def alert_rows(alerts: KpiAlerts) -> pd.DataFrame:
    """One row a key figure: its value, the range its history makes likely, the answer, the periods of history."""
    answers = {"": _("as expected"), "above": _("above"), "below": _("below")}
    rows = list(alerts.table.itertuples())
    return pd.DataFrame(
        {
            _("Key figure"): [measure_name(row.kpi) for row in rows],
            _("Value"): [measure_value(row.kpi, row.value, alerts.currency) for row in rows],
            _("Expected range"): [likely(row, alerts.currency) for row in rows],
            _("Answer"): [_(row.note) if row.note else answers[row.direction] for row in rows],
            _("Periods of history"): [number(row.n) for row in rows],
        }
    )
