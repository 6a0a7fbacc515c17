"""One customer's time in the shop."""

import altair as alt
import pandas as pd

from retention.periods import EPOCH
from retention.segment.schemes import SCHEMES, SEASONAL
from retention.show import marks
from retention.show.i18n import MISSING, _, date, money, number, period_label
from retention.show.measures import group_name, measure_name

KINDS = ("purchase", "return", "not counted", "rating", "ticket")
EVENTS = 1_000  # more dots are no picture


def event_name(kind):
    """Name a kind of event in the reader's language."""
    names = {
        "purchase": _("Order"),
        "return": _("Return"),
        "not counted": _("Not counted"),
        "rating": _("Rating"),
        "ticket": _("Support ticket"),
    }
    return names[kind]


def score_text(row):
    """Write a rating with the end of its scale."""
    if pd.isna(row["score"]):
        return ""
    score = number(row["score"], 0 if float(row["score"]).is_integer() else 1)
    return _("{score} of {best}").format(score=score, best=number(row["scale_high"]))


def customer_timeline(story):
    """Draw what happened with a customer: a row a kind of event, orders as dots whose size is their money.

    `story` is what `customer_story` returns. The dashed line is the silence since the last order. What has no day is left out.

        customer_timeline(rt.customer_story(orders, 1))
    """
    title = _("What happened with this customer")
    events = story.timeline[story.timeline["at"].notna()]
    if events.empty:
        return marks.nothing(title)
    left_out, events = max(len(events) - EVENTS, 0), events.tail(EVENTS)
    rows = _rows(events, story.currency)
    end = (story.as_of - EPOCH).days
    x = _days_axis(int(rows["day"].min()), end)
    there = [kind for kind in KINDS if kind in set(events["kind"])]
    lanes = [event_name(kind) for kind in there]
    y = alt.Y(
        field="lane",
        type="ordinal",
        sort=lanes,
        scale=alt.Scale(domain=lanes),
        axis=marks.axis(None, domain=False, ticks=False, grid=True, labelLimit=110),
    )
    shapes = {
        "purchase": "circle",
        "return": "triangle-down",
        "not counted": "cross",
        "rating": "diamond",
        "ticket": "square",
    }
    colours = {
        "purchase": marks.accent(), "return": marks.second(), "not counted": marks.grey(), "rating": marks.ink(),
        "ticket": marks.second(),
    }  # fmt: skip
    titles = {"lane": _("What"), "date": _("Day"), "text": _("Details"), "amount": measure_name("net")}
    layers = [_silence(events, end, lanes, x, y)] if "purchase" in there else []
    for kind in there:
        points = alt.Chart(rows[rows["kind"] == kind]).mark_point(
            filled=True,
            shape=shapes[kind],
            color=colours[kind],
            opacity=0.8,
            size=130,
            stroke=alt.ExprRef("background"),
        )
        size = alt.Size(
            field="money",
            type="quantitative",
            scale=alt.Scale(domain=[0, rows["money"].max()], range=[30, 700]),
            legend=None,
        )
        encoded = {"x": x, "y": y, "tooltip": marks.tooltip(titles)}
        layers.append(points.encode(**encoded | ({"size": size} if kind == "purchase" else {})))
    chart = marks.finish(alt.layer(*layers), _description(title, events, story), left_out, len(events))
    return chart.properties(height=alt.Step(64))


def _rows(events, currency):
    rows = pd.DataFrame({"kind": events["kind"], "lane": [event_name(kind) for kind in events["kind"]]})
    rows["day"] = (events["at"].dt.normalize() - pd.Timestamp(EPOCH)).dt.days
    rows["date"] = [date(day) for day in events["at"]]
    scores = [score_text(row) for row in events.to_dict("records")]
    words = events["what"].fillna("").str.slice(0, 120)
    rows["text"] = [" · ".join(filter(None, pair)) or MISSING for pair in zip(scores, words, strict=True)]
    rows["amount"] = [money(value, currency) for value in events["net"]]
    rows["money"] = events["net"].fillna(0).clip(lower=0)
    return rows.reset_index(drop=True)


def _days_axis(first, end):
    """Give the axis of days with the starts of months, quarters or years below it."""
    length = end - first
    period, pandas_word = ("month", "MS") if length < 200 else ("quarter", "QS") if length < 1_500 else ("year", "YS")
    begin, last = pd.Timestamp(EPOCH) + pd.Timedelta(days=first), pd.Timestamp(EPOCH) + pd.Timedelta(days=end)
    starts = pd.date_range(begin.normalize(), last, freq=pandas_word)
    starts = marks.spread(list(starts) or [begin], 6)
    at = [(start - pd.Timestamp(EPOCH)).days for start in starts]
    labels = [period_label(start, "month" if period == "quarter" else period) for start in starts]
    room = max(round(length * 0.03), 1)
    axis = marks.axis(None, values=at, labelExpr=marks.lookup(at, labels), grid=False, labelSeparation=8)
    scale = alt.Scale(domain=[first - room, end + room], nice=False)
    return alt.X(field="day", type="quantitative", scale=scale, axis=axis)


def _silence(events, end, lanes, x, y):
    """Draw the days since the last order as a dashed line that ends with the data."""
    last = events.loc[events["kind"] == "purchase", "at"].max()
    frame = pd.DataFrame({"day": [(last.normalize() - pd.Timestamp(EPOCH)).days], "end": [end], "lane": lanes[:1]})
    rule = alt.Chart(frame).mark_rule(strokeDash=[5, 4], strokeWidth=2, color=marks.grey(), tooltip=None)
    return rule.encode(x=x, x2=alt.X2(field="end"), y=y)


def _description(title, events, story):
    counts = events["kind"].value_counts()
    said = [f"{event_name(kind)}: {number(counts[kind])}" for kind in KINDS if kind in counts]
    span = _("{first} to {last}").format(first=date(events["at"].min()), last=date(events["at"].max()))
    found = [f"{title}.", f"{span}.", f"{', '.join(said)}."]
    if story.rhythm is not None:
        found.append(_("Days since the last order: {days}.").format(days=number(story.rhythm.days_silent)))
    return found


def segment_history(story):
    """Draw the segment of a customer at the end of each quarter and now, the best segments above.

    `story` is what `customer_story` returns. Segments in which the customer never was are left out.

        segment_history(rt.customer_story(orders, 1))
    """
    title = _("Segment at the end of each quarter")
    if story.history.empty:
        return marks.nothing(title)
    history = story.history
    rows = pd.DataFrame({"label": [period_label(day, "month") for day in history["day"]]})
    rows["segment"] = [group_name(name) for name in history["segment"]]
    rows["code"] = history["code"].to_numpy()
    rows["silent"] = [number(days) for days in history["recency_days"]]
    rows["orders"] = [number(count) for count in history["frequency"]]
    rows["net"] = [money(amount, story.currency) for amount in history["monetary"]]
    rows["date"] = [date(day) for day in history["day"]]
    ranks = [*SCHEMES["quintile"].names, SEASONAL]
    order = [group_name(name) for name in ranks if name in set(history["segment"])]
    x = marks.label_axis(list(rows["label"]))
    y = alt.Y(
        field="segment",
        type="ordinal",
        sort=order,
        scale=alt.Scale(domain=order),
        axis=marks.axis(None, domain=False, ticks=False, grid=True, labelLimit=130),
    )
    titles = {
        "date": _("Day"), "segment": _("Segment"), "code": _("Scores (recency, frequency, money)"),
        "silent": _("Days of silence"), "orders": measure_name("orders"), "net": measure_name("net"),
    }  # fmt: skip
    line = alt.Chart(rows).mark_line(strokeWidth=2, color=marks.accent(), interpolate="step-after", tooltip=None)
    points = alt.Chart(rows).mark_point(size=110, filled=True, color=marks.accent(), opacity=1)
    layers = alt.layer(line.encode(x=x, y=y), points.encode(x=x, y=y, tooltip=marks.tooltip(titles)))
    said = [f"{title}.", "; ".join(f"{row.date}: {row.segment}" for row in rows.itertuples()) + "."]
    return marks.finish(layers, said).properties(height=alt.Step(48))
