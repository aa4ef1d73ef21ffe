"""Multinomial logistic regression on sparse rows, in little memory and the same to the last bit each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


def fit(
    rows: Any,
    classes: NDArray[Any],
    count: int,
    *,
    strength: float,
    weights: NDArray[Any] | None = None,
    start: NDArray[Any] | None = None,
    rounds: int = 60,
) -> NDArray[Any]:
    """Weights (features + 1) × classes; the last row is the bias. ``strength`` is C: higher follows the examples closer.

    L-BFGS from ``start`` (zeros where there is none); ``rounds`` is the most steps it takes.
    """
    import numpy as np
    from scipy.optimize import minimize

    n, width = rows.shape
    each = np.ones(n, np.float32) if weights is None else np.asarray(weights, np.float32) * (n / float(weights.sum()))
    transposed = rows.T.tocsr()
    decay = 1.0 / (strength * n)
    places = np.arange(n)

    def loss(flat: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        matrix = flat.reshape(width + 1, count)
        scores = rows @ matrix[:-1].astype(np.float32) + matrix[-1].astype(np.float32)
        scores -= scores.max(axis=1, keepdims=True)
        own = scores[places, classes].astype(np.float64)
        np.exp(scores, out=scores)
        total = scores.sum(axis=1)
        value = float(((np.log(total) - own) * each).sum() / n) + decay / 2 * float(np.square(matrix[:-1]).sum())
        scores /= total[:, None]
        scores[places, classes] -= 1
        scores *= (each / n)[:, None]
        gradient = np.empty_like(matrix)
        gradient[:-1] = transposed @ scores
        gradient[:-1] += decay * matrix[:-1]
        gradient[-1] = scores.sum(axis=0)
        return value, gradient.ravel()

    first = np.zeros((width + 1) * count) if start is None else start.astype(np.float64).ravel()
    options = {"maxiter": rounds, "maxcor": 5, "ftol": 1e-7, "gtol": 1e-6}
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options=options)
    return np.asarray(found.x.reshape(width + 1, count), np.float32)


def scores(rows: Any, matrix: NDArray[Any]) -> NDArray[Any]:
    """Texts × classes: log-probabilities up to a constant a text."""
    import numpy as np

    return np.asarray(rows @ matrix[:-1] + matrix[-1], np.float64)
