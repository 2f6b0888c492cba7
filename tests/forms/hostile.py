"""Files that no honest office sends: they must cost neither time nor memory, and run nothing."""
import datetime
import re
import zipfile

import openpyxl
import xlwt
from odf import opendocument, table, text

from formkit import settle

HEADING = ["组织", "召开日期", "类型", "主题", "应到人数", "实到人数"]
GOOD = ["工农街道党工委", "2026-11-03", "例会", "11月例会", 12, 11]
TIME = (2026, 11, 26, 9, 0, 0)


def save_xlsx(path, *rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    settle(path)


def swap_part(path, name, change):
    """Writes the zip anew with one part changed."""
    with zipfile.ZipFile(path) as old:
        entries = [(info.filename, old.read(info)) for info in old.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for part, data in entries:
            new.writestr(stamped(part), change(data) if part == name else data)


def stamped(part):
    info = zipfile.ZipInfo(part, TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


SHEET = "xl/worksheets/sheet1.xml"


def zip_bomb(folder):
    """A sheet part of 1.2 GB: blanks between the last row and the end of the data. About 1.2 MB on disk."""
    path = folder / "zip-bomb.xlsx"
    save_xlsx(path, HEADING, GOOD)
    with zipfile.ZipFile(path) as old:
        entries = [(info.filename, old.read(info)) for info in old.infolist()]
    blanks = b" " * (1 << 20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for part, data in entries:
            with new.open(stamped(part), "w", force_zip64=True) as target:
                if part != SHEET:
                    target.write(data)
                    continue
                head, tail = data.split(b"</sheetData>")
                target.write(head)
                for _ in range(1200):
                    target.write(blanks)
                target.write(b"</sheetData>" + tail)


def row_bomb(folder):
    """A sheet part of over 1 GB made of true rows with cells, not of blanks."""
    path = folder / "row-bomb.xlsx"
    save_xlsx(path, HEADING, GOOD)
    with zipfile.ZipFile(path) as old:
        entries = [(info.filename, old.read(info)) for info in old.infolist()]
    rows = b"<row><c t='inlineStr'><is><t>x</t></is></c></row>" * 20000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for part, data in entries:
            with new.open(stamped(part), "w", force_zip64=True) as target:
                if part != SHEET:
                    target.write(data)
                    continue
                head, tail = data.split(b"</sheetData>")
                target.write(head)
                for _ in range(1100):
                    target.write(rows)
                target.write(b"</sheetData>" + tail)


def far_cell(folder):
    book = openpyxl.Workbook()
    for row in (HEADING, GOOD):
        book.active.append(row)
    book.active["XFD1048576"] = "远"
    book.save(folder / "far-cell.xlsx")
    settle(folder / "far-cell.xlsx")


def far_cell_xls(folder):
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("会议")
    for r, row in enumerate((HEADING, GOOD)):
        for c, value in enumerate(row):
            page.write(r, c, value)
    page.write(65535, 255, "远")
    book.save(str(folder / "far-cell.xls"))


def repeated_ods(folder):
    """One good row, then a million rows of sixteen thousand cells, each with a value, said in one element."""
    book = opendocument.OpenDocumentSpreadsheet()
    page = table.Table(name="会议")
    for row in (HEADING, GOOD):
        line = table.TableRow()
        for value in row:
            cell = table.TableCell(valuetype="string")
            cell.addElement(text.P(text=str(value)))
            line.addElement(cell)
        page.addElement(line)
    line = table.TableRow(numberrowsrepeated="1048576")
    cell = table.TableCell(valuetype="float", value="1", numbercolumnsrepeated="16384")
    cell.addElement(text.P(text="1"))
    line.addElement(cell)
    page.addElement(line)
    book.spreadsheet.addElement(page)
    book.save(str(folder / "repeated.ods"))
    settle(folder / "repeated.ods")
    # The same with empty cells: every spreadsheet program writes this at the end of an honest sheet.
    swap_copy(folder / "repeated.ods", folder / "repeated-empty.ods", "content.xml", emptied)


def repeated_rows(folder):
    """One good row that stands a hundred thousand times, and a text of four hundred million blanks, each said in one element."""
    path = folder / "repeated-rows.ods"
    row = b"<table:table-row"
    swap_copy(folder / "repeated-empty.ods", path, "content.xml",
              lambda data: data.replace(row, row + b' table:number-rows-repeated="100000"', 2)
              .replace(row + b' table:number-rows-repeated="100000"', row, 1))
    blanks = b'<text:p><text:s text:c="400000000"/>'
    swap_copy(folder / "repeated-empty.ods", folder / "counted-blanks.ods", "content.xml",
              lambda data: data.replace(b"<text:p>", blanks, 1))


def shared_texts(folder):
    """A table of shared texts that says it has four thousand million; and one text that stands in three thousand cells."""
    texts = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"%s><si><t>%s</t></si></sst>'
    for name, count, words, cells in (("text-count.xlsx", b' uniqueCount="4000000000"', b"x", 1),
                                      ("text-everywhere.xlsx", b"", "长".encode() * 32_000, 3_000)):
        path = folder / name
        save_xlsx(path, HEADING, GOOD)
        rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, cells + 1))
        sheet = lambda data: re.sub(b"<sheetData>.*</sheetData>", b"<sheetData>" + rows + b"</sheetData>", data, flags=re.S)
        swap_part(path, SHEET, sheet)
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as book:
            book.writestr(stamped("xl/sharedStrings.xml"), texts % (count, words))


def emptied(data):
    cell = data[data.rindex(b"<table:table-cell"):data.rindex(b"</table:table-cell>") + len(b"</table:table-cell>")]
    return data.replace(cell, b'<table:table-cell table:number-columns-repeated="16384"/>')


def swap_copy(source, path, part, change):
    path.write_bytes(source.read_bytes())
    swap_part(path, part, change)
    settle(path)


def truncated(folder):
    path = folder / "truncated.xlsx"
    save_xlsx(path, HEADING, *[GOOD] * 50)
    content = path.read_bytes()
    path.write_bytes(content[:len(content) * 3 // 5])
    (folder / "empty.xlsx").write_bytes(b"")
    (folder / "text-named.xlsx").write_text("这不是表格\n", encoding="utf-8")


def entities(folder):
    """A DOCTYPE with ten levels of entities (a billion laughs), and one that reads a file."""
    levels = ['<!ENTITY a0 "哈">'] + [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    for name, declared, used in [("entity-bomb", "".join(levels), "&a9;"),
                                 ("entity-file", '<!ENTITY f SYSTEM "file:///etc/hostname">', "&f;")]:
        path = folder / f"{name}.xlsx"
        save_xlsx(path, HEADING, GOOD)

        def change(data, declared=declared, used=used):
            extra = f'<row r="3"><c r="A3" t="inlineStr"><is><t>{used}</t></is></c></row></sheetData>'
            body = data[data.index(b"?>") + 2:] if data.startswith(b"<?xml") else data
            head = f'<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE worksheet [{declared}]>'
            return head.encode() + body.replace(b"</sheetData>", extra.encode())
        swap_part(path, SHEET, change)


def external_links(folder):
    """Formulas that point at another book and at a server, hyperlinks, and a link part."""
    path = folder / "external-links.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    for row in (HEADING, GOOD):
        page.append(row)
    page.append(["工农街道党工委", "2026-11-04", "例会", "=[1]Sheet1!A1", 12, "=WEBSERVICE(\"http://example.invalid/\")"])
    page["D2"].hyperlink = "http://example.invalid/track"
    book.save(path)
    link = ('<?xml version="1.0" encoding="UTF-8"?><externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
            '2006/main"><externalBook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
            'r:id="rId1"/></externalLink>')
    rels = ('<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
            'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/externalLinkPath" Target="http://example.invalid/book.xlsx" TargetMode="External"/></Relationships>')
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(stamped("xl/externalLinks/externalLink1.xml"), link)
        archive.writestr(stamped("xl/externalLinks/_rels/externalLink1.xml.rels"), rels)
    settle(path)


def injections(folder):
    """Texts that a spreadsheet would run. They must stay texts on every way out, a returned form above all."""
    texts = ["=cmd|'/C calc'!A0", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1+1)", "\t=1+1", "=HYPERLINK(\"http://example.invalid\",\"点\")"]
    book = openpyxl.Workbook()
    page = book.active
    page.append(HEADING + ["备注"])
    for day, words in enumerate(texts, 1):
        page.append(["工农街道党工委", f"2026-11-{day:02}", "例会", words, 12, 13, None])
        page.cell(day + 1, 4).data_type = "s"  # a text, not a formula
    book.save(folder / "injection.xlsx")
    settle(folder / "injection.xlsx")
    lines = [",".join(HEADING)] + [f'工农街道党工委,2026-11-{day:02},例会,"{words.replace(chr(34), chr(34) * 2)}",12,13'
                                   for day, words in enumerate(texts, 1)]
    (folder / "injection.csv").write_bytes("\r\n".join(lines).encode() + b"\r\n")


def broken_csv(folder):
    head = ",".join(HEADING)
    row = "工农街道党工委,2026-11-03,例会,11月例会,12,11"
    (folder / "nul-bytes.csv").write_bytes(f"{head}\n{row}\n".encode().replace("例会,11".encode(), "例\0会,11\0".encode()))
    (folder / "open-quote.csv").write_bytes((f'{head}\n工农街道党工委,2026-11-03,例会,"没有收尾的引号,12,11\n' + f"{row}\n" * 20000).encode())
    (folder / "bad-utf8.csv").write_bytes(f"{head}\n{row}\n".encode() + b"\xff\xfe\xfa\xc3\x28,2026-11-05\n")
    (folder / "odd-utf16.csv").write_bytes(b"\xff\xfe" + f"{head}\n{row}\n".encode("utf-16-le") + b"\x41")
    (folder / "one-long-line.csv").write_bytes(b"a," * 5_000_000)
    (folder / "long-cell.csv").write_bytes(f"{head}\n工农街道党工委,2026-11-03,例会,".encode() + "长".encode() * 3_000_000 + b",12,11\n")


def blank_million(folder):
    """A million rows that are there and empty, as Excel leaves them after a format was put on whole columns."""
    path = folder / "million-empty-rows.xlsx"
    save_xlsx(path, HEADING, GOOD)
    rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(3, 1_000_000))
    swap_part(path, SHEET, lambda data: data.replace(b"</sheetData>", rows + b"</sheetData>"))


def merged_all(folder):
    """Merged areas: one over the whole sheet below the heading, and one that says A2 to a row that cannot be."""
    path = folder / "merged-all.xlsx"
    save_xlsx(path, HEADING, GOOD)
    merge = b'<mergeCells count="2"><mergeCell ref="A3:XFD1048576"/><mergeCell ref="A2:ZZZZ99999999"/></mergeCells>'
    swap_part(path, SHEET, lambda data: data.replace(b"</sheetData>", b"</sheetData>" + merge))


def ten_thousand(folder):
    """10,000 good meetings with true dates, for timing."""
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("会议")
    page.append(HEADING)
    first = datetime.date(2024, 1, 1)
    for number in range(10_000):
        day = first + datetime.timedelta(days=number % 1000)
        page.append(["工农街道党工委", day, "学习", f"第{number + 1}次学习", 20 + number % 30, 18 + number % 30])
    book.save(folder / "ten-thousand.xlsx")
    settle(folder / "ten-thousand.xlsx")


def write_all(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for make in (zip_bomb, row_bomb, far_cell, far_cell_xls, repeated_ods, repeated_rows, shared_texts, truncated, entities, external_links, injections,
                 broken_csv, blank_million, merged_all, ten_thousand):
        make(folder)
