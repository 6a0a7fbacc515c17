"""Did it work, and what was it worth?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables.experiment import arm_rows, day_rows, group_rows, metric_rows, week_rows, weekday_rows

orders = ui.start(_("Results of a test"), _("Did it work, and what was it worth?"), everybody=True)
answer, earlier = st.container(), st.container()
with earlier:
    ui.earlier_tests()
with answer:
    options = ui.outcome_source(orders)
    outcome = ui.run("outcome", rt.compare_variants, orders, **options)

    ui.say(sentences.did_it_work(outcome))
    lines = [
        *sentences.what_it_means(outcome),
        sentences.how_likely_better(outcome),
        *sentences.nothing_suffered(outcome),
    ]
    st.markdown("\n".join(f"- {ui.escape(line)}" for line in lines if line))
    if words := sentences.who_took_part(outcome):
        st.caption(ui.escape(words))
    for note in outcome.notes:
        st.caption(_(note))
    arm = ui.arm_shown(outcome)
    if outcome.verdict == "withheld":
        ui.chart(rt.charts.arm_split, outcome)
    else:
        st.subheader(_("What it changed"))
        ui.chart(rt.charts.effect_forest, outcome, arm=arm)
        st.caption(_("In colour: clear. Grey: chance alone can make such a difference."))
        if outcome.verdict == "peeking":
            st.caption(
                _("These intervals hold for whoever looks once, at the end. Until then only the band day by day holds.")
            )
    ui.table(
        outcome.table,
        metric_rows(outcome),
        "outcome",
        _("every arm and metric"),
        [_("Arm"), _("Role"), _("Method"), _("Note")],
    )
    ui.table(outcome.arms, arm_rows(outcome), "arms", _("the arms and how the customers were split"))

    is_told = outcome.verdict not in ("withheld", "too few")
    if outcome.groups is not None and is_told:
        st.subheader(_("For whom it worked"))
        st.markdown("\n\n".join(ui.escape(line) for line in sentences.who_it_worked_for(outcome)))
        ui.chart(rt.charts.effect_by_group, outcome, arm=arm)
        ui.table(outcome.groups, group_rows(outcome), "groups", _("every group"), [_("Arm"), _("Note")])
    if outcome.days is not None and is_told:
        st.subheader(_("Day by day"))
        st.markdown(
            _("All days so far together. The band holds however often you look: once it leaves zero, it is clear.")
        )
        ui.chart(rt.charts.effect_by_day, outcome, arm=arm)
        ui.table(outcome.days, day_rows(outcome), "days", _("every day"), [_("Arm")])
        st.subheader(_("Does it wear off?"))
        if words := sentences.does_it_last(outcome):
            st.markdown(ui.escape(words))
        ui.chart(rt.charts.effect_by_week, outcome, arm=arm)
        ui.table(outcome.weeks, week_rows(outcome), "weeks", _("every week"), [_("Arm"), _("Note")])
        st.subheader(_("By day of the week"))
        ui.chart(rt.charts.effect_by_weekday, outcome, arm=arm)
        ui.table(outcome.weekdays, weekday_rows(outcome), "weekdays", _("every day of the week"), [_("Arm"), _("Note")])
    ui.keep_outcome(orders, options, outcome)
ui.finish(("control", "sample_ratio", "always_valid", "guardrail", "expected_loss", "interval"))
