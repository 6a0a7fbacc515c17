"""The rules of the house: layers, public names, where pages lie, what a docstring says."""

from __future__ import annotations

import doctest
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import retention as rt

HOUSE = Path(__file__).parents[1]
PUBLIC = (
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
)
FUNCTIONS = [name for name in PUBLIC if inspect.isfunction(getattr(rt, name))]
# What measures, estimates or reads somebody's file says where it misleads; a generator has nothing to mislead about.
JUDGED = [name for name in FUNCTIONS if name not in ("inspect_orders", "load_sample", "make_shop", "mapping_file")]


def test_public_names():
    assert tuple(rt.__all__) == PUBLIC


def test_imports_run_one_way():
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    found = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True, timeout=120)
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_package_works_without_streamlit():
    code = "import sys, retention; assert 'streamlit' not in sys.modules; assert 'lifetimes' not in sys.modules"
    found = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True, timeout=120)
    assert found.returncode == 0, found.stderr


def test_only_the_screens_import_streamlit():
    imports = re.compile(r"^\s*(import|from) streamlit\b", re.MULTILINE)
    users = {
        path.relative_to(HOUSE).as_posix()
        for path in (HOUSE / "retention").rglob("*.py")
        if imports.search(path.read_text("utf-8"))
    }
    assert all(user.startswith("retention/show/ui") for user in users), users


def test_pages_lie_in_folders():
    """Streamlit runs a file directly in pages/ without app.py: no navigation, no gate."""
    assert not [path.name for path in (HOUSE / "pages").iterdir() if path.is_file()]


def test_no_function_shares_its_modules_name():
    assert not [name for name in FUNCTIONS if getattr(rt, name).__module__.endswith(f".{name}")]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_docstring_has_an_example(name):
    assert doctest.DocTestParser().get_examples(inspect.getdoc(getattr(rt, name)))


@pytest.mark.parametrize("name", JUDGED)
def test_a_docstring_says_when_not_to_trust_it(name):
    assert "When not to trust it:" in inspect.getdoc(getattr(rt, name))


def test_the_pinned_set_works_together():
    """lifetimes, scikit-learn and tea-tasting are pinned for the screens to come: CDNOW's BG/NBD r is .2426, α 4.4136."""
    script = (
        "import lifetimes, pandas, pathlib, sklearn, tea_tasting\n"
        "folder = pathlib.Path(lifetimes.__file__).parent / 'datasets'\n"  # its own loader needs setuptools
        "data = pandas.read_csv(folder / 'cdnow_customers_summary.csv')\n"
        "fitted = lifetimes.BetaGeoFitter().fit(data['frequency'], data['recency'], data['T'])\n"
        "print(round(fitted.params_['r'], 3), round(fitted.params_['alpha'], 2))\n"
    )
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, timeout=120)
    assert run.stdout.split() == ["0.243", "4.41"], run.stderr
