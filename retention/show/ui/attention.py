"""What the owner wants of the key figures, and what deserves a look first."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from retention.measure.kpis import KINDS
from retention.show import sentences
from retention.show.i18n import _
from retention.show.measures import is_share, measure_name
from retention.show.ui.filters import KEPT
from retention.show.ui.screen import escape

SCREENS = {"kpis": "pages/measure/kpis.py", "cohorts": "pages/measure/cohorts.py"}

KEY = "target_"  # a link with a choice of its own carries the targets too, since it would forget them


def targets(months: pd.DataFrame, names: Sequence[str], currency: str) -> dict[str, float]:
    """Ask what a month is to reach, and say whether the last complete one did. Rates are asked for in percent."""
    wanted = {}
    with st.expander(_("Targets for a month")):
        st.caption(
            _("Your targets stand in the address: keep it as a bookmark. A filter narrows what they are compared with.")
        )
        with st.container(horizontal=True):
            for name in names:
                unit = "%" if is_share(name) else currency if KINDS[name] == "money" else ""
                value = st.number_input(
                    f"{measure_name(name)} ({unit})" if unit else measure_name(name),
                    min_value=0.0,
                    max_value=100.0 if unit == "%" else None,
                    value=None,
                    step=1.0,
                    format="%.10g",
                    key=f"{KEY}{name}",
                    placeholder=_("none"),
                    width=200,
                    **KEPT,
                )
                if value:
                    wanted[name] = value / 100 if unit == "%" else value
        for name, value in wanted.items():
            st.markdown(f"- {escape(sentences.against_target(months, name, value, currency))}")
    return wanted


def look_at(facts: Sequence[sentences.Fact], otherwise: str) -> None:
    """The facts that deserve a look, each with the way to the screen that explains it."""
    if not facts:
        st.markdown(otherwise)
    for fact in facts:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"- {escape(fact.sentence)}", width="content")
            label = _("Cohorts") if fact.screen == "cohorts" else _("Key figures")
            chosen = {name: value for name, value in st.query_params.items() if name.startswith(KEY)}
            chosen |= {"kpi": measure_name(fact.kpi)} if fact.screen == "kpis" else {}
            st.page_link(SCREENS[fact.screen], label=label, icon=":material/arrow_forward:", query_params=chosen)
