"""Do unhappy customers come back, and about what do they complain? Ratings and support tickets beside later purchases."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import EmptyError
from retention.intervals import Z95, ratio_of_sums, wilson
from retention.orders import Orders, Selection, purchases_and_returns
from retention.periods import day_number

DAYS = 90  # after the rating or the ticket
BANDS = ("low", "middle", "high")
WAITS = {"hour": 1, "four_hours": 4, "day": 24, "three_days": 72}  # hours until the first reply, at most
REPLIES = (*WAITS, "longer", "none")
SEEN = 5  # ratings that a product needs
PRODUCTS, PEOPLE = 20, 100
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class FeedbackTable:
    """What `feedback_table` returns.

    table: one row a band of the scale (low, middle, high), see there
    nps: one row a scale. scores: one row a scale and score. replies: one row a band of the time to the first reply
    products: what people complain about. people: who is unhappy and brought most
    raters, customers: customers who gave a rating, of all customers
    """

    table: pd.DataFrame
    nps: pd.DataFrame = field(repr=False)
    scores: pd.DataFrame = field(repr=False)
    replies: pd.DataFrame = field(repr=False)
    products: pd.DataFrame = field(repr=False)
    people: pd.DataFrame = field(repr=False)
    raters: int
    customers: int
    currency: str
    notes: tuple[str, ...] = ()


def feedback_table(orders: Orders) -> FeedbackTable:
    """Ratings and support tickets, and whether those who gave them bought again afterwards.

    A rating is low, middle or high: on a scale that ends at 10 these are 0–6, 7–8 and 9–10, on 1–5 they are 1–2, 3 and 4–5,
    on any other the lowest quarter, the middle half and the highest quarter of the scale. NPS (Net Promoter Score) = share of
    9–10 − share of 0–6, times 100, from −100 to 100. It exists on a scale from 0 to 10 only; other scales have their average
    and the share of high ratings, and no NPS.

    A customer counts once, by the first rating given in the time that is looked at: the last one would put those who came
    back and rated again at a later rating, of which nobody knows yet what followed. Bought again = a purchase on the 1st to
    90th day after the rating, among customers who had bought before it and whose 90 days lie in the data. Spend = net revenue
    of these purchases ÷ these customers. The day of the rating itself does not count, for the rated order may be of that day,
    and refunds of earlier orders are not taken off. Tickets are counted in the same way by the customer's first ticket; reply
    time = first reply − opening.

    A product's ratings are those that name it, and those of orders that hold it. The products with the highest low end of the
    interval of the share of low ratings come first, so that one bad rating is no verdict. Return rate = refunds ÷ (gross
    revenue − discounts). The people are those whose last rating is low, by what they have brought.

    Filters choose the ratings and tickets of the chosen orders, those that name no order by their customer, and what counts
    as bought again.

    Returns a FeedbackTable. Its table: band, ratings, customers, n (customers whose 90 days lie in the data), bought_again,
    share, low, high (95 % Wilson interval), spend, spend_low, spend_high (currency units a customer). nps: scale_low,
    scale_high, n, average, average_low, average_high, top (share of high ratings), top_low, top_high, nps, nps_low, nps_high.
    scores: scale_low, scale_high, score (of long scales the lower edge of a tenth), ratings. replies: as table, with
    tickets. products: product_id, product, ratings, average, low_ratings, share, low, high, return_rate, texts (low ratings
    with words); at least 5 ratings, at most 20 rows. people: customer_ref, contactable, consent, score, given_at, text, net,
    last_order; at most 100 rows. raters and customers: how many of all customers gave a rating.

    Raises EmptyError when there are neither ratings nor tickets.

    Source: the interval of the NPS is the adjusted Wald interval by Rocks (2016), The American Statistician 70, 365–372: ¾ of
    a promoter, ¾ of a detractor and 1½ others are added, and the variance of a difference of multinomial shares p and q is
    (p + q − (p − q)²) ÷ n.

    When not to trust it: this is association, not effect. Who is unhappy differs from others in many ways, and a slow reply
    may go with a harder case. Those who answer are not like those who keep silent: with few raters of all customers the
    ratings speak for few. A rating that names no customer says nothing about coming back.

    >>> import retention as rt
    >>> result = rt.feedback_table(rt.load_sample())
    >>> result.table["band"].tolist(), bool(result.nps["nps"].isna().all())
    (['low', 'middle', 'high'], True)
    """
    if not (orders.has("feedback") or orders.has("tickets")):
        raise EmptyError(
            "No ratings and no support tickets have been added to these orders.",
            "Add a file of ratings or reviews, or one of support tickets, on the Data screen.",
        )
    ratings, tickets = banded_ratings(orders), _tickets(orders)
    scores = orders.frame(_score_counts(ratings))
    facts = orders.frame(_ticket_facts(tickets)).iloc[0].fillna(0)
    if scores.empty and not facts["tickets"]:
        raise EmptyError(
            "No rating with a score and no ticket belongs to these orders.",
            "Widen the dates, clear a filter, or add a file with scores or tickets on the Data screen.",
        )
    notes = []
    if not scores.empty:
        notes.append("What happened after a rating goes with it; that does not make the rating its cause.")
        if scores["undated"].any():
            notes.append("Ratings without a date count in the scores and not in what happened afterwards.")
        if scores["of_orders"].any():
            notes.append("A rating of an order counts for every product in it: which one was meant is not known.")
        if _lie_outside(orders):
            notes.append("Ratings from before or after the time of the orders are left out.")
    has_replies = facts["replied"] > 0 and facts["timed"] > 0
    if facts["tickets"] and not has_replies:
        notes.append("The tickets hold no time of the first reply, so reply times cannot be told.")
    if facts["backwards"]:
        notes.append("Tickets that were answered before they were opened have no reply time and are left out there.")
    raters, customers = _response(orders, ratings)
    return FeedbackTable(
        table=_afterwards(orders, _firsts(ratings, "given_at", "score"), _counts(ratings, "ratings"), BANDS, "ratings"),
        nps=_scales(scores),
        scores=_distribution(scores),
        replies=_afterwards(
            orders, _firsts(tickets, "opened_at", "wait"), _counts(tickets, "tickets"), REPLIES, "tickets"
        ).head(len(REPLIES) if has_replies else 0),
        products=_products(orders, ratings),
        people=_people(orders, ratings),
        raters=raters,
        customers=customers,
        currency=orders.currency,
        notes=tuple(notes),
    )


def banded_ratings(orders: Orders) -> ir.Table:
    """The ratings of the selection with their band; those without a day stay where no dates are asked for."""
    table = orders.feedback.filter(lambda table: table.score.notnull())
    known = (table.day >= day_number(orders.since)) & (table.day < day_number(orders.as_of))
    asks = orders.selection.start is not None or orders.selection.end is not None
    table = _chosen(orders, table.filter(known if asks else known | table.day.isnull()))
    at, span = table.score - table.scale_low, table.scale_high - table.scale_low
    is_ten = (table.scale_high == 10) & (table.scale_low <= 1)
    is_low = ibis.ifelse(is_ten, table.score <= 6, at * 4 <= span)
    is_high = ibis.ifelse(is_ten, table.score >= 9, at * 4 >= span * 3)
    return table.mutate(
        band=ibis.cases((span <= 0, ibis.null("string")), (is_low, "low"), (is_high, "high"), else_="middle")
    )


def _lie_outside(orders: Orders) -> bool:
    """Whether ratings were given when no orders are known, whatever the filter."""
    table = orders.feedback
    outside = (table.day < day_number(orders.observed_from)) | (table.day >= day_number(orders.as_of))
    return orders.selection.end is None and not orders.frame(table.filter(outside).limit(1)).empty


def _tickets(orders: Orders) -> ir.Table:
    """The tickets of the selection with the seconds until the first reply and its band; no band for an impossible one."""
    table = orders.tickets
    opened, replied = table.opened_at.epoch_seconds(), table.replied_at.epoch_seconds()
    table = table.mutate(day=(opened // DAY_SECONDS).cast("int32"), wait=replied - opened, opened=opened)
    table = table.filter(table.day >= day_number(orders.since), table.day < day_number(orders.as_of))
    steps = [(table.wait <= hours * 3_600, name) for name, hours in WAITS.items()]
    table = table.mutate(
        band=ibis.cases((table.wait.isnull(), "none"), (table.wait < 0, ibis.null("string")), *steps, else_="longer")
    )
    return _chosen(orders, table)


def _chosen(orders: Orders, table: ir.Table) -> ir.Table:
    """Rows of the chosen orders; rows that name no order by their customer. Without a filter all rows."""
    if replace(orders.selection, start=None, end=None) == Selection():
        return table
    placed = replace(orders, selection=replace(orders.selection, start=None, end=None)).orders
    by_order = table.semi_join(placed.select("order_id"), "order_id")
    alone = table.filter(table.order_id.isnull())
    return by_order.union(alone.semi_join(placed.select("customer_id"), "customer_id"))


def _history(orders: Orders) -> Orders:
    """The same orders from the beginning: who bought before a rating did so before the filter's first day too."""
    return replace(orders, selection=replace(orders.selection, start=None))


def _score_counts(ratings: ir.Table) -> ir.Table:
    """Sums by scale and score; a long scale in tenths, so that the result stays small."""
    span = ratings.scale_high - ratings.scale_low
    step = ibis.ifelse(span > 20, span / 10, 1.0)
    tenth = ((ratings.score - ratings.scale_low) / step).floor().clip(upper=9)
    near = (ratings.score - ratings.scale_low + 0.5).floor()
    table = ratings.mutate(bin=ratings.scale_low + ibis.ifelse(span > 20, tenth * step, near))
    return table.group_by("scale_low", "scale_high", "bin").aggregate(
        n=table.count(),
        sum=table.score.sum(),
        squares=(table.score * table.score).sum(),
        low=table.count(where=table.band == "low"),
        high=table.count(where=table.band == "high"),
        undated=table.count(where=table.day.isnull()),
        of_orders=table.count(where=table.product_id.isnull() & table.order_id.notnull()),
    )


def _distribution(scores: pd.DataFrame) -> pd.DataFrame:
    """Ratings by score; a score of a short scale that nobody gave has 0."""
    rows = []
    for (low, high), part in scores.groupby(["scale_low", "scale_high"]):
        found = part.groupby("bin")["n"].sum()
        if high - low <= 20:
            found = found.reindex(low + np.arange(int(high - low) + 1), fill_value=0)
        rows += [(low, high, score, int(n)) for score, n in found.items()]
    return pd.DataFrame(rows, columns=["scale_low", "scale_high", "score", "ratings"])


def _scales(scores: pd.DataFrame) -> pd.DataFrame:
    """Average, share of high ratings and, on 0 to 10 only, NPS; each with its interval."""
    sums = scores.groupby(["scale_low", "scale_high"], as_index=False)[["n", "sum", "squares", "low", "high"]].sum()
    n = sums["n"]
    table = sums[["scale_low", "scale_high", "n"]].copy()
    table["average"] = sums["sum"] / n
    table["average_low"], table["average_high"] = ratio_of_sums(n, sums["sum"], n, sums["squares"], n, sums["sum"])
    has_bands = table["scale_high"] > table["scale_low"]
    table["top"] = (sums["high"] / n).where(has_bands)
    table["top_low"], table["top_high"] = wilson(sums["high"], n.where(has_bands, 0))
    is_nps = (table["scale_low"] == 0) & (table["scale_high"] == 10)
    table["nps"] = ((sums["high"] - sums["low"]) / n * 100).where(is_nps)
    more, up, down = n + 3, sums["high"] + 0.75, sums["low"] + 0.75
    middle = (up - down) / more
    half = Z95 * np.sqrt(((up + down) / more - middle**2) / more)
    table["nps_low"] = ((middle - half).clip(-1, 1) * 100).where(is_nps)
    table["nps_high"] = ((middle + half).clip(-1, 1) * 100).where(is_nps)
    return table


def _firsts(table: ir.Table, at: str, tie: str) -> ir.Table:
    """The first row of every known customer; of two at one time the lower one."""
    known = table.filter(table.customer_id.notnull(), table.day.notnull(), table.band.notnull())
    order = ibis.row_number().over(ibis.window(group_by="customer_id", order_by=[at, tie]))
    return known.mutate(place=order).filter(lambda table: table.place == 0).select("customer_id", "day", "band")


def _counts(table: ir.Table, name: str) -> ir.Table:
    return table.group_by("band").aggregate(**{name: table.count()})


def _afterwards(orders: Orders, units: ir.Table, counts: ir.Table, bands: tuple[str, ...], unit: str) -> pd.DataFrame:
    """By band: rows, customers, and what these bought on the 1st to 90th day after; bands without rows have 0."""
    bought = purchases_and_returns(_history(orders))
    bought = bought.filter(bought.is_purchase, bought.customer_id.notnull())
    bought = bought.select("net", who="customer_id", at="day")
    pairs = units.inner_join(bought, units.customer_id == bought.who)
    later = (pairs.at > pairs.day) & (pairs.at <= pairs.day + DAYS)
    each = pairs.group_by("band", "who", "day").aggregate(
        earlier=pairs.count(where=pairs.at <= pairs.day),
        later=pairs.count(where=later),
        spend=ibis.coalesce(pairs.net.sum(where=later).cast("float64"), 0.0),
    )
    each = each.filter(each.earlier > 0)
    is_over = each.day + DAYS < day_number(orders.as_of)
    sums = orders.frame(
        each.group_by("band").aggregate(
            customers=each.count(),
            n=each.count(where=is_over),
            bought_again=each.count(where=is_over & (each.later > 0)),
            x=each.spend.sum(where=is_over),
            xx=(each.spend * each.spend).sum(where=is_over),
        )
    )
    found = sums.set_index("band").reindex(bands).fillna(0)
    rows = orders.frame(counts).dropna(subset="band").set_index("band").reindex(bands).fillna(0)
    n = found["n"]
    table = pd.DataFrame({"band": bands, unit: rows[unit].astype("int64").to_numpy()})
    whole = ["customers", "n", "bought_again"]
    table[whole] = found[whole].astype("int64").to_numpy()
    table["share"] = (found["bought_again"] / n.where(n > 0)).to_numpy()
    table["low"], table["high"] = wilson(found["bought_again"], n)
    table["spend"] = (found["x"] / n.where(n > 0) / 100).to_numpy()
    low, high = ratio_of_sums(n, found["x"], n, found["xx"], n, found["x"])
    table["spend_low"], table["spend_high"] = low / 100, high / 100
    return table


def _response(orders: Orders, ratings: ir.Table) -> tuple[int, int]:
    """Customers who gave a rating, and all customers with a purchase."""
    bought = orders.orders.filter(lambda table: table.is_purchase & table.customer_id.notnull())
    customers = bought.select("customer_id").distinct()
    raters = customers.semi_join(ratings.select("customer_id"), "customer_id")
    counted = (int(orders.frame(table.count().as_table()).iloc[0, 0]) for table in (raters, customers))
    return next(counted), next(counted)


def _products(orders: Orders, ratings: ir.Table) -> pd.DataFrame:
    """The products with most complaints, as far as the number of ratings allows to say so."""
    every_line = orders.lines.mutate(key=lambda table: ibis.coalesce(table.product_id, table["product"]))
    every_line = every_line.filter(every_line.key.notnull())
    lines = every_line.semi_join(purchases_and_returns(orders).select("order_id"), "order_id")
    sold = lines.group_by("key").aggregate(
        product_id=lines.product_id.min(),
        product=lines["product"].min(),
        refunds=lines.refund.sum(),
        value=lines.gross.sum() - lines.discount.sum(),
    )
    columns = ["key", "score", "band", "text"]
    named = ratings.filter(ratings.product_id.notnull()).mutate(key=ratings.product_id).select(columns)
    of_orders = ratings.filter(ratings.product_id.isnull(), ratings.order_id.notnull())
    held = every_line.filter(~every_line.is_return).select("key", placed="order_id")
    held = held.semi_join(of_orders.select(placed="order_id"), "placed").distinct()
    by_order = of_orders.inner_join(held, of_orders.order_id == held.placed).select(columns)
    every = named.union(by_order)
    each = every.group_by(rated="key").aggregate(
        ratings=every.count(),
        average=every.score.mean(),
        low_ratings=every.count(where=every.band == "low"),
        texts=every.count(where=(every.band == "low") & every.text.notnull()),
    )
    each = each.filter(each.ratings >= SEEN, each.low_ratings > 0)
    n, share = each.ratings.cast("float64"), each.low_ratings / each.ratings
    half = Z95 * (share * (1 - share) / n + Z95**2 / (4 * n * n)).sqrt()
    each = each.mutate(bound=(share + Z95**2 / (2 * n) - half) / (1 + Z95**2 / n))
    joined = each.inner_join(sold, each.rated == sold.key)
    table = orders.frame(joined.order_by([ibis.desc("bound"), ibis.desc("ratings"), "rated"]).limit(PRODUCTS))
    table = table.sort_values(["bound", "ratings", "rated"], ascending=[False, False, True], ignore_index=True)
    table["share"] = table["low_ratings"] / table["ratings"]
    table["low"], table["high"] = wilson(table["low_ratings"], table["ratings"])
    table["return_rate"] = table["refunds"] / table["value"].where(table["value"] > 0)
    names = ["product_id", "product", "ratings", "average", "low_ratings", "share", "low", "high", "return_rate"]
    return table[[*names, "texts"]]


def _people(orders: Orders, ratings: ir.Table) -> pd.DataFrame:
    """Customers whose last rating is low, those who brought most first; of two ratings at one time the lower one counts."""
    known = ratings.filter(ratings.customer_id.notnull())
    newest = [ibis.desc("given_at"), "score", "text"]
    place = ibis.row_number().over(ibis.window(group_by="customer_id", order_by=newest))
    last = known.mutate(place=place).filter(lambda table: (table.place == 0) & (table.band == "low"))
    paid = purchases_and_returns(_history(orders))
    paid = paid.group_by(payer="customer_id").aggregate(
        net=paid.net.sum().cast("int64"), last_day=paid.day.max(where=paid.is_purchase)
    )
    people = replace(orders, selection=Selection()).customers.drop("net")
    joined = last.select("customer_id", "score", "given_at", "text").inner_join(people, "customer_id")
    joined = joined.inner_join(paid, joined.customer_id == paid.payer)
    joined = joined.filter(joined.last_day.notnull())
    wanted = ["customer_ref", "contactable", "consent", "score", "given_at", "text", "net", "last_day"]
    table = orders.frame(joined.select(wanted).order_by([ibis.desc("net"), "customer_ref"]).limit(PEOPLE))
    table = table.sort_values(["net", "customer_ref"], ascending=[False, True], ignore_index=True)
    table["net"] = table["net"] / 100
    table["last_order"] = pd.to_datetime(table.pop("last_day"), unit="D")
    return table


def _ticket_facts(tickets: ir.Table) -> ir.Table:
    """How many tickets there are, how many were answered, with a time of day, or before they were opened."""
    return tickets.aggregate(
        tickets=tickets.count(),
        replied=tickets.count(where=tickets.wait.notnull()),
        timed=tickets.count(where=tickets.wait.notnull() & ((tickets.opened + tickets.wait) % DAY_SECONDS > 0)),
        backwards=tickets.count(where=tickets.wait < 0),
    )
