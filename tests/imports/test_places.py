"""Channels and locations that our own export names, made where the shop lacks them."""

from tests import making
from tests.imports import making as files
from webapp.imports.jobs.places import Places

HEAD = "kind,order_id,placed_at,channel,location,region,line_id,sku,name,quantity,price,discount,total,currency\n"
ROW = "sale,{0},2026-01-02T10:00:00.000Z,{1},{2},{3},{0},TEA,Tea,1,2.40,0.00,2.40,GBP\n"


def test_what_the_shop_lacks_is_made_before_the_rows_are_entered(shop, tmp_path):
    text = (
        HEAD
        + ROW.format(1, "market", "pier", "GB-BNH")
        + ROW.format(2, "fair", "", "")
        + ROW.format(3, "online", "", "")
    )

    counts = files.load(tmp_path, text)

    assert (counts["imported"], counts["rejected"]) == (3, 0)
    assert making.query("select code, kind from channel where id > 3 order by code") == [
        ("fair", "online"),
        ("market", "store"),
    ]
    assert making.query("select code, region from location where id > 1") == [("pier", "GB-BNH")]
    assert making.query("select region from orders order by placed_ms, id") == [("GB-BNH",), (None,), (None,)]
    assert making.differences() == []


def test_a_second_import_makes_none_again(shop, tmp_path):
    files.load(tmp_path, HEAD + ROW.format(1, "market", "pier", "GB-BNH"))

    counts = files.load(tmp_path, HEAD + ROW.format(9, "market", "pier", "GB-BNH"), "later.csv")

    assert counts["rejected"] == 0
    assert making.value("select count(*) from location where code = 'pier'") == 1


def test_a_place_is_without_a_region_where_some_of_its_sales_are():
    places = Places()
    for region in ("GB-BNH", "GB-BNH", "GB-LND"):
        places.add("store", "pier", region)
        places.add("store", "quay", "" if region == "GB-LND" else region)

    assert (places.region("pier"), places.region("quay")) == ("GB-BNH", None)
