"""Which files of outsiders are taken: by their name and by what is inside."""

import io
import zipfile
from pathlib import PurePath

FILE_BYTES = 10 * 1024 * 1024
REQUEST_BYTES = 25 * 1024 * 1024
FILE_COUNT = 10

# Text is served as plain text only: nothing in it runs.
TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "heic": "image/heic",
    "txt": "text/plain",
    "csv": "text/plain",
    "eml": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}
NAMES = "pdf, png, jpg, webp, heic, txt, csv, eml, xlsx, docx, odt"
# Where each type has its mark, and which
MARKS = {
    "pdf": (0, (b"%PDF-",)),
    "png": (0, (b"\x89PNG\r\n\x1a\n",)),
    "jpg": (0, (b"\xff\xd8\xff",)),
    "jpeg": (0, (b"\xff\xd8\xff",)),
    "webp": (8, (b"WEBP",)),
    "heic": (4, (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc")),
}
MEMBERS = {
    "xlsx": "xl/workbook.xml",
    "docx": "word/document.xml",
    "odt": "content.xml",
}


def get_type(name: str, content: bytes) -> str | None:
    r"""Return the MIME type of a file that is taken, None for one that is refused.

    >>> get_type("slip.pdf", b"%PDF-1.7 ...")
    'application/pdf'
    >>> get_type("slip.pdf", b"MZ\x90\x00"), get_type("page.html", b"<html>")
    (None, None)
    """
    suffix = PurePath(name).suffix.lower().removeprefix(".")
    if suffix not in TYPES or not _is_like(suffix, content):
        return None
    return TYPES[suffix]


def _is_like(suffix: str, content: bytes) -> bool:
    if suffix in MARKS:
        start, marks = MARKS[suffix]
        return content[start:].startswith(marks)
    if suffix in MEMBERS:
        return _is_document(content, MEMBERS[suffix])
    return b"\x00" not in content and not content.startswith(b"MZ")


def _is_document(content: bytes, member: str) -> bool:
    """Say whether an office document is one, and has no macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return False
    macros = any("vbaproject" in name.lower() for name in names)
    return member in names and not macros
