"""Small kit for make.py: a sheet as a list of rows, and writers for xlsx, xls, ods, csv and tsv.

A row is put down together with what must come of it, so that row numbers in the expected
results are always those of the form.
"""
import datetime
import json
import re
import zipfile
from pathlib import Path

import openpyxl
import xlwt
from odf import opendocument, style, table, text
from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries

FIXED = datetime.datetime(2026, 11, 26, 9, 0, 0)


class Formula:
    """A formula with the value a spreadsheet program has stored beside it."""

    def __init__(self, formula, cached):
        self.formula, self.cached = formula, cached


class Styled:
    """A value with its own number format: Styled(0.6, '0%')."""

    def __init__(self, value, fmt):
        self.value, self.fmt = value, fmt


# --- what must come of a row -------------------------------------------------------------

def fields(record):
    """Keyword arguments as a record; `from_` stands for the field `from`."""
    return {name.rstrip("_"): value for name, value in record.items()}


def add(org, **record):
    return {"action": "add", "org": org, "record": fields(record)}


def same(org, **record):
    return {"action": "same", "org": org, "record": fields(record)}


def change(org, changed, **record):
    return {"action": "change", "org": org, "changed": changed, "record": fields(record)}


def refused(*columns):
    """Refused, with a problem on each of these columns of the row."""
    return {"action": "refused", "cells": list(columns)}


NOT_A_RECORD = {"action": "not-a-record"}


# --- a form ------------------------------------------------------------------------------

class Sheet:
    def __init__(self, name, fmt="yyyy-mm-dd"):
        self.name, self.fmt = name, fmt
        self.rows, self.expected, self.sums, self.merges = [], [], [], []
        self.hidden_rows, self.hidden_columns, self.hidden = set(), set(), False

    @property
    def next(self):
        """The number of the row that is put down next."""
        return len(self.rows) + 1

    def put(self, cells, *outcomes, merge=(), hidden=False):
        """A row and what comes of it. `merge`: "A:H" across in this row, "A:A+2" down two more rows."""
        here = self.next
        for span in merge:
            first, last = span.split(":")
            column, _, more = last.partition("+")
            self.merges.append(f"{first}{here}:{column}{here + int(more or 0)}")
        if hidden:
            self.hidden_rows.add(here)
        for outcome in outcomes or (NOT_A_RECORD,):
            outcome = dict(outcome)
            if "cells" in outcome:
                outcome["cells"] = [f"{column}{here}" for column in outcome["cells"]]
            self.expected.append({"sheet": self.name, "row": here, **outcome})
        self.rows.append(list(cells))

    def blank(self, count=1):
        self.rows.extend([] for _ in range(count))

    def total(self, cells, merge=(), **sums):
        """A subtotal or total row; each keyword is a column with what the form says and what the rows say."""
        here = self.next
        self.put(cells, merge=merge)
        for column, (says, rows_say) in sums.items():
            self.sums.append({"cell": f"{column}{here}", "says": says, "rows_say": rows_say})


class Form:
    def __init__(self, file, about, *args, alias=False, open=False, left_out=(), never=()):
        self.file, self.about, self.args = file, about, list(args)
        self.alias, self.open, self.left_out, self.never = alias, open, list(left_out), list(never)
        self.sheets = []

    def sheet(self, name="Sheet1", fmt="yyyy-mm-dd"):
        self.sheets.append(Sheet(name, fmt))
        return self.sheets[-1]

    def expected(self):
        flat = self.file.endswith((".csv", ".tsv"))
        rows = [row for sheet in self.sheets for row in sheet.expected]
        if flat:
            rows = [{**row, "sheet": ""} for row in rows]
        result = {"about": self.about, "args": self.args, "rows": rows}
        sums = [total for sheet in self.sheets for total in sheet.sums]
        for name, value in [("left_out", self.left_out), ("sums", sums), ("never", self.never),
                            ("alias", self.alias), ("open", self.open)]:
            if value:
                result[name] = value
        return result

    def write(self, folder):
        path = Path(folder) / self.file
        kind = path.suffix
        if kind == ".xlsx":
            write_xlsx(self, path)
        elif kind == ".xls":
            write_xls(self, path)
        elif kind == ".ods":
            write_ods(self, path)
        note = json.dumps(self.expected(), ensure_ascii=False, indent=1)
        path.with_suffix(".json").write_text(note + "\n", encoding="utf-8")


class TextForm(Form):
    """A csv or tsv file: an encoding, a byte order mark, a line ending."""

    def __init__(self, file, about, *args, encoding="utf-8", bom=b"", newline="\r\n", **rest):
        super().__init__(file, about, *args, **rest)
        self.encoding, self.bom, self.newline = encoding, bom, newline

    def write(self, folder):
        super().write(folder)
        comma = "\t" if self.file.endswith(".tsv") else ","
        width = max(len(row) for row in self.sheets[0].rows)
        lines = []
        for row in self.sheets[0].rows:
            padded = [as_text(cell) for cell in row] + [""] * (width - len(row))
            lines.append(comma.join(quoted(cell, comma) for cell in padded) if row else "")
        content = self.newline.join(lines) + self.newline
        (Path(folder) / self.file).write_bytes(self.bom + content.encode(self.encoding))


def as_text(value):
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def quoted(cell, comma):
    if any(sign in cell for sign in (comma, '"', "\n")):
        return '"' + cell.replace('"', '""') + '"'
    return cell


# --- writers -----------------------------------------------------------------------------

def plain(value, sheet):
    """The value for a cell and its number format."""
    if isinstance(value, Styled):
        return value.value, value.fmt
    if isinstance(value, datetime.datetime):
        return value, "yyyy-mm-dd hh:mm"
    if isinstance(value, datetime.date):
        return value, sheet.fmt
    return value, None


def write_xlsx(form, path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    cached = {}
    for number, sheet in enumerate(form.sheets, 1):
        page = book.create_sheet(sheet.name)
        for r, row in enumerate(sheet.rows, 1):
            for c, value in enumerate(row, 1):
                put_xlsx(page, sheet, r, c, value, cached, number)
        for span in sheet.merges:
            page.merge_cells(span)
        for r in sheet.hidden_rows:
            page.row_dimensions[r].hidden = True
        for column in sheet.hidden_columns:
            page.column_dimensions[column].hidden = True
        if sheet.hidden:
            page.sheet_state = "hidden"
    book.properties.creator, book.properties.created = "desk", FIXED
    book.save(path)
    settle(path, cached)


def put_xlsx(page, sheet, r, c, value, cached, number):
    if value is None:
        return
    if isinstance(value, Formula):
        page.cell(r, c, value.formula)
        cached[(number, f"{get_column_letter(c)}{r}")] = value.cached
        return
    value, fmt = plain(value, sheet)
    cell = page.cell(r, c, value)
    if fmt:
        cell.number_format = fmt


def settle(path, cached=None):
    """Writes a zip anew with fixed times, and puts stored results beside formulas."""
    with zipfile.ZipFile(path) as old:
        entries = [(info, old.read(info)) for info in old.infolist()]
    with zipfile.ZipFile(path, "w") as new:
        for info, data in entries:
            if info.filename in ("docProps/core.xml", "meta.xml"):
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?", b"2026-11-26T09:00:00", data)
            for (number, cell), value in (cached or {}).items():
                if info.filename == f"xl/worksheets/sheet{number}.xml":
                    data = store_result(data, cell, value)
            fixed = zipfile.ZipInfo(info.filename, (2026, 11, 26, 9, 0, 0))
            fixed.compress_type = info.compress_type
            new.writestr(fixed, data)


def store_result(data, cell, value):
    pattern = rb'(<c r="' + cell.encode() + rb'"[^>]*><f>[^<]*</f>)<v\s*/?>(</v>)?'
    patched, count = re.subn(pattern, rb"\g<1><v>" + str(value).encode() + rb"</v>", data)
    assert count == 1, cell
    return patched


def write_xls(form, path):
    book = xlwt.Workbook(encoding="utf-8")
    for sheet in form.sheets:
        page = book.add_sheet(sheet.name)
        inside = covered(sheet)
        for r, row in enumerate(sheet.rows):
            for c, value in enumerate(row):
                if value is None or (r, c) in inside:
                    continue
                value, fmt = plain(value, sheet)
                page.write(r, c, value, xls_style(fmt))
        for span in sheet.merges:
            left, top, right, bottom = range_boundaries(span)
            value, fmt = plain(cell_at(sheet, top, left), sheet)
            page.write_merge(top - 1, bottom - 1, left - 1, right - 1, value, xls_style(fmt))
        for r in sheet.hidden_rows:
            page.row(r - 1).hidden = True
        for column in sheet.hidden_columns:
            page.col(column_index_from_string(column) - 1).hidden = True
    book.save(str(path))


def xls_style(fmt):
    result = xlwt.XFStyle()
    if fmt:
        result.num_format_str = fmt
    return result


def cell_at(sheet, row, column):
    cells = sheet.rows[row - 1]
    return cells[column - 1] if column <= len(cells) else None


def covered(sheet):
    """Every cell of every merged area, its first one included (xlwt writes the area as one)."""
    cells = set()
    for span in sheet.merges:
        left, top, right, bottom = range_boundaries(span)
        cells |= {(r, c) for r in range(top - 1, bottom) for c in range(left - 1, right)}
    return cells


def write_ods(form, path):
    book = opendocument.OpenDocumentSpreadsheet()
    for sheet in form.sheets:
        page = table.Table(name=sheet.name)
        spans, hidden = ods_spans(sheet)
        for r, row in enumerate(sheet.rows, 1):
            line = table.TableRow(visibility="collapse") if r in sheet.hidden_rows else table.TableRow()
            for c in range(1, max(len(row), 1) + 1):
                value = row[c - 1] if c <= len(row) else None
                if (r, c) in hidden:
                    line.addElement(table.CoveredTableCell())
                else:
                    line.addElement(ods_cell(value, spans.get((r, c), {})))
            page.addElement(line)
        book.spreadsheet.addElement(page)
    book.save(str(path))
    settle(path)


def ods_spans(sheet):
    spans, hidden = {}, set()
    for span in sheet.merges:
        left, top, right, bottom = range_boundaries(span)
        spans[(top, left)] = {"numbercolumnsspanned": right - left + 1, "numberrowsspanned": bottom - top + 1}
        hidden |= {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)} - {(top, left)}
        for r in range(top, bottom + 1):
            # A covered cell must stand in its row even where the row is shorter.
            row = sheet.rows[r - 1]
            row.extend([None] * (right - len(row)))
    return spans, hidden


def ods_cell(value, span):
    if isinstance(value, Formula):
        content = "of:=" + re.sub(r"([A-Z]+\d+)", r"[.\1]", value.formula[1:]).replace("]:[", ":")
        cell = table.TableCell(valuetype="float", value=str(value.cached), formula=content, **span)
        value = value.cached
    elif isinstance(value, Styled) and value.fmt.endswith("%"):
        cell = table.TableCell(valuetype="percentage", value=str(value.value), **span)
        value = f"{value.value:.0%}"
    elif isinstance(value, datetime.date):
        cell = table.TableCell(valuetype="date", datevalue=value.isoformat(), **span)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        cell = table.TableCell(valuetype="float", value=str(value), **span)
    elif value is None:
        return table.TableCell(**span)
    else:
        cell = table.TableCell(valuetype="string", **span)
    for part in str(value).split("\n"):
        cell.addElement(text.P(text=part))
    return cell
