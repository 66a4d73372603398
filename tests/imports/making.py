"""Short ways to files of sales and to what became of them."""

import csv
import gzip
import io
import json
import lzma
import zipfile
from pathlib import Path

from tests import making
from webapp.imports import jobs
from webapp.jobs import worker

UCI = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
ROW = ["536365", "85123A", "HOLDER", "6", "2010-12-01 08:26:00", "2.55", "17850.0", "United Kingdom"]


def uci(*rows, **changed):
    """The text of a UCI file; a row is a list of cells or changes of the usual one."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(UCI)
    for row in rows or ({},):
        writer.writerow(
            row if isinstance(row, list) else [{**dict(zip(UCI, ROW, strict=True)), **row}[name] for name in UCI]
        )
    return out.getvalue()


def packed(content: bytes, how: str) -> bytes:
    """Bytes as they stand in a file of that kind."""
    if how == "gz":
        return gzip.compress(content)
    if how == "xz":
        return lzma.compress(content)
    if how == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("sales.csv", content)
        return out.getvalue()
    return content


def load(tmp_path: Path, text: str | bytes, name: str = "sales.csv", **more):
    """The counts of a file that is imported in this process."""
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return jobs.import_file(path, **more)


def give(client, content, name="sales.csv", query="", mapping=None):
    """The answer to a file that is posted."""
    data = {"file": (io.BytesIO(content if isinstance(content, bytes) else content.encode()), name)}
    if mapping is not None:
        data["mapping"] = json.dumps(mapping)
    return client.post(f"/imports{query}", data=data, content_type="multipart/form-data")


def finish(client, import_id):
    """The import when its job has run."""
    worker.run_pending()
    return client.get(f"/imports/{import_id}").json


def errors():
    """Every refused row: (row, field, detail, value)."""
    return making.query("select row_number, field, detail, value from import_error order by row_number, field")
