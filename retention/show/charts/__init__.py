"""Results as Altair charts: a frame in, a chart out, the same in the app, a notebook and a report.

No chart draws more than `marks.MAX_MARKS` marks; what had to be left out is said in the chart's description,
which is also its text for screen readers (`chart.description`).
"""

from retention.show.charts.assign import balance_dots
from retention.show.charts.audience import audience_funnel
from retention.show.charts.bridge import revenue_waterfall
from retention.show.charts.builder import condition_bars
from retention.show.charts.channels import channel_flow
from retention.show.charts.clusters import cluster_profile, cluster_sizes
from retention.show.charts.clv import backtest_by_frequency, backtest_weeks, value_bars
from retention.show.charts.cohorts import cohort_difference, retention_curve, retention_heatmap
from retention.show.charts.customer import customer_timeline, segment_history
from retention.show.charts.experiment import (
    arm_split,
    effect_by_day,
    effect_by_group,
    effect_by_week,
    effect_by_weekday,
    effect_forest,
)
from retention.show.charts.feedback import complaint_rates, feedback_rates, reply_rates, score_bars
from retention.show.charts.forecast import forecast_backtest, revenue_forecast
from retention.show.charts.groups import rate_bars, rates_by_group
from retention.show.charts.kpis import kpi_line, net_by_period
from retention.show.charts.loyalty import loyalty_cost, reward_reach
from retention.show.charts.movement import segment_flow
from retention.show.charts.next_orders import expected_weeks, replenishment_days
from retention.show.charts.opportunities import opportunity_bars
from retention.show.charts.plan import false_alarm_bars, smallest_effect_curve
from retention.show.charts.quality import quality_bars
from retention.show.charts.risk import score_reliability, value_at_risk_bars
from retention.show.charts.segments import segment_bars
from retention.show.charts.timing import next_order_curve
from retention.show.charts.vendors import vendor_dots
from retention.show.charts.whatif import change_by_month, change_waterfall, lever_tornado

__all__ = [
    "arm_split",
    "audience_funnel",
    "backtest_by_frequency",
    "backtest_weeks",
    "balance_dots",
    "change_by_month",
    "change_waterfall",
    "channel_flow",
    "cluster_profile",
    "cluster_sizes",
    "cohort_difference",
    "complaint_rates",
    "condition_bars",
    "customer_timeline",
    "effect_by_day",
    "effect_by_group",
    "effect_by_week",
    "effect_by_weekday",
    "effect_forest",
    "expected_weeks",
    "false_alarm_bars",
    "feedback_rates",
    "forecast_backtest",
    "kpi_line",
    "lever_tornado",
    "loyalty_cost",
    "net_by_period",
    "next_order_curve",
    "opportunity_bars",
    "quality_bars",
    "rate_bars",
    "rates_by_group",
    "replenishment_days",
    "reply_rates",
    "retention_curve",
    "retention_heatmap",
    "revenue_forecast",
    "revenue_waterfall",
    "reward_reach",
    "score_bars",
    "score_reliability",
    "segment_bars",
    "segment_flow",
    "segment_history",
    "smallest_effect_curve",
    "value_at_risk_bars",
    "value_bars",
    "vendor_dots",
]
