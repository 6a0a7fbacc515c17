"""Which files are understood: docs/files.md, made from the layouts and the kinds of files that ingest/ knows.

`python -m retention.show.platforms > docs/files.md` writes the page again.
"""

from __future__ import annotations

import re
import sys

from retention.ingest.kinds import Kind, kinds
from retention.ingest.layouts import Layout, layouts

SALES_MANAGER = "seller panel, list of orders"
OLIST = "*Brazilian E-Commerce Public Dataset by Olist* on Kaggle"
DOWNLOADS = {
    "1C-Bitrix orders": "administration, list of orders, *Excel*",
    "Amazon all orders report": "Seller Central → *Orders → Order reports*, all orders by order date",
    "BigCommerce orders": "*Orders → Export*, the default template, CSV",
    "CDNOW purchases": "a data set for learning; one click on the Data screen",
    "Etsy sold order items": "*Shop Manager → Settings → Options → Download data*: order items, together with orders",
    "Etsy sold orders": "*Shop Manager → Settings → Options → Download data*: orders",
    "Hepsiburada orders": SALES_MANAGER,
    "Kaggle e-commerce events": "*eCommerce behavior data from multi category store* on Kaggle",
    "Magento orders grid": "*Sales → Orders → Export*, CSV",
    "Olist customers": OLIST,
    "Olist order items": f"{OLIST}: items, orders and customers together",
    "Olist orders": OLIST,
    "Olist payments": OLIST,
    "Olist products": OLIST,
    "Ozon orders, sent by Ozon (FBO)": f"{SALES_MANAGER}, FBO, CSV",
    "Ozon orders, sent by the shop (FBS)": f"{SALES_MANAGER}, FBS, CSV",
    "PrestaShop orders": "*Orders → Export*",
    "Shopify orders": "*Orders → Export → All orders → Plain CSV file*",
    "Shopware 6 orders": "*Settings → Import/Export*, the default profile for orders",
    "Square items": "*Transactions → Export → Items detail*, best together with *Transactions*",
    "Square transactions": "*Transactions → Export → Transactions*",
    "Squarespace orders": "*Orders → Export*, CSV",
    "Stripe payments": "*Payments → Export*, all columns",
    "Trendyol orders": SALES_MANAGER,
    "UCI Online Retail": "a data set for learning, from the UCI repository",
    "UCI Online Retail II": "a data set for learning, from the UCI repository",
    "Wildberries weekly report": "seller panel, financial reports, details of a week",
    "Wix orders": "*Orders → Export*, a row for each item",
    "WooCommerce Advanced Order Export": "plugin *Advanced Order Export*, CSV, with the column for the currency",
    "WooCommerce Analytics orders": "*Analytics → Orders → Download*",
    "WooCommerce Analytics orders sent by e-mail": "the same from an older version, when it comes by e-mail",
    "WooCommerce orders by WebToffee": "WebToffee's plugin *Order Export & Import*, CSV",
    "eBay orders report": "*Seller Hub → Orders*, download report",
    "plain layout": "[sample_data/orders.csv](../sample_data/orders.csv) shows it; for shops that write their own export",
}
FILTERS = ("category", "country", "channel")
FEW = 6
ITEM = re.compile(r"\(\?P<(\w+)>")
WORDS = {
    "happened_at": "when",
    "kind": "what was done",
    "has_account": "account",
    "is_guest": "guest",
    "consent": "consent to marketing",
    "referral": "how they found you",
    "created_on": "customer since",
    "given_at": "date",
    "opened_at": "opened",
    "replied_at": "first reply",
    "solved_at": "solved",
    "assigned_at": "since when",
    "email": "e-mail",
    "customer_id": "customer number",
    "order_id": "order number",
    "product_id": "product number",
    "ticket_id": "ticket number",
}
SAYS = {
    "customers": "who the people are, whether they bought or not",
    "events": "what they looked at, put into the cart or wished for",
    "feedback": "ratings and comments",
    "tickets": "questions and complaints to your support",
    "spend": "what marketing cost, by month and channel",
    "products": "category, cost, price and stock",
    "assignments": "who saw which variant of an experiment, and what came of it",
}

INTRO = """\
<!-- Made by: python -m retention.show.platforms > docs/files.md -->

# Which files it understands

CSV, TSV, TXT, XLSX, XLS and ODS, also packed as `.gz`. Letters, separator, decimal mark, order of the dates and columns
are found in the file, whatever its name ends in. Nothing has to be prepared. Do not open the file in a spreadsheet
program before.

## Known exports

These are recognised by their columns. Platforms move their menus now and then; look for the name of the export. *No
category*, *no country* and *no channel* mean that there is no such column to filter by; a file of products brings the
category.
"""

OWN_COLUMNS = """\
## Any other order file

One row an order, or better one row for each product ordered. The columns are recognised by their names in English,
Hungarian, Polish, Turkish and Russian and by what stands in them. Needed are a **date**, a **price** (of a piece, a
line or the order) and an **order number** or somebody who bought. If the meaning of a column is no more than a guess,
you see all columns before anything is read, each marked *sure*, *likely*, *perhaps* or *doubtful*, with the first rows
read that way. You confirm or correct them.
"""

OTHER_FILES = """\
## Other files

Drop them together with the orders, or add them later. Each is told by its columns, in the same five languages. *Needed*
has to be there; the other columns are used where they are.
"""

REST = """\
A person is found in the orders by e-mail address, else by phone, else by customer number; feedback and tickets also by
the order number; a product by its number, else by its name. The Data screen says of each file how many of its rows were
found. A row that matches nothing stays: somebody who never bought is still a customer on your list. In customers,
products and experiments the columns that have no name here are kept as well.

## Experiments

There are two ways to tell who was in which arm of a test.

- **An experiment file** (`.json`): what *Assign a test* saves. It holds the name of the test, the day, the arms with their
  shares, what decides, the planned number, the seed, the rule by which customers were chosen, what the offer costs, who is in which arm, and
  later what was learned. Drop it on *Results of a test*, not with the orders. It names customers by what identifies them, mostly their
  e-mail address: treat it like a customer list. A file changed by hand is read as long as everything in it fits; whether
  it still is what was drawn, nobody can tell.
- **A file of assignments** (CSV, XLSX, …) from any other tool, dropped with the orders: a row a person with the arm, something
  that identifies the person, the name of the test and the day. [sample_data/assignments.csv](../sample_data/assignments.csv) shows it:

      experiment,variant,assigned_at,email,customer_id
      Reorder reminder,control,2025-10-01,ada@example.com,
      Reorder reminder,reminder,2025-10-01,,C000464

  Put *everybody* into it who was drawn, also those who bought nothing or could not be reached. The day is the first whose
  orders count; where all rows lack it, it is asked. Who stands in two arms of one test is left out and counted. Further columns of
  numbers are outcomes of their own.

Outcomes that lie in a table of their own, one row a person, are for notebooks: `compare_variants(rows="outcomes.parquet")`. Millions
of rows are summed where they lie.

## Files that leave

What you take along from *What to do*. None of them is sent anywhere by the app.

| file | what is in it | what to do with it |
| --- | --- | --- |
| **an audience** (`.csv`, for Omnisend and the plain table also `.xlsx`) | the people to write to, in the columns of the tool | import it as it is |
| **an experiment file** (`.json`) | who was written to and who was held back | keep it, and drop it on *Results of a test* |
| **what was sent** (`.json`) | the log: name, tool, day, how many, what it cost and what it earned; nobody's address | bring it back on *Audiences* |
| **scenarios** (`.json`) | names and levers of up to four what-ifs; nothing about customers | bring it back on *What-if* |

The audiences:

| tool | needs | hashed |
| --- | --- | --- |
| Klaviyo | e-mail address; phone where nobody has an e-mail address | no |
| Mailchimp | e-mail address | no |
| Omnisend | e-mail address; phone where nobody has an e-mail address | no |
| Meta | e-mail address or phone | SHA-256 of all columns but the value |
| Google Ads | e-mail address or phone | SHA-256 of all columns but country and postal code |
| CSV or Excel | e-mail address or phone | no |

- **Consent.** Who refused marketing is in no file. Where your files know of some that they agreed, the others are left out, too, unless you
  switch on *Also people of whom no file says that they agreed*. Consent to text messages is known from no file, and that column stays empty.
- **A suggested product and the day to send it** go along from an opportunity where the tool takes columns of your own; never to Meta and Google.
- **Larger than the tool takes** (50 MB for Klaviyo): a ZIP of several files, to be imported one by one.
- Cells that a spreadsheet program would run as a formula get an apostrophe in front. Phone numbers keep their +.

## Several files, and one more later

- **Together.** Drop as many as you have: one a year, two shops, orders and customers. Halves of one export (Etsy,
  Square, Olist) find each other. Half of an export that cannot be read alone says what to drop with it.
- **Later.** *Add a file* reads it beside those you have and shows first what it would change: new orders, orders that
  changed, customers, revenue, days. You take it over or leave it.
- **The same order twice** is counted once, with all its lines from the newer file. The newer file is the one whose last
  order is later, wherever it stands in the list.
- **Two platforms are two shops**, with a filter between them. If the same order numbers stand in two files on other
  days, you are asked whether these are two shops.

## What is asked, and when

Before reading, all questions of all files at once, each with the answer that would be assumed. Only what the file
cannot answer is asked:

| question | when |
|---|---|
| day or month first | every date can be read both ways, and neither the platform nor the order of the rows tells |
| decimals or thousands | numbers such as 1.234, and nothing else in the file tells |
| which currency | there are orders in several |
| one shop or several | equal order numbers stand in two files, most of them with another date |
| what a column means | a needed one was not found, or its meaning was only guessed |

A file that names no currency is read all the same; amounts stand without a sign until you type one. The time zone is
never asked: days are those of the clock in the file, unless you choose a zone. Reading can be cancelled at any moment,
and the orders from before stay.

## What is remembered

Once a file was read with your choices, they are kept on this machine for the next file with the same header: names of
columns and your answers, never a row of the data. *Save these column choices* writes the same as a small file for a
colleague, who drops it before the orders or together with them. After *Forget*, the next file is recognised anew.

## What is never done

- **Money in two currencies is never added.** You choose one and the orders in the others are set aside. In a notebook,
  `rates=` converts them at the rates you give.
- **No row is dropped silently.** Used, merged and set aside add up to the rows of your files. Each row that is set
  aside is listed with line, column, value and reason.
- **Identical rows are not removed.** They can be genuine: somebody bought the same thing twice. They are counted, and
  the page on data quality says what they move; in a notebook, `drop_duplicates=True` counts them once.
- **A missing value is never made up.** What a file does not say is missing, not zero and not guessed.
- **Digits that a spreadsheet has cut off are not filled in.** Such order numbers are set aside with the reason.

## How large

A file may have 1 GB in the browser, and 4 GB once it is unpacked; a spreadsheet 200 MB and 12 million cells in a sheet.
A larger one is refused with a sentence that says what to do. CSV is the better choice for long times.
"""


def page() -> str:
    """Return docs/files.md."""
    return "\n".join([INTRO, table(), OWN_COLUMNS, OTHER_FILES, other_files(), REST])


def table() -> str:
    """Return the known exports as a table in Markdown: platform, what to download, what it cannot tell.

    >>> table().splitlines()[0]
    '| platform | what to download | what it cannot tell |'
    """
    known = sorted(layouts(), key=lambda layout: layout.name.casefold())
    rows = [(layout.name, DOWNLOADS[layout.name], cannot_tell(layout)) for layout in known]
    return _markdown(("platform", "what to download", "what it cannot tell"), rows)


def cannot_tell(layout: Layout) -> str:
    """Return in sentences what an export cannot tell, what its prices contain, and what has to be confirmed.

    >>> [cannot_tell(layout) for layout in layouts() if layout.name == "Squarespace orders"]
    ['No category, no channel.']
    """
    if layout.alone:
        return layout.alone
    known = {*layout.columns, *(ITEM.findall(layout.items.pattern) if layout.items else ())}
    without = ", ".join(f"no {name}" for name in FILTERS if name not in known)
    sentences = (
        layout.lacks,
        f"Prices contain {' and '.join(layout.includes)}." if layout.includes else "",
        f"{without[0].upper()}{without[1:]}." if without else "",
        f"Amounts are taken to be {layout.currency}." if layout.currency else "",
        "You are asked to confirm the columns." if layout.suggested else "",
    )
    return " ".join(filter(None, sentences)) or "–"


def other_files() -> str:
    """Return the other kinds of files as a table in Markdown: what they say, what is needed, what else is used."""
    rows = []
    for kind in kinds().values():
        needed = {name for group in _short(kind) for name in group}
        others = [_words(name) for name in kind.fields if name not in needed]
        rows.append((f"**{kind.name}**: {SAYS[kind.name]}", _needed(kind), ", ".join(others) or "–"))
    return _markdown(("file", "needed", "used as well"), rows)


def _needed(kind: Kind) -> str:
    groups = [" or ".join(map(_words, group)) for group in _short(kind)]
    return "; ".join([*groups, *["one more of the others"] * (len(kind.needs + kind.beside) - len(groups))])


def _short(kind: Kind) -> list[tuple[str, ...]]:
    """What is needed, but for a long choice of columns any of which will do."""
    return [group for group in kind.needs + kind.beside if len(group) <= FEW]


def _words(name: str) -> str:
    return WORDS.get(name, name.replace("_", " "))


def _markdown(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(page())
