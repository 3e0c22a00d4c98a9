"""A trained base as bytes: everything a process needs to decide, readable with numpy alone."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rules.asking import Sense
from rules.evidence import Head
from rules.grams import Grams
from rules.postings import Postings

FORMAT = 3
"""Raised when an artefact of an older kind can no longer be read: publish the base again."""


class NotTrained(Exception):
    """The training of a base ended without an artefact; its words are in the message."""


class OldArtefact(Exception):
    """Trained by another version of the product; the base must be trained again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The parts of a matcher, trained once per published base."""

    entries: tuple[str, ...]
    questions: tuple[str, ...]
    """Cleaned, one an entry."""
    phrases: tuple[str, ...]
    """Cleaned; those of an entry lie together."""
    firsts: NDArray[np.intp]
    """Where each entry's phrases begin."""
    grams: Grams
    postings: Postings
    asking: Mapping[str, float]
    """Gram -> log-odds of belonging to a question of this base rather than to talk."""
    sense: Sense | None
    """The same by sentence vectors, the phrases' first; None when no encoder was there."""
    heads: Mapping[str, Head]
    """`letters`, and `sentences` where an encoder was there."""

    def dump(self) -> bytes:
        """The artefact."""
        gram_lines, gram_shares = self.grams.dump()
        texts = {
            "entries": "\n".join(self.entries), "questions": "\n".join(self.questions),
            "phrases": "\n".join(self.phrases), "grams": gram_lines,
            "posted": "\n".join(self.postings.grams), "asking": "\n".join(self.asking),
        }  # fmt: skip
        arrays: dict[str, NDArray[np.generic]] = {
            name: np.frombuffer(text.encode(), dtype=np.uint8) for name, text in texts.items()
        }
        arrays |= {
            "firsts": self.firsts, "gram_shares": np.array(gram_shares, dtype=np.float32),
            "posted_starts": self.postings.starts, "posted_rows": self.postings.rows,
            "posted_weights": self.postings.weights,
            "asking_odds": np.array(list(self.asking.values()), dtype=np.float32),
        }  # fmt: skip
        if self.sense is not None:
            arrays |= {"sensed": self.sense.vectors.astype(np.float16), "sense": self.sense.coefficients}
        heads = {name: {"sharpness": head.sharpness, "trust": head.trust} for name, head in self.heads.items()}
        for name, head in self.heads.items():
            arrays[f"head_{name}_coefficients"] = head.coefficients
            arrays[f"head_{name}_right"], arrays[f"head_{name}_useful"] = head.right, head.useful
        about = json.dumps({"format": FORMAT, "heads": heads})
        arrays["about"] = np.frombuffer(about.encode(), dtype=np.uint8)
        buffer = io.BytesIO()
        np.savez_compressed(buffer, allow_pickle=False, **arrays)
        return buffer.getvalue()

    @classmethod
    def restore(cls, artefact: bytes) -> "Model":
        """What `dump` gave; OldArtefact when another version did."""
        with np.load(io.BytesIO(artefact), allow_pickle=False) as parts:
            about = json.loads(_text(parts, "about"))
            if about["format"] != FORMAT:
                raise OldArtefact(f"artefact of format {about['format']}, this version reads {FORMAT}")
            heads = {
                name: Head(
                    coefficients=parts[f"head_{name}_coefficients"], right=parts[f"head_{name}_right"],
                    useful=parts[f"head_{name}_useful"],
                    sharpness=one["sharpness"], trust=one["trust"],
                )
                for name, one in about["heads"].items()
            }  # fmt: skip
            return cls(
                entries=_lines(parts, "entries"), questions=_lines(parts, "questions"),
                phrases=_lines(parts, "phrases"), firsts=parts["firsts"],
                grams=Grams.restore(_text(parts, "grams"), map(float, parts["gram_shares"])),
                postings=Postings(
                    _lines(parts, "posted"), parts["posted_starts"], parts["posted_rows"], parts["posted_weights"]
                ),
                asking=dict(zip(_lines(parts, "asking"), map(float, parts["asking_odds"]), strict=True)),
                sense=_sense(parts), heads=heads,
            )  # fmt: skip


def _sense(parts: Mapping[str, NDArray[np.generic]]) -> Sense | None:
    if "sensed" not in parts:
        return None
    return Sense(vectors=parts["sensed"].astype(np.float32), coefficients=parts["sense"].astype(np.float32))


def _text(parts: Mapping[str, NDArray[np.uint8]], name: str) -> str:
    return parts[name].tobytes().decode()


def _lines(parts: Mapping[str, NDArray[np.uint8]], name: str) -> tuple[str, ...]:
    text = _text(parts, name)
    return tuple(text.split("\n")) if text else ()
