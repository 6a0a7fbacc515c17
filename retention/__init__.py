"""See from its order export who comes back to a web shop, and who does not."""

from retention.act.audience import audience_file, build_audience, measure_campaign
from retention.act.log import action_log, action_log_file
from retention.act.loyalty import loyalty_customers, simulate_loyalty
from retention.act.opportunities import opportunity_customers, rank_opportunities
from retention.act.programme import LoyaltyProgramme
from retention.act.simulation import simulate_change
from retention.errors import ColumnError, EmptyError, FileError, OptionError, QuestionError, RetentionError
from retention.experiment.assign import assign_variants
from retention.experiment.compare import compare_variants
from retention.experiment.history import experiment_history
from retention.experiment.manifest import experiment_file, read_experiment
from retention.experiment.placebo import run_aa_test
from retention.experiment.plan import plan_experiment
from retention.ingest.answers import mapping_file
from retention.ingest.inspect import Inspection, inspect_orders
from retention.ingest.read import read_orders
from retention.measure.accounts import account_table
from retention.measure.alerts import kpi_alerts
from retention.measure.bridge import revenue_bridge
from retention.measure.channels import channel_table
from retention.measure.cohort_comparison import compare_cohorts
from retention.measure.cohorts import retention_table
from retention.measure.discounts import discount_table
from retention.measure.feedback import feedback_table
from retention.measure.kpis import kpi_summary, kpi_table
from retention.measure.lapse import lapse_threshold
from retention.measure.quality import quality_table
from retention.measure.timing import time_to_next_order
from retention.measure.vendors import vendor_rates
from retention.measure.windows import last_months
from retention.orders import Orders
from retention.predict.at_risk import value_at_risk
from retention.predict.churn import score_churn
from retention.predict.clv import predict_clv
from retention.predict.cohort_forecast import forecast_cohorts
from retention.predict.forecast import forecast_revenue
from retention.predict.next_orders import predict_next_orders
from retention.predict.replenishment import replenishment_table
from retention.sample.load import load_sample
from retention.sample.shop import make_shop
from retention.segment.builder import select_customers
from retention.segment.clusters import cluster_segments
from retention.segment.customers import find_customers
from retention.segment.demographics import demographic_table
from retention.segment.movement import segment_movement
from retention.segment.people import cluster_customers, segment_customers
from retention.segment.playbook import segment_playbook
from retention.segment.rfm import rfm_segments
from retention.segment.rules import rule_of
from retention.segment.schemes import RfmScheme
from retention.segment.story import customer_story
from retention.show import charts

__all__ = [
    "ColumnError",
    "EmptyError",
    "FileError",
    "Inspection",
    "LoyaltyProgramme",
    "OptionError",
    "Orders",
    "QuestionError",
    "RetentionError",
    "RfmScheme",
    "account_table",
    "action_log",
    "action_log_file",
    "assign_variants",
    "audience_file",
    "build_audience",
    "channel_table",
    "charts",
    "cluster_customers",
    "cluster_segments",
    "compare_cohorts",
    "compare_variants",
    "customer_story",
    "demographic_table",
    "discount_table",
    "experiment_file",
    "experiment_history",
    "feedback_table",
    "find_customers",
    "forecast_cohorts",
    "forecast_revenue",
    "inspect_orders",
    "kpi_alerts",
    "kpi_summary",
    "kpi_table",
    "lapse_threshold",
    "last_months",
    "load_sample",
    "loyalty_customers",
    "make_shop",
    "mapping_file",
    "measure_campaign",
    "opportunity_customers",
    "plan_experiment",
    "predict_clv",
    "predict_next_orders",
    "quality_table",
    "rank_opportunities",
    "read_experiment",
    "read_orders",
    "replenishment_table",
    "retention_table",
    "revenue_bridge",
    "rfm_segments",
    "rule_of",
    "run_aa_test",
    "score_churn",
    "segment_customers",
    "segment_movement",
    "segment_playbook",
    "select_customers",
    "simulate_change",
    "simulate_loyalty",
    "time_to_next_order",
    "value_at_risk",
    "vendor_rates",
]
