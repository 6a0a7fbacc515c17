"""Every text a person can read, gathered for the translators: python -m retention.show.messages

Most stand in the code as _("…"). Errors, decisions, reasons, definitions and notes are written in floors that know no
language and are translated where they are shown; they are gathered here from where they stand.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import retention as rt
from retention import schema
from retention.experiment import outcome
from retention.ingest import build, kinds, mapping
from retention.measure import vendors
from retention.segment import clusters, conditions
from retention.segment.playbook import PLAYS
from retention.segment.schemes import CUT, SCHEMES
from retention.show.sentences import explained

ROOT = Path(__file__).parents[2]
EXPLAINED = (
    rt.kpi_table,
    rt.kpi_summary,
    rt.retention_table,
    rt.quality_table,
    rt.lapse_threshold,
    rt.time_to_next_order,
    rt.channel_table,
    rt.discount_table,
    rt.account_table,
    rt.revenue_bridge,
    rt.kpi_alerts,
    rt.feedback_table,
    rt.vendor_rates,
    rt.compare_cohorts,
    rt.assign_variants,
    rt.compare_variants,
    rt.rfm_segments,
    rt.segment_playbook,
    rt.segment_customers,
    rt.select_customers,
    rt.customer_story,
    rt.cluster_segments,
    rt.predict_clv,
    rt.segment_movement,
    rt.demographic_table,
    rt.forecast_cohorts,
    rt.forecast_revenue,
    rt.score_churn,
    rt.value_at_risk,
    rt.predict_next_orders,
    rt.replenishment_table,
    rt.plan_experiment,
    rt.run_aa_test,
    rt.simulate_loyalty,
    rt.loyalty_customers,
    rt.simulate_change,
    rt.rank_opportunities,
    rt.opportunity_customers,
    rt.build_audience,
)
TRANSLATED_CALLS = ("_", "ngettext", "Choice", "DateReading")
QUOTED = re.compile(r"'((?:[a-z_]+: )?[a-z][a-z]* [a-z ,]+)'")
PHRASE = re.compile(r"(?:[a-z_]*: )?([A-Za-z][A-Za-z0-9’',-]*(?: [A-Za-z0-9’',-]+)+)")
SHOUTED = re.compile(r"\b(?!PNG|JPEG|GIF|PDF|RAR|NUL|UTF)[A-Z]{2,}\b")


def messages() -> list[str]:
    """All texts, each once, in the order of the files."""
    found: dict[str, None] = {}
    for path in sorted([ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "retention").rglob("*.py")]):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= dict.fromkeys(_in_code(tree))
        if path.parent.name == "ingest":
            found |= dict.fromkeys(_phrases(tree))
    found |= dict.fromkeys([*schema.FIELDS.values(), *build.REASONS.values()])
    found |= dict.fromkeys(kinds.kinds())
    for layout in mapping.layouts():
        said = (layout.name, layout.lacks, layout.alone, *(join.without for join in layout.join))
        found |= dict.fromkeys(filter(None, said))
    found |= dict.fromkeys(text for rule in vendors.RULES for text in (rule.name, rule.sentence, rule.why))
    found |= dict.fromkeys(vendors.MISSING.values())
    found |= dict.fromkeys([*CUT, *PLAYS, *(name for scheme in SCHEMES.values() for name in scheme.names)])
    found |= dict.fromkeys(text for play in PLAYS.values() for text in (play.meaning, play.works))
    found |= dict.fromkeys(conditions.EXPECTED.values())
    found |= dict.fromkeys([*outcome.REASONS, *outcome.METHODS])
    found |= dict.fromkeys([*clusters.WHO, *(text for words in clusters.WORDS.values() for text in words)])
    found |= dict.fromkeys(text for function in EXPLAINED for text in explained(function))
    return list(found)


def _in_code(tree: ast.AST) -> Iterator[str]:
    """The texts in _("…"), those of errors and decisions, and notes that are appended."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            is_error = name.endswith("Error") and name[:1].isupper()
            if name in TRANSLATED_CALLS or is_error or (name == "append" and _receiver(node) == "notes"):
                yield from _texts(node.args)


def _phrases(tree: ast.AST) -> Iterator[str]:
    """Words for what happened to a file: reasons such as `field: not a number`, also inside SQL, and why something was decided."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            for text in [node.value, *QUOTED.findall(node.value)]:
                if (phrase := PHRASE.fullmatch(text)) and not SHOUTED.search(text):
                    yield phrase[1]


def _receiver(call: ast.Call) -> str:
    return getattr(getattr(call.func, "value", None), "id", "")


def _texts(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"[A-Za-z]", node.value):
            yield node.value


if __name__ == "__main__":
    import json

    print(json.dumps(messages(), ensure_ascii=False, indent=1))  # noqa: T201
