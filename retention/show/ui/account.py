"""The account of the orders on the screen: what happened to every row, what was recognised, what the files cannot tell."""

from __future__ import annotations

from datetime import date as day

import pandas as pd
import streamlit as st

from retention.report import Report
from retention.schema import FIELDS
from retention.show.files import csv_bytes, neutral
from retention.show.i18n import _, date, money, number
from retention.show.ui import memory, session
from retention.show.ui.columns import columns_form
from retention.show.ui.looks import inspected
from retention.show.ui.pending import Pending, order_files, pending, source
from retention.show.ui.questions import ask_currency
from retention.show.ui.screen import download, escape, say
from retention.show.ui.tables import grid

AS_FAR = "read as far as it goes"


def account() -> None:
    """What happened to every row of the data on the screen."""
    data = session.data()
    report = data.orders.report
    ask_currency()
    used, aside, merged = (report.count(outcome) for outcome in ("used", "set aside", "merged"))
    say(
        _("{rows} rows: {used} used, {aside} set aside, {merged} merged.").format(
            rows=number(report.rows_in_files), used=number(used), aside=number(aside), merged=number(merged)
        )
    )
    st.markdown(escape(_purchases(report)))
    told = [*_renewed_and_totals(report), *matches(report)]
    if told:
        st.markdown("\n".join(f"- {escape(sentence)}" for sentence in told))
    _lacking(report)
    _remembered(source())
    _rows(report, data.orders.currency)
    if aside:
        _set_aside()
    with st.expander(_("Which orders count as purchases")):
        orders = pd.DataFrame(
            {
                _("Why"): [_(reason) for reason in report.orders["reason"]],
                _("Orders"): [number(count) for count in report.orders["orders"]],
                _("Net"): [money(net, data.orders.currency) for net in report.orders["net"]],
            }
        )
        grid(orders, _("Which orders count as purchases"))
    with st.expander(_("What was recognised in the file")):
        _recognised(report)
    if (files := source()) and pending() is None and (shown := order_files(files)):
        with st.expander(_("Correct the columns, dates or numbers")):
            columns_form(files, shown, "correct")


def _purchases(report: Report) -> str:
    facts = report.facts
    sentence = _("They make {purchases} purchases by {customers} customers.").format(
        purchases=number(facts["purchases"]), customers=number(facts["customers"])
    )
    if facts["purchases_by_nobody"]:
        sentence += " " + _(
            "{orders} purchases name no customer: they count as revenue and never as customers."
        ).format(orders=number(facts["purchases_by_nobody"]))
    return sentence


def _renewed_and_totals(report: Report) -> list[str]:
    """Orders that stand in two files, and order totals that do not add up."""
    facts, said = report.facts, []
    if facts.get("renewed"):
        said.append(
            _("{renewed} orders stand in an older file as well and are taken from the newer one.").format(
                renewed=number(facts["renewed"])
            )
        )
    if facts.get("totals_differ"):
        said.append(
            _("{differ} of {checked} order totals differ from goods + shipping + tax.").format(
                differ=number(facts["totals_differ"]), checked=number(facts["totals_checked"])
            )
        )
    return said


def matches(report: Report) -> list[str]:
    """How much of every other file belongs to the orders."""
    sentences = {
        "customers": _("{matched} of {used} customers in {file} have ordered."),
        "events": _("{matched} of {used} events in {file} are of customers who have ordered."),
        "feedback": _("{matched} of {used} ratings in {file} belong to a customer or an order."),
        "tickets": _("{matched} of {used} support tickets in {file} belong to a customer or an order."),
        "products": _("{matched} of {used} products in {file} were sold."),
        "assignments": _("{matched} of {used} people in {file} are customers who have ordered."),
        "spend": _("{used} rows of marketing spend come from {file}."),
    }
    return [
        sentences[row.kind].format(matched=number(row.matched), used=number(row.used), file=row.file)
        for row in report.tables.itertuples()
    ]


def _lacking(report: Report) -> None:
    """What the exports cannot tell, and which export would."""
    lacks = [choice for choice in report.choices if choice.chosen == AS_FAR]
    if lacks:
        st.markdown(f"**{_('What these files cannot tell')}**")
        st.markdown("\n".join(f"- **{escape(_(choice.about))}.** {escape(_(choice.why))}" for choice in lacks))


def _remembered(files: Pending | None) -> None:
    """Which files were read with choices of an earlier day, and a way to forget them."""
    for path in files.paths if files else ():
        if path.name in files.remembered:
            header = inspected(path).header
            on = date(day.fromisoformat(files.remembered[path.name]))
            answers = _("{file}: read with your answers of {date}.")
            columns = _("{file}: read with the columns you chose on {date}.")
            said = columns if files.fields.get(header) else answers
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(escape(said.format(file=path.name, date=on)), width="content")
                st.button(_("Forget"), on_click=_forget, args=(header,), key=f"forget_{path.name}")


def _forget(header: str) -> None:
    memory.forget(header)
    st.session_state.get("mappings", {}).pop(header, None)
    st.session_state["said"] = "forgotten"


def _rows(report: Report, currency: str) -> None:
    words = {"used": _("used"), "set aside": _("set aside"), "merged": _("merged")}
    shown = pd.DataFrame(
        {
            _("Why"): [_reason(reason) for reason in report.rows["reason"]],
            _("What happened"): report.rows["outcome"].map(words),
            _("Rows"): [number(rows) for rows in report.rows["rows"]],
            _("Amount"): [money(amount, currency) for amount in report.rows["amount"]],
        }
    )
    grid(shown, _("What happened to the rows"), words=[_("What happened")])


def _set_aside() -> None:
    """The rows that were set aside, for reading; nothing in them that a spreadsheet would run when copied out."""
    rows = session.data().orders.set_aside()
    names = {
        "file": _("File"),
        "line": _("Line"),
        "column": _("Column"),
        "value": _("Found"),
        "reason": _("Why"),
        "text": _("The whole row"),
    }
    first = rows.head(200)
    shown = first.assign(reason=first["reason"].map(_))[list(names)].map(neutral).rename(columns=names)
    with st.expander(_("The rows that were set aside, with line, column and reason"), expanded=True):
        st.dataframe(shown, hide_index=True, alt=_("Rows that were set aside"))
    download(_("Download all rows that were set aside (CSV)"), csv_bytes(rows), "set_aside.csv", "text/csv")


def _recognised(report: Report) -> None:
    for file in report.files:
        st.markdown(
            _(
                "{file}: {layout}, letters as {encoding}, header on line {line}, {columns} columns used, {unused} not used."
            ).format(
                file=f"**{escape(file.name)}**",
                layout=escape(_(file.layout)),
                encoding=file.encoding,
                line=file.header_line,
                columns=len(file.mapping),
                unused=len(file.unused_columns),
            )
        )
    decided = [
        (_(choice.about), _(choice.chosen), _(choice.why)) for choice in report.choices if choice.chosen != AS_FAR
    ]
    if decided:
        names = [_("About"), _("Decided"), _("Because")]
        st.dataframe(pd.DataFrame(decided, columns=names), hide_index=True, alt=_("What was decided about the file"))


def _reason(reason: str) -> str:
    """`field: reason` in words; a reason that concerns the whole row stands alone."""
    name, _mark, words = reason.rpartition(": ")
    return f"{_(FIELDS[name])}: {_(words)}" if name in FIELDS else _(words)
