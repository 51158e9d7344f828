"""An office's own program, where there is one: files of ours as the pages it prints."""

import shutil
import subprocess
import unicodedata
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

_SECONDS = 120
# The libraries without which LibreOffice opens no such file.
_NEEDED = {"xlsx": "libsclo.so", "docx": "libswlo.so"}
# A font that has every Vietnamese letter in place of one that few machines have: with letters
# from two fonts the text of a page falls apart.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Font/Substitution">
<prop oor:name="Replacement" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Font/Substitution/FontPairs">
<node oor:name="_0" oor:op="replace">
<prop oor:name="ReplaceFont" oor:op="fuse"><value>Times New Roman</value></prop>
<prop oor:name="SubstituteFont" oor:op="fuse"><value>DejaVu Serif</value></prop>
<prop oor:name="Always" oor:op="fuse"><value>true</value></prop>
<prop oor:name="OnScreenOnly" oor:op="fuse"><value>false</value></prop></node></item>
</oor:items>"""


def pages_of(written: bytes, kind: str, folder: Path) -> list[str]:
    """The text of each page that LibreOffice prints of a file; skips where it is not installed."""
    program = shutil.which("soffice")
    if program is None or not (Path(program).resolve().parent / _NEEDED[kind]).exists():
        pytest.skip(f"no LibreOffice here that opens {kind}")
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS)
    file = folder / f"report.{kind}"
    file.write_bytes(written)
    command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", str(folder), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)  # noqa: S603
    return _texts((folder / "report.pdf").read_bytes())


def _texts(pdf: bytes) -> list[str]:
    return [
        " ".join(unicodedata.normalize("NFC", page.extract_text()).split())
        for page in PdfReader(BytesIO(pdf)).pages
    ]
