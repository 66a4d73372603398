"""The real file: every fact that is written beside it comes out to the penny."""

import shutil
from collections.abc import Iterator

import pytest

from tests import making
from tests.imports import making as files
from webapp import config
from webapp.app import create_app
from webapp.db import reading, store, writer
from webapp.imports import jobs

NAME = "online_retail_2010-12_2011-08.csv.xz"
GROSS = (
    "823746.14", "691364.56", "523631.89", "717639.36", "537808.62",
    "770536.02", "761739.90", "719221.19", "748076.32",
)  # fmt: skip
RETURNS = (
    "74789.12", "131364.30", "25569.24", "34372.28", "44601.50",
    "47202.51", "70616.78", "37921.08", "54333.75",
)  # fmt: skip


@pytest.fixture(scope="module")
def imported(data, tmp_path_factory) -> Iterator[dict[str, int]]:
    """The counts of the file, in a shop that stays open for the tests of this module."""
    path = data / NAME
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    folder = tmp_path_factory.mktemp("real")
    settings = config.load({"TAKINGS_DATABASE": str(folder / "shop.db"), "TAKINGS_LOG": "text"}, dotenv=None)
    store.open(settings)
    shutil.copy(path, folder / NAME)
    counts = jobs.import_file(folder / NAME)
    yield {**counts, "folder": folder, "settings": settings}  # type: ignore[dict-item]
    writer.close()
    reading.close()


@pytest.fixture(scope="module")
def figures(imported):
    """What the shop answers to a question."""
    client = create_app(imported["settings"]).test_client()

    def ask(query):
        answer = client.get(f"/explore?from=2010-12-01&to=2011-08-31&compare=none&limit=5000&{query}")
        assert answer.status_code == 200, answer.text
        return answer.json

    return ask


def test_every_row_is_accounted_for(imported):
    counts = {name: imported[name] for name in ("rows", "imported", "repeated", "rejected")}

    assert counts == {"rows": 320_705, "imported": 313_056 + 5_847, "repeated": 0, "rejected": 1_797 + 3 + 2}


def test_each_refused_row_has_its_number_and_reason(imported):
    reasons = making.query("select field, detail, count(*) from import_error group by field, detail order by 3 desc")

    assert reasons == [
        ("UnitPrice", "is zero: a row without a price is no sale", 1_797),
        ("InvoiceNo", "is a correction of bad debt, not a sale", 3),
        ("UnitPrice", "is finer than 0.01", 2),
    ]
    assert [row for row in files.errors() if row[1] == "InvoiceNo" or row[3] == "0.001"] == [
        (157_196, "UnitPrice", "is finer than 0.01", "0.001"),
        (279_046, "UnitPrice", "is finer than 0.01", "0.001"),
        (299_983, "InvoiceNo", "is a correction of bad debt, not a sale", "A563185"),
        (299_984, "InvoiceNo", "is a correction of bad debt, not a sale", "A563186"),
        (299_985, "InvoiceNo", "is a correction of bad debt, not a sale", "A563187"),
    ]


def test_the_totals_are_exact(imported, figures):
    totals = figures("metric=gross_sales&metric=returns&metric=net_sales&metric=units&metric=orders")["totals"]

    assert totals["gross_sales"] == 6_293_764.00 and totals["returns"] == 520_770.56
    assert totals["net_sales"] == 5_772_993.44 and totals["units"] == 3_325_397 and totals["orders"] == 12_494
    assert making.value("select count(*) from returns") == 2_554


def test_what_was_sold_where_when_and_to_whom(imported):
    assert making.value("select count(distinct day) from orders") == 219
    assert making.value("select count(*) from product") == 3_642
    assert (
        making.value(
            "select count(distinct region) from (select region from orders union all select region from returns)"
        )
        == 37
    )
    assert making.value("select count(*) from customer") == 3_360
    assert making.value("select count(distinct customer_id) from orders") == 3_317
    assert making.value("select count(*) from order_line") == 313_056


def test_countries_are_regions(imported, figures):
    rows = {row["region"]: row["net_sales"] for row in figures("metric=net_sales&by=region")["rows"]}

    assert {code: rows[code] for code in ("GB", "NL", "IE", "DE")} == {
        "GB": 4_787_870.87, "NL": 179_431.60, "IE": 159_594.06, "DE": 139_514.58
    }  # fmt: skip
    assert {name for name in rows if name and len(name) > 2} == {"Channel Islands", "European Community", "Unspecified"}


def test_months_are_exact(imported, figures):
    rows = figures("metric=gross_sales&metric=returns&grain=month")["rows"]

    assert [f"{row['gross_sales']:.2f}" for row in rows] == list(GROSS)
    assert [f"{row['returns']:.2f}" for row in rows] == list(RETURNS)


def test_codes_that_differ_by_case_are_different_products(imported):
    twins = making.value(
        "select count(*) from product p where exists (select 1 from product q where lower(q.sku) = lower(p.sku) and q.sku <> p.sku)"
    )

    assert twins > 0
    assert making.value("select count(*) from product where sku in ('POST', 'DOT', 'M', 'm', 'D', 'BANK CHARGES')") == 6


def test_nothing_differs_from_the_ledger(imported):
    assert making.differences() == []


def test_the_same_file_again_is_all_repeated(imported):
    again = jobs.import_file(imported["folder"] / NAME)

    assert again == {"rows": 320_705, "imported": 0, "repeated": 320_705, "rejected": 0}
