"""Expected values for the text model's arithmetic, from packages that are not ours.

Writes text_expected.json beside this file; the tests of engine/src/text read that table, so CI needs no Python.

    pip install scikit-learn==1.9.1 scipy numpy==2.4.6
    python text_oracle.py          # writes the table
    python text_oracle.py --check  # fails if the committed table differs

The optimum of the multinomial logistic loss: scikit-learn's LogisticRegression (lbfgs, no intercept, as the bias is a column like the
others), C = 1 / (rows x l2). Temperature: scipy's bounded scalar minimiser. Accuracy and multi-class Brier score: scikit-learn.
Expected calibration error: the bins of scikit-learn's calibration_curve, weighed with numpy's histogram. All data are drawn here, by seed.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss

TABLE = Path(__file__).with_name("text_expected.json")


def linear_case(name, seed, rows, columns, classes, l2, density):
    rng = np.random.default_rng(seed)
    matrix = np.zeros((rows, columns))
    labels = rng.integers(0, classes, rows)
    labels[:classes] = range(classes)
    taste = rng.random((classes, columns - 1)) ** 3
    for row in range(rows):
        chance = density * taste[labels[row]] / taste[labels[row]].mean()
        matrix[row, :-1] = (rng.random(columns - 1) < chance) * rng.uniform(0.5, 2.0, columns - 1)
        length = np.linalg.norm(matrix[row])
        matrix[row] = np.round(matrix[row] / (length or 1.0), 4)
    matrix[:, -1] = 1.0
    # Two classes are fitted there with one row of weights w; as two rows, -w/2 and w/2, the same loss has half the penalty.
    cost = (2 if classes == 2 else 1) / (rows * l2)
    model = LogisticRegression(C=cost, fit_intercept=False, tol=1e-10, max_iter=100_000).fit(matrix, labels)
    weights = np.vstack([-model.coef_ / 2, model.coef_ / 2]) if classes == 2 else model.coef_
    probabilities = softmax(matrix @ weights.T, axis=1)
    objective = log_loss(labels, probabilities) + l2 / 2 * float(np.square(weights).sum())
    return {
        "name": name,
        "rows": [[[int(c), float(v)] for c, v in enumerate(row) if v != 0.0] for row in matrix],
        "labels": [int(label) for label in labels],
        "classes": classes,
        "columns": columns,
        "l2": l2,
        "objective": float(objective),
        "probabilities": np.round(probabilities, 6).tolist(),
    }


def reliability_case(name, seed, texts, classes, sharpness):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, texts)
    truth = rng.normal(0, 1.0, (texts, classes))
    truth[np.arange(texts), labels] += 1.5
    scores = np.round(truth * sharpness, 4)

    def loss(ln_temperature):
        return -log_softmax(scores / math.exp(ln_temperature), axis=1)[np.arange(texts), labels].mean()

    temperature = math.exp(minimize_scalar(loss, bounds=(-4, 4), method="bounded", options={"xatol": 1e-9}).x)
    probabilities = softmax(scores / temperature, axis=1)
    top, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    hits = (top == labels).astype(int)
    often, sure = calibration_curve(hits, confidence, n_bins=10, strategy="uniform")
    # calibration_curve leaves empty bins out and does not say how many texts are in the others.
    counts = np.histogram(confidence, bins=np.linspace(0, 1, 11))[0]
    counts = counts[counts > 0]
    brier = brier_score_loss(labels, probabilities, labels=list(range(classes)), scale_by_half=False)
    return {
        "name": name,
        "scores": scores.tolist(),
        "labels": [int(label) for label in labels],
        "temperature": temperature,
        "accuracy": float(accuracy_score(labels, top)),
        "brier": float(brier),
        "calibration_error": float((np.abs(often - sure) * counts).sum() / texts),
    }


def table():
    return {
        "linear": [
            linear_case("three classes", 1, 40, 12, 3, 0.02, 0.3),
            linear_case("five classes, strong penalty", 2, 60, 20, 5, 0.1, 0.25),
            linear_case("two classes", 3, 30, 8, 2, 0.05, 0.4),
        ],
        "reliability": [
            reliability_case("too sure", 4, 80, 4, 3.0),
            reliability_case("not sure enough", 5, 80, 3, 0.3),
            reliability_case("two labels", 6, 60, 2, 1.0),
        ],
    }


def close(own, other):
    if isinstance(own, dict):
        return own.keys() == other.keys() and all(close(own[key], other[key]) for key in own)
    if isinstance(own, list):
        return len(own) == len(other) and all(close(one, two) for one, two in zip(own, other))
    if isinstance(own, float):
        return math.isclose(own, other, rel_tol=1e-5, abs_tol=1e-6)
    return own == other


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(not close(json.loads(json.dumps(table())), json.loads(TABLE.read_text())))
    TABLE.write_text(json.dumps(table(), separators=(",", ":")).replace("},{", "},\n{") + "\n")
