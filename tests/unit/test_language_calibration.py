"""What is told at 0.9 is right nine times of ten, also where labels are noisy; how sure it is never changes what is said."""

import numpy as np
import pytest

from robot.language.calibration import Calibration, expected_error, fit

CLASSES = 6


def letters(n: int, *, noise: float, seed: int):
    """Scores of a route that is mostly right, and labels of which some are wrong whatever the route says."""
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, CLASSES, n)
    scores = chance.normal(0, 1, (n, CLASSES))
    scores[np.arange(n), truth] += chance.choice([0.5, 6.0], n, p=[0.4, 0.6])
    wrong = chance.random(n) < noise
    return scores, np.where(wrong, chance.integers(0, CLASSES, n), truth)


def told(calibration: Calibration, scores, truth) -> float:
    probabilities = calibration.probabilities(scores)
    return expected_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == truth)


@pytest.mark.parametrize("noise", [0.0, 0.08, 0.2])
def test_what_is_told_holds_on_text_that_was_not_seen_however_noisy_the_labels(noise):
    calibration = fit(*letters(4000, noise=noise, seed=1), np.ones(4000))
    assert told(calibration, *letters(4000, noise=noise, seed=2)) < 0.03


def test_the_surest_level_out_where_labels_are_noisy_the_better_the_more_was_seen():
    scores, truth = letters(4000, noise=0.2, seed=1)
    whole, few = fit(scores, truth, np.ones(4000)), fit(scores[:60], truth[:60], np.ones(60))
    assert whole.curve
    assert told(whole, *letters(4000, noise=0.2, seed=2)) < told(few, *letters(4000, noise=0.2, seed=2))


def test_the_best_class_is_the_same_before_and_after():
    scores, truth = letters(4000, noise=0.2, seed=3)
    after = fit(scores, truth, np.ones(4000)).probabilities(scores)
    assert (after.argmax(axis=1) == scores.argmax(axis=1)).all()
    assert np.allclose(after.sum(axis=1), 1)
