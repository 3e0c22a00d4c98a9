"""Words in a picture, read by tesseract (Apache-2.0) where the system has it with Chinese (`tesseract-ocr-chi-sim`)."""

import re
import shutil
import subprocess

LANGUAGES = "chi_sim+eng"
PATIENCE = 20
"""Seconds for a picture."""
GAP = re.compile(r"(?<=[\u4e00-\u9fff])[ \t]+(?=[\u4e00-\u9fff])")
"""Tesseract puts spaces between Chinese characters."""


def available() -> bool:
    """Whether pictures can be read here, Chinese included."""
    found = shutil.which("tesseract")
    if found is None:
        return False
    try:
        said = subprocess.run([found, "--list-langs"], capture_output=True, text=True, timeout=PATIENCE, check=False)  # noqa: S603 a tool of the system
    except (OSError, subprocess.TimeoutExpired):
        return False
    return "chi_sim" in said.stdout


def read(picture: bytes) -> str | None:
    """The words, line by line; empty for none, None where nothing can read here or the picture took too long."""
    found = shutil.which("tesseract")
    if found is None or not available():
        return None
    words = [found, "stdin", "stdout", "-l", LANGUAGES, "--psm", "11"]
    try:
        done = subprocess.run(words, input=picture, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 see above
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode:
        return None
    lines = (GAP.sub("", line).strip() for line in done.stdout.decode(errors="replace").splitlines())
    return "\n".join(line for line in lines if line)
