"""The parts of a workbook that hold no rows: what it is made of, how a sheet begins and ends, how cells look.

Source: ECMA-376, parts 1 (SpreadsheetML, chapter 18) and 2 (packages).
"""

from collections.abc import Iterable, Sequence

MOST_PLACES = 15
NUMBERS = 2  # the style of whole numbers; a number with n decimals has the n-th after it; 0 is plain and 1 the head
TAIL = "</sheetData></worksheet>"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGES = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def _relationships(targets: Iterable[tuple[str, str]]) -> str:
    """Each target and what it is of whom this belongs to; the n-th is rIdn."""
    listed = "".join(
        f'<Relationship Id="rId{at}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGES}/relationships">{listed}</Relationships>'


def _styles() -> str:
    """Plain, the bold head with a line below, and numbers with 0 to MOST_PLACES decimals."""
    font = '<sz val="11"/><name val="Calibri"/><family val="2"/>'
    none = "<left/><right/><top/>"
    formats = "".join(
        f'<numFmt numFmtId="{164 + places}" formatCode="0{"." + "0" * places if places else ""}"/>'
        for places in range(MOST_PLACES + 1)
    )
    numbers = "".join(
        f'<xf numFmtId="{164 + places}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for places in range(MOST_PLACES + 1)
    )
    return (
        f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="{MOST_PLACES + 1}">{formats}</numFmts>'
        f'<fonts count="2"><font>{font}</font><font><b/>{font}</font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        f'<borders count="2"><border>{none}<bottom/><diagonal/></border>'
        f'<border>{none}<bottom style="thin"><color auto="1"/></bottom><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{NUMBERS + MOST_PLACES + 1}"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="1" xfId="0" applyFont="1" applyBorder="1"/>'
        f'{numbers}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


PACKAGE = _relationships([("officeDocument", "xl/workbook.xml")])
STYLES = _styles()


def place(number: int) -> str:
    """Where in the package a sheet stands; the first is 1."""
    return f"xl/worksheets/sheet{number}.xml"


def head(widths: Sequence[int], *, frozen: bool = False, selected: bool = False) -> str:
    """A sheet up to its rows. widths: of its columns, in characters. frozen: the first row stays in sight."""
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>'
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width + 0.7109375}" customWidth="1"/>'
        for at, width in enumerate(widths, 1)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView tabSelected="{selected:d}" workbookViewId="0">'
        f'{pane if frozen else ""}</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        f"{'<cols>' + columns + '</cols>' if columns else ''}<sheetData>"
    )


def workbook(sheets: Iterable[str]) -> str:
    """The list of the sheets by their names, which need no escaping."""
    listed = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(sheets, 1))
    return (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{listed}</sheets></workbook>"
    )


def relations(sheets: int) -> str:
    """Where the workbook finds so many sheets, and its styles."""
    found = [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, sheets + 1)]
    return _relationships([*found, ("styles", "styles.xml")])


def types(sheets: int) -> str:
    """What each part is, of a book of so many sheets."""
    parts = [("xl/workbook.xml", "sheet.main"), ("xl/styles.xml", "styles")]
    parts += [(place(number), "worksheet") for number in range(1, sheets + 1)]
    listed = "".join(f'<Override PartName="/{part}" ContentType="{_KIND}.{kind}+xml"/>' for part, kind in parts)
    return (
        f'{_XML}<Types xmlns="{_PACKAGES}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
    )
