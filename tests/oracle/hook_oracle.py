"""Expected signatures of webhooks, by Python's own hmac. Standard library only.

Writes hook_expected.json beside this file; api/src/run/alerts/signature.rs reads it, so CI needs no Python.

    python hook_oracle.py          # writes the table
    python hook_oracle.py --check  # fails if the committed table differs
"""

import hashlib
import hmac
import json
import sys
from pathlib import Path

TABLE = Path(__file__).with_name("hook_expected.json")

CASES = [
    # RFC 4231's second test case, and a key that is longer than a block.
    ("Jefe", "what do ya want for nothing?"),
    ("\x2a" * 131, "Test Using Larger Than Block-Size Key - Hash Key First"),
    ("a secret of the desk", ""),
    ("a secret of the desk", '{"id":"flood-29474343-888c10783bfffff","kind":"hotspot","revision":12000,"state":"grew"}'),
    ("rahasia sekali é", '{"id":"escalation-qlue:r 1-respond","area":"31.71.08","reason":"belum ditanggapi – 24 jam"}'),
    ("x" * 64, "y" * 1_000),
    ("x" * 65, "y" * 1_000),
]


def table():
    sign = lambda secret, body: "sha256=" + hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    return [{"secret": secret, "body": body, "signature": sign(secret, body)} for secret, body in CASES]


if __name__ == "__main__":
    fresh = json.dumps(table(), indent=1, ensure_ascii=False) + "\n"
    if "--check" in sys.argv:
        sys.exit(fresh != TABLE.read_text())
    TABLE.write_text(fresh)
