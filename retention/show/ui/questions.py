"""What a file cannot tell by itself: all open questions in one form, with what would be assumed."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from babel import Locale
from babel.numbers import get_currency_name

import retention as rt
from retention.show.i18n import _, language
from retention.show.ui import session
from retention.show.ui.pending import Pending, put, source
from retention.show.ui.screen import escape

SIGNS = {
    "ZŁ": "PLN",
    "FT": "HUF",
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "₺": "TRY",
    "TL": "TRY",
    "₽": "RUB",
    "РУБ": "RUB",
}


def ask(files: Pending, asked: rt.QuestionError) -> None:
    """Every open question with its possible answers, one button for all."""
    every = ", ".join(path.name for path in files.paths)
    names = dict.fromkeys(question.file or every for question in asked.questions if question.choices)
    st.warning(escape(_("{files}: please answer this first, then it is read.").format(files=", ".join(names))))
    with st.form("questions"):
        given = [_answer(question, number) for number, question in enumerate(asked.questions)]
        rates = _rates(asked.questions)
        sent = st.form_submit_button(_("Read the file this way"), type="primary")
    if not sent:
        return
    for question, value in zip(asked.questions, given, strict=True):
        if value and not question.choices and not is_currency(value):
            st.error(not_a_currency())
            return
        files = files.answered(question.option, question.file if question.choices else "", value)
    if rates:
        files = files.answered("rates", "", rates)
    put(replace(files, is_ready=True, error=None))
    st.rerun()


def _rates(questions: tuple[rt.QuestionError, ...]) -> dict[str, float]:
    """What one unit of each currency is worth in the chosen one, as far as somebody says so."""
    found = next((question.choices for question in questions if question.option == "currency"), ())
    if not found:
        return {}
    st.caption(
        _("Orders in another currency are set aside, unless you say what one unit is worth in the one you pick.")
    )
    label = _("1 {currency} in the currency you pick")
    typed = {
        name: place.number_input(
            label.format(currency=name), value=None, min_value=0.0, format="%.4f", key=f"rate_{name}"
        )
        for name, place in zip(found, st.columns(len(found)), strict=True)
    }
    return {name: rate for name, rate in typed.items() if rate}


def ask_currency() -> None:
    """The one question that stops nobody: amounts have no sign until it is answered."""
    files, orders = source(), session.data().orders
    if files is None or orders.currency:
        return
    with st.form("currency", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(
            _("The currency is not in the file. Type it, such as PLN, to see amounts with their sign"),
            max_chars=3,
            key=f"currency_{orders.fingerprint}",
            width=420,
        )
        sent = st.form_submit_button(_("Use this currency"))
    if sent and is_currency(letters(typed)):
        put(files.answered("currency", "", letters(typed)))
        st.rerun()
    elif sent:
        st.error(not_a_currency())


def answers(option: str) -> dict[str, str]:
    """The possible answers, each an example of how it looks."""
    words = {
        "date_order": {
            "dmy": _("Day before month: 31.12.2025"),
            "mdy": _("Month before day: 12/31/2025"),
            "ymd": _("Year first: 2025-12-31"),
        },
        "decimal": {
            ".": _("A point marks the decimals: 1,234.50"),
            ",": _("A comma marks the decimals: 1.234,50"),
        },
        "shops": {"files": _("Each file is a shop of its own"), "one": _("All files are of one shop")},
    }
    return words.get(option, {})


def _answer(question: rt.QuestionError, number: int) -> str:
    """One question; the answer that would be assumed is chosen already."""
    sentence = escape(_(question.problem).format(**question.facts))
    key = f"question_{number}_{question.option}_{question.file}"
    if not question.choices:
        remedy = escape(_(question.remedy).format(**question.facts))
        return letters(st.text_input(f"{sentence} {remedy}", max_chars=3, key=key, width=420))
    known = answers(question.option)

    def words(value: str) -> str:
        return known.get(value) or f"{value} – {get_currency_name(value, locale=language())}"

    at = question.choices.index(question.assumed) if question.assumed in question.choices else 0
    value = st.radio(sentence, question.choices, index=at, format_func=words, key=key)
    st.caption(escape(_("We would take: {answer}").format(answer=words(question.choices[at]))))
    return value


def is_currency(value: str) -> bool:
    """Whether these are the letters of a currency."""
    return value in Locale("en").currencies


def letters(value: str) -> str:
    """The letters of a currency, also where somebody typed its sign."""
    return SIGNS.get(value.strip().upper(), value.strip().upper())


def not_a_currency() -> str:
    """What to do when they are not."""
    return _("This is no currency. Write its three letters, such as EUR, PLN, HUF, TRY or RUB.")
