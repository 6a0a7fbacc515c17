"""Results as Altair charts: a frame in, a chart out, the same in the app, a notebook and a report.

No chart draws more than `marks.MAX_MARKS` marks; what had to be left out is said in the chart's description,
which is also its text for screen readers (`chart.description`).
"""

from retention.show.charts.cohorts import cohort_difference, retention_curve, retention_heatmap
from retention.show.charts.kpis import kpi_line, net_by_period
from retention.show.charts.quality import quality_bars

__all__ = ["cohort_difference", "kpi_line", "net_by_period", "quality_bars", "retention_curve", "retention_heatmap"]
