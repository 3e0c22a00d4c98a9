"""The few learning methods the matcher needs, in closed form on numpy: no training library, no randomness.

Kernel ridge regression gives every phrasing's leave-one-out prediction for the price of one inverse (Rifkin & Lippert,
Notes on Regularized Least Squares, 2007), so a base is judged on itself without training it ten times.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Wide = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ridge:
    """Coefficients, and what they would say of the rows had they not seen them."""

    coefficients: Array
    row_out: Array
    """Each row's scores without that row."""
    group_out: Array
    """Each row's scores without any row of its group; those of no group as in row_out."""


def kernel_ridge(kernel: Array, targets: Array, groups: NDArray[np.intp], ridge: float) -> Ridge:
    """Least squares in the kernel's space; `kernel` of the rows among themselves, group -1 for rows of no group."""
    inverse = np.linalg.inv(kernel + np.float32(ridge) * np.eye(len(kernel), dtype=np.float32))
    coefficients = (inverse @ targets).astype(np.float32)
    row_out = (targets - coefficients / np.diag(inverse)[:, None]).astype(np.float32)
    group_out = row_out.copy()
    for one in range(int(groups.max()) + 1):
        rows = np.flatnonzero(groups == one)
        group_out[rows] = targets[rows] - np.linalg.solve(inverse[np.ix_(rows, rows)], coefficients[rows])
    return Ridge(coefficients=coefficients, row_out=row_out, group_out=group_out)


def one_hot(classes: NDArray[np.intp]) -> Array:
    """Targets of a classifier, centred."""
    many = int(classes.max()) + 1
    targets: Array = np.eye(many, dtype=np.float32)[classes] - np.float32(1 / many)
    return targets


def logistic(rows: Wide, happened: Wide, weights: Wide, prior: Wide, ridge: float) -> Wide:
    """Coefficients (last one the constant) of a logistic regression drawn towards `prior`; Newton's method."""
    wide = np.hstack([rows, np.ones((len(rows), 1))])
    at = prior.copy()
    for _ in range(50):
        chance = sigmoid(wide @ at)
        slope = wide.T @ (weights * (chance - happened)) + ridge * (at - prior)
        curve = (wide * (weights * chance * (1 - chance))[:, None]).T @ wide + ridge * np.eye(len(at))
        step = np.linalg.solve(curve, slope)
        at = at - np.clip(step, -4, 4)
        if np.abs(step).max() < 1e-6:  # noqa: PLR2004 converged
            break
    return at


def sigmoid(value: Wide) -> Wide:
    """Log-odds to chance."""
    chance: Wide = 1 / (1 + np.exp(-np.clip(value, -60, 60)))
    return chance


def softmax(scores: Array) -> Array:
    """Rows that sum to one."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Array = raised / raised.sum(axis=1, keepdims=True)
    return shares
