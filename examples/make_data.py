#!/usr/bin/env python3
"""Makes the data of the main job: flights between countries by year, and an online shop's invoices.

    make_data.py --out DIR [--rows N]

Writes DIR/flights/{csv,json,parquet}/YEAR-summary.* (DEST_COUNTRY_NAME, ORIGIN_COUNTRY_NAME, count) and
DIR/retail/{csv,json,parquet}/DAY.* (InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country), N rows of
invoices in all. The same N gives the same bytes on every machine.
"""
import argparse
import csv
import datetime
import json
import os
import random

import pyarrow as pa
import pyarrow.parquet as pq

COUNTRIES = [
    "United States", "Canada", "Mexico", "United Kingdom", "Germany", "France", "Japan", "Brazil", "Ireland", "Spain", "Italy",
    "Netherlands", "Dominican Republic", "Jamaica", "Costa Rica", "South Korea", "China", "Australia", "Iceland", "Panama",
    "Singapore", "Croatia", "Romania", "India", "Egypt", "Senegal", "Equatorial Guinea", "Saint Martin", "Moldova", "Malta",
]
YEARS = range(2010, 2016)
ITEMS = ["LIGHT HOLDER", "METAL LANTERN", "CREAM CUPID HEARTS COAT HANGER", "KNITTED UNION FLAG HOT WATER BOTTLE", "WOOLLY HOTTIE",
         "NESTING BOXES", "GLASS STAR FROSTED", "HAND WARMER", "BIRD ORNAMENT", "PLAYHOUSE BEDROOM", "DOORMAT", "JAM MAKING SET",
         "COAT RACK", "BATH BUILDING BLOCK WORD", "ALARM CLOCK", "PANDA AND BUNNIES STICKER SHEET"]
COLOURS = ["WHITE", "RED", "PINK", "BLUE", "IVORY", "GREEN", "BLACK"]
SHOPPERS = ["United Kingdom"] * 12 + ["France", "Germany", "Australia", "Netherlands", "Norway", "EIRE", "Spain"]
FLIGHT_COLUMNS = ["DEST_COUNTRY_NAME", "ORIGIN_COUNTRY_NAME", "count"]
RETAIL_COLUMNS = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]


def flights(year):
    """Rows of one year: from and to the United States, and a few within it."""
    rng = random.Random(f"flights {year}")
    rows = []
    for country in COUNTRIES[1:]:
        weight = rng.randint(1, 9) ** 4
        rows.append(["United States", country, weight + rng.randint(0, 40)])
        rows.append([country, "United States", weight + rng.randint(0, 40)])
    rows.append(["United States", "United States", 348113 + 4421 * (year - 2010) + rng.randint(0, 999)])
    rng.shuffle(rows)
    return rows


def invoices(rows):
    """Yields (day, rows of that day); about 120 rows a day, so that more rows mean more days, over at most two years."""
    rng = random.Random(f"retail {rows}")
    first = datetime.datetime(2010, 12, 1)
    days = max(1, min(730, rows // 120))
    number = 536365
    for day in range(days):
        todo = rows * (day + 1) // days - rows * day // days
        clock = first + datetime.timedelta(days=day, hours=8)
        out = []
        while todo > 0:
            lines = min(todo, rng.randint(1, 20))
            cancelled = rng.random() < 0.02
            customer = None if rng.random() < 0.2 else rng.randint(12346, 12346 + max(50, rows // 40))
            country = SHOPPERS[(customer or 0) % len(SHOPPERS)]
            clock += datetime.timedelta(minutes=rng.randint(0, 5))
            for _ in range(lines):
                item, colour = rng.randrange(len(ITEMS)), rng.randrange(len(COLOURS))
                quantity = rng.randint(1, 12) * rng.choice([1, 1, 1, 2, 6])
                out.append([("C" if cancelled else "") + str(number), f"{22000 + item * 10 + colour}" + rng.choice(["", "", "A", "B"]),
                            None if rng.random() < 0.01 else f"{COLOURS[colour]} {ITEMS[item]}", -quantity if cancelled else quantity,
                            clock, round(0.29 + (item * 7 + colour) % 50 / 4, 2), None if customer is None else float(customer), country])
            todo -= lines
            number += 1
        yield (first + datetime.timedelta(days=day)).date().isoformat(), out


def write(folder, name, columns, rows, schema):
    """One table as CSV, JSON lines and Parquet."""
    text = [[v.isoformat(sep=" ") if isinstance(v, datetime.datetime) else v for v in row] for row in rows]
    for kind in ("csv", "json", "parquet"):
        os.makedirs(os.path.join(folder, kind), exist_ok=True)
    with open(os.path.join(folder, "csv", name + ".csv"), "w", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(columns)
        out.writerows(text)
    with open(os.path.join(folder, "json", name + ".json"), "w") as f:
        for row in text:
            f.write(json.dumps({c: v for c, v in zip(columns, row) if v is not None}) + "\n")
    table = pa.table([pa.array(values, field.type) for values, field in zip(zip(*rows), schema)], schema=schema)
    pq.write_table(table, os.path.join(folder, "parquet", name + ".parquet"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--rows", type=int, default=3000)
    args = parser.parse_args()
    flight_schema = pa.schema([("DEST_COUNTRY_NAME", pa.string()), ("ORIGIN_COUNTRY_NAME", pa.string()), ("count", pa.int64())])
    retail_schema = pa.schema([("InvoiceNo", pa.string()), ("StockCode", pa.string()), ("Description", pa.string()), ("Quantity", pa.int32()),
                               ("InvoiceDate", pa.timestamp("us", tz="UTC")), ("UnitPrice", pa.float64()), ("CustomerID", pa.float64()),
                               ("Country", pa.string())])
    for year in YEARS:
        write(os.path.join(args.out, "flights"), f"{year}-summary", FLIGHT_COLUMNS, flights(year), flight_schema)
    for day, rows in invoices(args.rows):
        write(os.path.join(args.out, "retail"), day, RETAIL_COLUMNS, rows, retail_schema)


if __name__ == "__main__":
    main()
