"""Tokens of an identity provider as an independent package writes them, good ones and bad ones.

Writes token_expected.json beside this file; api/tests/http/identity.rs shows each token to the API and holds the status against the table.

    pip install "pyjwt[crypto]"
    python token_oracle.py          # writes the table
    python token_oracle.py --check  # fails if a token of the committed table is not what its line says

PyJWT signs, and the public keys are published as PyJWT writes a JWKS. The private keys are made for the occasion and thrown away, so no
run writes the same bytes; what --check holds is that PyJWT itself believes the good tokens of the table and none of the bad ones.
Good tokens hold until 2100.
"""

import base64
import json
import sys
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

TABLE = Path(__file__).with_name("token_expected.json")
ISSUER = "https://login.example/realms/city"
AUDIENCE = "tanggap"
FAR = 4_102_444_800  # 2100-01-01
PAST = 1_600_000_000  # 2020-09-13
CLAIMS = {"iss": ISSUER, "aud": AUDIENCE, "exp": FAR, "iat": PAST, "sub": "rina", "role": "officer", "unit": "dlh"}
BELIEVED = ["RS256", "ES256", "EdDSA"]


def part(value):
    raw = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def make():
    r, e, o = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
    stranger = ed25519.Ed25519PrivateKey.generate()
    short = rsa.generate_private_key(65537, 1024)
    keys = []
    for kid, alg, key, family in [
        ("r", "RS256", r, RSAAlgorithm), ("e", "ES256", e, ECAlgorithm), ("o", "EdDSA", o, OKPAlgorithm), ("short", "RS256", short, RSAAlgorithm),
    ]:
        published = family.to_jwk(key.public_key(), as_dict=True)
        keys.append({**published, "kid": kid, "use": "sig", "alg": alg})

    def signed(kid, alg, key, headers=None, **claims):
        wanted = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
        return jwt.encode(wanted, key, algorithm=alg, headers={"kid": kid, **(headers or {})})

    good = signed("o", "EdDSA", o)
    header, payload, signature = good.split(".")
    public = r.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    # PyJWT itself refuses to use a public key as a password, so this one is put together by hand.
    confused_head = part({"alg": "HS256", "kid": "r", "typ": "JWT"}) + "." + part(CLAIMS)
    confused = confused_head + "." + part(jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(confused_head.encode(), public))
    tokens = [
        ("RS256", signed("r", "RS256", r), 200),
        ("ES256", signed("e", "ES256", e), 200),
        ("EdDSA", good, 200),
        ("one of several audiences", signed("o", "EdDSA", o, aud=["account", AUDIENCE]), 200),
        ("no key named, and only one of its algorithm", jwt.encode(CLAIMS, e, algorithm="ES256"), 200),
        ("expired", signed("o", "EdDSA", o, exp=PAST), 401),
        ("without an end", signed("o", "EdDSA", o, exp=None), 401),
        ("not yet good", signed("o", "EdDSA", o, nbf=FAR - 1), 401),
        ("another audience", signed("o", "EdDSA", o, aud="account"), 401),
        ("without an audience", signed("o", "EdDSA", o, aud=None), 401),
        ("another issuer", signed("o", "EdDSA", o, iss=ISSUER + "/"), 401),
        ("without an issuer", signed("o", "EdDSA", o, iss=None), 401),
        ("a stranger's key under a known name", signed("o", "EdDSA", stranger), 401),
        ("a key nobody publishes", signed("x", "EdDSA", stranger), 401),
        ("a key that is too short", signed("short", "RS256", short), 401),
        ("PS256, by a key published for RS256", signed("r", "PS256", r), 401),
        ("RS512, by a key published for RS256", signed("r", "RS512", r), 401),
        ("alg none", jwt.encode(CLAIMS, None, algorithm="none", headers={"kid": "o"}), 401),
        ("alg none over a good signature", part({"alg": "none", "kid": "o"}) + "." + payload + "." + signature, 401),
        ("HS256 with the public key as password", confused, 401),
        ("claims that were changed", header + "." + part({**CLAIMS, "role": "operator"}) + "." + signature, 401),
        ("a header nobody may ignore", signed("o", "EdDSA", o, headers={"crit": ["city"], "city": "x"}), 401),
        ("no role of ours", signed("o", "EdDSA", o, role="default-roles-city"), 403),
    ]
    return {"issuer": ISSUER, "audience": AUDIENCE, "jwks": {"keys": keys}, "tokens": [{"says": s, "token": t, "status": n} for s, t, n in tokens]}


def believes(table, token):
    """Whether PyJWT believes a token by the same rules: the key of its name, by the algorithm it is published for."""
    published = jwt.PyJWKSet.from_dict(table["jwks"]).keys
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        return False
    named = [k for k in published if k.key_id == header.get("kid")] if "kid" in header else [k for k in published if k.algorithm_name == header["alg"]]
    if len(named) != 1 or header["alg"] not in BELIEVED or named[0].algorithm_name != header["alg"]:
        return False
    options = {"require": ["exp", "iss", "aud"], "enforce_minimum_key_length": True}
    try:
        jwt.PyJWT(options).decode(token, named[0].key, algorithms=BELIEVED, issuer=table["issuer"], audience=table["audience"], options=options)
    except jwt.PyJWTError:
        return False
    return True


def check(table):
    for line in table["tokens"]:
        # Whoever has no role of ours has a good token all the same.
        assert believes(table, line["token"]) == (line["status"] != 401), line["says"]


if __name__ == "__main__":
    if "--check" in sys.argv:
        check(json.loads(TABLE.read_text()))
    else:
        table = make()
        check(table)
        TABLE.write_text(json.dumps(table, indent=1) + "\n")
