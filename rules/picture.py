"""A picture somebody uploads, made anew: checked, and without where and by what it was taken."""

import io
from contextlib import closing

LARGEST = 2 * 1024 * 1024
"""Bytes we keep; WeCom takes ten megabytes (doc 90253), a phone in the underground does not."""
SIDE = 4096
"""Pixels; more is refused before it is unpacked."""
KINDS = {"PNG": "image/png", "JPEG": "image/jpeg"}


def cleaned(raw: bytes) -> bytes:
    """The same picture as PNG or JPEG without metadata. ValueError says what is wrong with it."""
    from PIL import Image  # the drawing library is not for every process

    if len(raw) > LARGEST:
        raise ValueError(f"图片 {len(raw) // 1024} KB，最多 {LARGEST // 1024} KB：请压缩后再传")
    try:
        with closing(Image.open(io.BytesIO(raw))) as picture:
            kind = picture.format or ""
            if kind not in KINDS:
                raise ValueError("只支持 PNG 和 JPEG 图片")
            if max(picture.size) > SIDE:
                raise ValueError(f"图片 {picture.width}×{picture.height}，边长最多 {SIDE} 像素")
            made = io.BytesIO()
            plain = picture.convert("RGB") if kind == "JPEG" else picture.convert("RGBA")
            plain.save(made, kind, **({"quality": 90} if kind == "JPEG" else {"optimize": True}))
    except (OSError, SyntaxError, Image.DecompressionBombError):
        raise ValueError("文件不是可读的图片：请重新导出 PNG 或 JPEG") from None
    return made.getvalue()


def kind_of(body: bytes) -> str:
    """The content type of a cleaned picture."""
    return KINDS["PNG"] if body.startswith(b"\x89PNG") else KINDS["JPEG"]
