"""Whether `tanggap train --with-builtin` learns from a few hundred labelled tweets what a complaint is.

    TANGGAP_DATA=../shared/data python tests/oracle/complaint_or_not.py --tanggap target/release/tanggap

In: complaints/tweets_sp4n_sentimen.csv of TANGGAP_DATA, which stays where it is; a complaint is what is labelled negative. Each different
text is in one of two halves by the SHA-256 of its words: the development half is trained on, the final half measured on. Out: two lines of
figures, no text. Exit code 1 if the F1 of complaints is below the limits, which are a little below what docs/model-card.md tells.
"""

import argparse
import csv
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

DATA = "complaints/tweets_sp4n_sentimen.csv"
# F1 of complaints: of all texts, and of those the model answers.
FORCED, ANSWERED = 0.89, 0.95
# Share of answers that is asked to be right, and share of the texts it must answer for the second figure to count.
PRECISION, COVERAGE = 0.97, 0.6


def halves(path):
    """The different texts with their labels: the development half and the final half."""
    development, final, seen = [], [], set()
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            words = " ".join(re.findall(r"\w+", row["text"].lower()))
            digest = hashlib.sha256(words.encode()).hexdigest()
            if digest in seen:
                continue
            seen.add(digest)
            half = final if int(digest[:8], 16) % 2 else development
            half.append((row["text"], "complaint" if row["sentimen"] == "Negatif" else "none"))
    return development, final


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "truth"))
        writer.writerows(rows)


def f1(pairs):
    """F1 of complaints among pairs of truth and answer."""
    both = sum(truth and answer for truth, answer in pairs)
    return 2 * both / max(1, sum(truth for truth, _ in pairs) + sum(answer for _, answer in pairs))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tanggap", required=True)
    program = parser.parse_args().tanggap
    development, final = halves(pathlib.Path(os.environ["TANGGAP_DATA"]) / DATA)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        write(work / "development.csv", development)
        write(work / "final.csv", final)
        columns = ("--text", "text", "--label", "truth")
        model = work / "own.model"
        subprocess.run(
            [program, "train", work / "development.csv", *columns, "--with-builtin", "--precision", str(PRECISION), "--out", model],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        read = subprocess.run(
            [program, "classify", work / "final.csv", "--text", "text", "--model", model], check=True, capture_output=True, text=True
        ).stdout
    rows = list(csv.DictReader(read.splitlines(keepends=True)))
    assert len(rows) == len(final)
    said = [(row["truth"] == "complaint", float(row["complaint_probability"]) > 0.5, row["abstained"] == "false") for row in rows]
    forced = f1([(truth, answer) for truth, answer, _ in said])
    sure = [(truth, answer) for truth, answer, answered in said if answered]
    coverage, answered = len(sure) / len(said), f1(sure)
    print(f"complaint or not, {len(final)} texts never trained on: F1 {forced:.3f}, limit {FORCED}")
    print(f"of the {coverage:.0%} answered: F1 {answered:.3f}, limit {ANSWERED}")
    return forced < FORCED or coverage < COVERAGE or answered < ANSWERED


if __name__ == "__main__":
    sys.exit(main())
