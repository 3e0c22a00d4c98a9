"""A file that goes with a message, taken as it is: a PDF to read or a video to watch; nothing that runs."""

import io

MEGABYTE = 1024 * 1024
LARGEST = {"file": 20 * MEGABYTE, "video": 10 * MEGABYTE}
"""Bytes WeCom takes (doc 90253)."""
TYPES = {"file": "application/pdf", "video": "video/mp4"}
PAGES, LETTERS = 200, 20_000
"""Of a PDF; longer ones nobody opens on a phone, and their words could not all be checked."""
ACTIVE = ("/JavaScript", "/JS", "/Launch", "/EmbeddedFiles", "/RichMedia")


def kind_of(body: bytes) -> str:
    """`file` for a PDF, `video` for an MP4, empty for anything else."""
    if body.startswith(b"%PDF-"):
        return "file"
    return "video" if body[4:8] == b"ftyp" else ""


def words(body: bytes) -> str | None:
    """The words of a PDF; None for a video, and for a PDF of pictures. ValueError says why it cannot be sent."""
    kind = kind_of(body)
    if not kind:
        raise ValueError("附件只支持 PDF 文件和 MP4 视频：请转换后再传")
    if len(body) > LARGEST[kind]:
        raise ValueError(f"附件 {len(body) // 1024} KB，最多 {LARGEST[kind] // 1024} KB（企业微信的上限）")
    return _read(body) if kind == "file" else None


def _read(body: bytes) -> str | None:
    from pypdf import PdfReader  # not for every process
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(body))
        if reader.is_encrypted:
            raise ValueError("PDF 有密码，无法检查文字：请去掉密码再传")
        if len(reader.pages) > PAGES:
            raise ValueError(f"PDF {len(reader.pages)} 页，最多 {PAGES} 页：请拆分或改用链接")
        root = reader.root_object
        if any(name in str(root) or name in str(root.get("/Names", "")) for name in ACTIVE):
            raise ValueError("PDF 带有脚本或内嵌文件：请重新导出为普通 PDF")
        said = "\n".join(page.extract_text() for page in reader.pages).strip()
    except (PyPdfError, OSError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise ValueError("文件不是可读的 PDF：请重新导出") from fault
    if len(said) > LETTERS:
        raise ValueError(f"PDF 文字 {len(said)} 字，最多 {LETTERS} 字：请拆分或改用链接")
    return said or None
