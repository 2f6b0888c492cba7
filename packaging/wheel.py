"""Packs a program as a Python wheel: wheel.py VERSION PLATFORM PROGRAM FOLDER.

A wheel is a zip archive whose `scripts` come to be commands; PLATFORM is its tag, as pip knows it.
"""

import base64
import hashlib
import pathlib
import sys
import zipfile

version, platform, program, folder = sys.argv[1:]
program = pathlib.Path(program)
top = pathlib.Path(__file__).parent.parent
info = f"work_ledger-{version}.dist-info"

metadata = f"""Metadata-Version: 2.1
Name: work-ledger
Version: {version}
Summary: Work ledgers of grassroots organisations: plain text in, traceable quarterly tables out
License: MIT OR Apache-2.0
Requires-Python: >=3.6
Description-Content-Type: text/markdown

{(top / "README.md").read_text(encoding="utf-8")}"""
tags = "".join(f"Tag: py3-none-{tag}\n" for tag in platform.split("."))
wheel = f"Wheel-Version: 1.0\nGenerator: packaging/wheel.py\nRoot-Is-Purelib: false\n{tags}"
files = [
    (f"work_ledger-{version}.data/scripts/{program.name}", program.read_bytes(), 0o755),
    (f"{info}/METADATA", metadata.encode(), 0o644),
    (f"{info}/WHEEL", wheel.encode(), 0o644),
    (f"{info}/licenses/LICENSE", (top / "LICENSE").read_bytes(), 0o644),
]


def line(name, data):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"


record = "".join(line(name, data) for name, data, _ in files) + f"{info}/RECORD,,\n"
files.append((f"{info}/RECORD", record.encode(), 0o644))
path = pathlib.Path(folder) / f"work_ledger-{version}-py3-none-{platform}.whl"
with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
    for name, data, mode in files:
        entry = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
        entry.external_attr = (0o100000 | mode) << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, data)
print(f"   {path.name}")
