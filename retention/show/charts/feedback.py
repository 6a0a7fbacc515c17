"""Ratings, and who bought again after a rating or a ticket."""

import altair as alt
import pandas as pd

from retention.show import marks
from retention.show.charts.groups import dots_with_whiskers
from retention.show.i18n import _, interval, number, percent
from retention.show.marks import MAX_MARKS, TOO_FEW

MOST = 8


def feedback_rates(result):
    """Draw who bought again within 90 days after a low, middle or high rating, with 95 % intervals.

    `result` is what `feedback_table` returns.

        feedback_rates(rt.feedback_table(orders))
    """
    names = {"low": _("Low rating"), "middle": _("Middle rating"), "high": _("High rating")}
    return rates_with_notes(_groups(result.table, names), _("Bought again within 90 days"))


def reply_rates(result):
    """Draw who bought again within 90 days after a ticket, by the time to the first reply, with 95 % intervals.

    `result` is what `feedback_table` returns.

        reply_rates(rt.feedback_table(orders))
    """
    return rates_with_notes(_groups(result.replies, reply_names()), _("Bought again within 90 days"))


def complaint_rates(result):
    """Draw the share of low ratings of the products people complain about most, with 95 % intervals; at most eight.

    `result` is what `feedback_table` returns.

        complaint_rates(rt.feedback_table(orders))
    """
    rows = result.products.head(MOST)
    names = rows["product"].fillna(rows["product_id"])
    return rates_with_notes(rows.assign(name=names, n=rows["ratings"]), _("Share of low ratings"), _("Ratings"))


def score_bars(result):
    """Draw how many ratings every score got; of several scales the one with most ratings.

    `result` is what `feedback_table` returns.

        score_bars(rt.feedback_table(orders))
    """
    name = _("Ratings")
    if result.scores.empty:
        return marks.nothing(name)
    scales = ["scale_low", "scale_high"]
    drawn = result.nps.sort_values(["n", *scales], ascending=[False, True, True]).iloc[0]
    rows = result.scores[(result.scores[scales] == drawn[scales].astype(float)).all(axis=1)].tail(MAX_MARKS // 3)
    total = rows["ratings"].sum()
    rows = pd.DataFrame(
        {
            "label": [number(score, 0 if float(score).is_integer() else 1) for score in rows["score"]],
            "value": rows["ratings"].astype(float).to_numpy(),
            "count": [number(n) for n in rows["ratings"]],
            "share": [percent(n / total, 0) for n in rows["ratings"]],
        }
    )
    scale = marks.value_axis([rows["value"].max()], number)
    by_score = marks.axis(_("Score"), labelAngle=0, domain=False, ticks=False)
    x = alt.X(field="label", type="ordinal", sort=None, axis=by_score, scale=alt.Scale(type="band", paddingInner=0.25))
    y = alt.Y(field="value", type="quantitative", **scale)
    titles = {"label": _("Score"), "count": name, "share": _("Share")}
    bars = alt.Chart(rows).mark_bar(color=marks.accent()).encode(x=x, y=y, tooltip=marks.tooltip(titles))
    words = alt.Chart(rows).mark_text(baseline="bottom", dy=-4, fontSize=12, color=marks.ink(), tooltip=None)
    each = ", ".join(f"{row.label}: {row.share}" for row in rows.itertuples())
    sentences = [
        _("Ratings on a scale from {low} to {high}: {count}.").format(
            low=number(drawn["scale_low"]), high=number(drawn["scale_high"]), count=number(total)
        ),
        _("By score: {each}.").format(each=each),
    ]
    if len(result.nps) > 1:
        sentences.append(_("Ratings on other scales are not drawn."))
    return marks.finish(
        alt.layer(bars, words.encode(x=x, y=y, text=alt.Text(field="share", type="nominal"))), sentences
    )


def reply_names():
    """Name the bands of reply times."""
    return {
        "hour": _("Reply within 1 hour"),
        "four_hours": _("Within 4 hours"),
        "day": _("Within 24 hours"),
        "three_days": _("Within 3 days"),
        "longer": _("Later than 3 days"),
        "none": _("Not answered"),
    }


def rates_with_notes(table, title, counted=None):
    """Draw a rate a group as a dot with its 95 % interval, in the order of the rows.

    `table` has `name`, `share`, `low`, `high` and `n`, which counts customers or what `counted` says; a row without a share
    keeps its words. Where there are such columns, `note` takes the place of the rate and `contrast` draws a row in the
    second colour. Groups of fewer than 30 are grey.

    >>> table = pd.DataFrame({"name": ["Low"], "share": [0.2], "low": [0.1], "high": [0.3], "n": [40]})
    >>> rates_with_notes(table, "Bought again").description
    'Bought again. Low: 20.0% (10.0% – 30.0%; Customers: 40).'
    """
    if table.empty:
        return marks.nothing(title)
    counted = counted or _("Customers")
    few = (table["n"] < TOO_FEW).to_numpy()
    notes = table.get("note", pd.Series("", table.index))
    others = table.get("contrast", pd.Series(False, table.index))
    rows = table[["name", "share", "low", "high"]].reset_index(drop=True)
    rows["order"] = range(len(rows))
    rows["rate"] = [percent(share) for share in rows["share"]]
    rows["range"] = [interval(low, high, percent) for low, high in zip(rows["low"], rows["high"], strict=True)]
    rows["count"] = [number(n) for n in table["n"]]
    rows["text"] = [
        note or (_("too few to tell") if scanty else rate)
        for note, scanty, rate in zip(notes, few, rows["rate"], strict=True)
    ]
    rows["line"] = rows["name"] + ": " + rows["text"]
    rows["kind"] = ["few" if f else "other" if other else "main" for f, other in zip(few, others, strict=True)]
    titles = {"name": title, "rate": _("Rate"), "range": _("95% interval"), "count": counted}
    said = [
        f"{row.line} ({row.range}; {counted}: {row.count})" if row.text == row.rate else row.line
        for row in rows.itertuples()
    ]
    chart = dots_with_whiskers(rows, title, titles)
    return marks.finish(chart, [f"{title}.", "; ".join(said) + "."]).properties(height=alt.Step(48))


def _groups(table, names):
    """The rows of a band table as groups, those with anybody in them."""
    return table[table["customers"] > 0].assign(name=lambda rows: rows["band"].map(names))
