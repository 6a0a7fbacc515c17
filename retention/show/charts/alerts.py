"""The range that the history makes likely, beside the period it was made for."""

import altair as alt
import pandas as pd

from retention.show import marks
from retention.show.i18n import _, interval, period_label
from retention.show.measures import measure_name, measure_value


def expected_of(alerts, kpi, period):
    """Give the row of a key figure whose expected range can be drawn by these periods, or None."""
    if alerts is None or alerts.period != period:
        return None
    found = alerts.table[(alerts.table["kpi"] == kpi) & alerts.table["low"].notna()]
    return None if found.empty else found.iloc[0]


def range_bar(row, alerts, x, scale):
    """Draw the expected range as a pale bar behind the line, with its words in the tooltip."""

    def text(value):
        return measure_value(row["kpi"], value, alerts.currency)

    drawn = pd.DataFrame(
        {"label": [period_label(row["period"], alerts.period)], "low": [row["low"]], "high": [row["high"]]}
    )
    drawn["range"] = interval(row["low"], row["high"], text)
    drawn["expected"] = text(row["expected"])
    titles = {"label": _("Period"), "range": _("Expected range"), "expected": _("Most likely")}
    bar = alt.Chart(drawn).mark_bar(width=14, cornerRadius=3, opacity=0.35, color=marks.grey())
    y = alt.Y(field="low", type="quantitative", **scale)
    return bar.encode(x=x, y=y, y2=alt.Y2(field="high"), tooltip=marks.tooltip(titles))


def expected_words(row, alerts):
    """Say in the chart's description what was expected of the last complete period."""

    def text(value):
        return measure_value(row["kpi"], value, alerts.currency)

    return _("{name} expected in {period}: {range}.").format(
        name=measure_name(row["kpi"]),
        period=period_label(row["period"], alerts.period),
        range=interval(row["low"], row["high"], text),
    )
