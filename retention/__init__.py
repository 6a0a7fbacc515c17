"""See from its order export who comes back to a web shop, and who does not."""

from retention.errors import ColumnError, EmptyError, FileError, OptionError, QuestionError, RetentionError
from retention.ingest.answers import mapping_file
from retention.ingest.inspect import Inspection, inspect_orders
from retention.ingest.read import read_orders
from retention.measure.cohort_comparison import compare_cohorts
from retention.measure.cohorts import retention_table
from retention.measure.kpis import kpi_summary, kpi_table
from retention.measure.quality import quality_table
from retention.measure.windows import last_months
from retention.orders import Orders
from retention.sample.load import load_sample
from retention.sample.shop import make_shop
from retention.show import charts

__all__ = [
    "ColumnError",
    "EmptyError",
    "FileError",
    "Inspection",
    "OptionError",
    "Orders",
    "QuestionError",
    "RetentionError",
    "charts",
    "compare_cohorts",
    "inspect_orders",
    "kpi_summary",
    "kpi_table",
    "last_months",
    "load_sample",
    "make_shop",
    "mapping_file",
    "quality_table",
    "read_orders",
    "retention_table",
]
