"""Days and periods as integers, against the calendar of pandas."""

from datetime import date, datetime

import duckdb
import ibis
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.errors import OptionError
from retention.periods import (
    PERIODS,
    as_date,
    day_number,
    day_of,
    month_number,
    period_column,
    period_number,
    period_start,
    starts,
)

DAYS = st.dates(date(1950, 1, 1), date(2100, 1, 1))
PANDAS = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}


@given(DAYS, st.sampled_from(PERIODS))
def test_a_period_begins_where_the_calendar_says(day, period):
    start = period_start(period_number(day, period), period)
    assert start == pd.Period(day, PANDAS[period]).start_time.date()


@given(DAYS, st.sampled_from(PERIODS))
def test_neighbouring_periods_differ_by_one(day, period):
    number = period_number(day, period)
    assert period_start(number, period) <= day < period_start(number + 1, period)


@given(DAYS)
def test_a_day_survives_the_way_there_and_back(day):
    assert day_of(day_number(day)) == day


def test_the_engine_counts_as_python_does():
    days = [date(1969, 12, 28), date(1970, 1, 1), date(2024, 2, 29), date(2024, 12, 30), date(2025, 1, 5)]
    table = ibis.table({"row": "int32", "day": "int32", "month": "int32"}, name="days")
    connection = duckdb.connect()
    connection.execute("CREATE TABLE days (row INTEGER, day INTEGER, month INTEGER)")
    for row, day in enumerate(days):
        connection.execute("INSERT INTO days VALUES (?, ?, ?)", [row, day_number(day), month_number(day)])
    for period in PERIODS:
        found = table.order_by("row").select(at=period_column(table.day, table.month, period))
        numbers = [at for (at,) in connection.execute(ibis.to_sql(found, dialect="duckdb")).fetchall()]
        assert numbers == [period_number(day, period) for day in days]


def test_starts_of_many():
    first = period_number(date(2024, 12, 30), "week")
    assert starts([first, first + 1], "week").strftime("%Y-%m-%d").tolist() == ["2024-12-30", "2025-01-06"]
    assert len(starts([], "month")) == 0


@pytest.mark.parametrize(
    "value", ["2025-12-31", date(2025, 12, 31), datetime(2025, 12, 31, 23), pd.Timestamp(2025, 12, 31)]
)
def test_a_day_can_be_given_in_several_ways(value):
    assert as_date("start", value) == date(2025, 12, 31)


@pytest.mark.parametrize("value", ["31/12/2025", "2025-13-01", "", "soon", pd.NaT, object()])
def test_what_is_no_day_is_refused(value):
    with pytest.raises(OptionError, match="Write it as 2025-12-31"):
        as_date("start", value)


def test_a_period_that_does_not_exist():
    for function in (period_number, period_start):
        with pytest.raises(OptionError, match="period='decade' is not possible"):
            function(date(2025, 1, 1), "decade")
