"""Which kinds of buyers do I have?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _, number
from retention.show.tables.clusters import cluster_rows, member_rows, score_rows
from retention.show.tables.groups import ROOM

orders = ui.start(_("Behaviour groups"), _("Which kinds of buyers do I have?"))
counts = {"auto": _("As many as the data show")} | {str(k): number(k) for k in range(2, 9)}
wanted = ui.pick(_("Number of groups"), counts, key="clusters_k")
clusters = ui.run("clusters", rt.cluster_segments, orders, k="auto" if wanted == "auto" else int(wanted))

ui.say(sentences.which_kinds(clusters))
for sentence in (sentences.how_firm(clusters), sentences.nobody_differs_in(clusters)):
    if sentence:
        st.markdown(ui.escape(sentence))
if len(clusters.summary) > 1:
    st.subheader(_("What sets each group apart"))
    ui.chart(rt.charts.cluster_profile, clusters)
    st.caption(
        _(
            "▲ clearly more, ▼ clearly less than the average customer. The numbers are medians: half of the group has less, half more; shares are averages."
        )
    )
    st.subheader(_("How large each group is"))
    ui.chart(rt.charts.cluster_sizes, clusters)
ui.table(clusters.summary, cluster_rows(clusters), "behaviour_groups", _("every group"))
if len(clusters.summary) > 1:
    some = rt.cluster_customers(orders, clusters, limit=ROOM)
    pattern = _("each customer’s group, {some} of {all}; the file holds all")
    ui.table(
        lambda: rt.cluster_customers(orders, clusters),
        member_rows(some, orders.currency),
        "behaviour_customers",
        pattern.format(some=number(len(some)), all=number(len(clusters.table))),
        [_("Name"), _("Group")],
    )
if len(clusters.scores):
    ui.table(clusters.scores, score_rows(clusters), "silhouettes", _("how clearly so many groups part"))
    st.caption(sentences.how_clear(clusters))
for note in clusters.notes:
    st.caption(_(note))
ui.finish(("customer", "net", "aov", "repeat_rate", "interval", "as_of"))
