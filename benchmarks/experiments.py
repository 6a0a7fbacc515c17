"""Five million outcome rows from Parquet: compared by the engine beside the same in pandas and scipy.

Both start from the same file, refuse units that stand there twice and missing outcomes, and test the share and the mean, the mean
also adjusted by what was known before. pandas reads the columns it needs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.inputs import OUTCOMES


def _compared(folder: Path) -> Callable[[], object]:
    import retention as rt

    return lambda: rt.compare_variants(rows=folder / OUTCOMES)


def _pandas(folder: Path) -> Callable[[], object]:
    import pandas as pd
    from scipy.stats import norm, ttest_ind

    def work() -> dict[str, float]:
        rows = pd.read_parquet(folder / OUTCOMES)
        assert rows["unit"].is_unique
        assert rows.notna().all(axis=None)
        arms = rows.groupby("variant")
        table = arms["converted"].agg(["sum", "size"])
        share, shared = table["sum"] / table["size"], table["sum"].sum() / table["size"].sum()
        z = share.diff().iloc[-1] / (shared * (1 - shared) * (1 / table["size"]).sum()) ** 0.5
        slope = rows["revenue"].cov(rows["revenue_before"]) / rows["revenue_before"].var()
        rows["adjusted"] = rows["revenue"] - slope * (rows["revenue_before"] - rows["revenue_before"].mean())
        found = {"converted": 2 * norm.sf(abs(z))}
        for value in ("revenue", "adjusted"):
            control, treatment = (one[value] for _, one in rows.groupby("variant"))
            found[value] = ttest_ind(treatment, control, equal_var=False).pvalue
        return found

    return work


CASES = {"compare_variants, 5 M rows": (_compared, 4), "5 M rows: pandas and scipy": (_pandas, 4)}
COMPARED = (("compare_variants, 5 M rows", "5 M rows: pandas and scipy", None),)
SECONDS = (("compare_variants, 5 M rows", 5),)
MEGABYTES = (("compare_variants, 5 M rows", 1_000),)
ROUNDS = 2
