"""Values that the real better-auth 1.7.25 made, and where a whole set of them may lie beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[4] / "shared" / "vectors"

SECRET = "unit-test-secret-0123456789-abcdefghijklmnop"

COOKIES = [
    (
        "q0PzY4cW7nXbR2tKfLs9DjVhGmE1UaOi",
        "q0PzY4cW7nXbR2tKfLs9DjVhGmE1UaOi.aJDu1trQf5FZo41i3njUEGo90mdFmKHOeQ2JWvhJIAo%3D",
    ),
    ("true", "true.b6b24%2FEh6sQ6BYjA0vhFm%2F6TIXecAdOro4AudG70M8E%3D"),
    ("dots.in.it", "dots.in.it.ro8AcO43wlzxw1RQJoWQLOdhyn3qmECGOdkGT9CSpOE%3D"),
    ("naïve ✓", "na%C3%AFve%20%E2%9C%93.FTdFjcSpdqIvO5vZM0CtSNKefyDuls0HRMeMCfgdZ3U%3D"),
    ("a b+c/d=e", "a%20b%2Bc%2Fd%3De.oPpM1PVCzteJeyN9l92QPS0pHVH1KkdP1tO8EZQRBTY%3D"),
]

CACHED_TOKEN = "Q4HQwwOzwC8n0QD38MO8UG1DipQ1QpNo"
CACHED_SESSION_ID = "RVRAz3XjLvu1pEBOMpwqqdEs3eRHXGSD"
CACHED_USER_ID = "E4XLrbqaPgkUezYiUJRDPtx8Kd083nZo"
CACHED_UNTIL = 1795354590062
"""Milliseconds since 1970."""

CACHED = (
    "eyJzZXNzaW9uIjp7InNlc3Npb24iOnsiZXhwaXJlc0F0IjoiMjAyNi0xMS0yOVQxMzozMTozMC4wNjBaIiwidG9rZW4iOiJRNEhR"
    "d3dPendDOG4wUUQzOE1POFVHMURpcFExUXBObyIsImNyZWF0ZWRBdCI6IjIwMjYtMTEtMjJUMTM6MzE6MzAuMDYwWiIsInVwZGF0"
    "ZWRBdCI6IjIwMjYtMTEtMjJUMTM6MzE6MzAuMDYwWiIsImlwQWRkcmVzcyI6IiIsInVzZXJBZ2VudCI6InZlY3RvcnMvMS4wIChu"
    "YcOvdmUgIFwicVwiIFxcICkiLCJ1c2VySWQiOiJFNFhMcmJxYVBna1VlellpVUpSRFB0eDhLZDA4M25abyIsImlkIjoiUlZSQXoz"
    "WGpMdnUxcEVCT01wd3FxZEVzM2VSSFhHU0QifSwidXNlciI6eyJuYW1lIjoiWm_DqyBcIlFcIiDigKggXHUwMDA3IPCfpoAgL1xc"
    "IiwiZW1haWwiOiJ6b2VAZXhhbXBsZS5jb20iLCJlbWFpbFZlcmlmaWVkIjpmYWxzZSwiY3JlYXRlZEF0IjoiMjAyNi0xMS0yMlQx"
    "MzozMTozMC4wNThaIiwidXBkYXRlZEF0IjoiMjAyNi0xMS0yMlQxMzozMTozMC4wNThaIiwiaWQiOiJFNFhMcmJxYVBna1Vlellp"
    "VUpSRFB0eDhLZDA4M25abyJ9LCJ1cGRhdGVkQXQiOjE3OTUzNTQyOTAwNjIsInZlcnNpb24iOiIxIn0sImV4cGlyZXNBdCI6MTc5"
    "NTM1NDU5MDA2Miwic2lnbmF0dXJlIjoiSjk1c2xlU2xCNEI4M3JYZ21VMWRxMjQ1SWZxSTVwRkNTbjJlTHhPU2RxOCJ9"
)
"""`session_data`, strategy "compact", of somebody named Zoë "Q" U+2028 U+0007 🦀 /\\."""

SCRYPT = [
    (
        "sunny morning walk",
        (
            "d03b75bbdde8b280e223231997179923:46b47536e8493f877e42977b4685a2154e44f4c4e230a90b7c053dcd91b8c70c"
            "03837c79187e54b0ca06098739e16db6010f488479ace60072bb95ecb69c15c1"
        ),
    ),
    (
        "ﬁne Å pässwörd",
        (
            "f2db2754d36881ebc0636ccc0a5e4fb5:8c6a1b41fd22b10eb74d93c21c68da6dfc87584dbf9f902d1a341d053fd8b797"
            "bd18559fc4e6888ff31cd7f09fcdebac28129bb4573d917d39bedf8bc2d413ea"
        ),
    ),
    (
        "🦀🦀🦀🦀",
        (
            "d3722a9714232b69434cf6150a727b2f:7a612b11a99c48e30359b83c9bf6435e8715d81e023b9297d0ea12d4960c8fab"
            "12b4ac3d2702581e47457a4aeeb2c42f2bb314e145f8c623340d97841b349a8e"
        ),
    ),
]
TOKENS: dict[str, tuple[str, str, dict[str, str]]] = {
    "EdDSA": (
        "84uYYEamOSlYmlmrur5QECjwgtBYG4fw",
        (
            "eyJhbGciOiJFZERTQSIsImtpZCI6Ik40RU9zQjdrdTNaWFIxeUZyTU13aUE3emo1Q0VsV3RuIn0.eyJpYXQiOjE3OTUzNTUz"
            "MTIsIm5hbWUiOiJab8OrIiwiZW1haWwiOiJ6b2VAZXhhbXBsZS5jb20iLCJlbWFpbFZlcmlmaWVkIjpmYWxzZSwiY3JlYXRl"
            "ZEF0IjoiMjAyNi0xMS0yMlQxMzo0ODozMi4wMDlaIiwidXBkYXRlZEF0IjoiMjAyNi0xMS0yMlQxMzo0ODozMi4wMDlaIiwi"
            "aWQiOiI4NHVZWUVhbU9TbFltbG1ydXI1UUVDandndEJZRzRmdyIsInN1YiI6Ijg0dVlZRWFtT1NsWW1sbXJ1cjVRRUNqd2d0"
            "QllHNGZ3IiwiZXhwIjoxNzk1MzU2MjEyLCJpc3MiOiJodHRwczovL2F1dGguZXhhbXBsZS5jb20iLCJhdWQiOiJodHRwczov"
            "L2F1dGguZXhhbXBsZS5jb20ifQ.dtVOUWioX4HGzM4UwBtTHrQgUHcKjjgK4_3kQcMuRtgQOQpJE2FRpzpmD3rtz79viecCs"
            "OVmRZG1bXNCW_ikDw"
        ),
        {
            "alg": "EdDSA",
            "crv": "Ed25519",
            "x": "YbXq9aT1hQK6eKqmOXH9r5oq3RkqHc5GWZUrrElnv1E",
            "kty": "OKP",
            "kid": "N4EOsB7ku3ZXR1yFrMMwiA7zj5CElWtn",
        },
    ),
    "ES256": (
        "7orec7cEHF92aIg1HCZgit8D5SLx5fwE",
        (
            "eyJhbGciOiJFUzI1NiIsImtpZCI6IklGR1JZMUFHdXUwVUpMR0V4SjJuTmJTWWRyZXVEV2FwIn0.eyJpYXQiOjE3OTUzNTUz"
            "MTIsIm5hbWUiOiJab8OrIiwiZW1haWwiOiJ6b2VAZXhhbXBsZS5jb20iLCJlbWFpbFZlcmlmaWVkIjpmYWxzZSwiY3JlYXRl"
            "ZEF0IjoiMjAyNi0xMS0yMlQxMzo0ODozMi4xNTVaIiwidXBkYXRlZEF0IjoiMjAyNi0xMS0yMlQxMzo0ODozMi4xNTVaIiwi"
            "aWQiOiI3b3JlYzdjRUhGOTJhSWcxSENaZ2l0OEQ1U0x4NWZ3RSIsInN1YiI6IjdvcmVjN2NFSEY5MmFJZzFIQ1pnaXQ4RDVT"
            "THg1ZndFIiwiZXhwIjoxNzk1MzU2MjEyLCJpc3MiOiJodHRwczovL2F1dGguZXhhbXBsZS5jb20iLCJhdWQiOiJodHRwczov"
            "L2F1dGguZXhhbXBsZS5jb20ifQ.nNzp7WDDaUf-"
            "ZIq5idaDScl9-BR67Q9tJTfTKZ03hTSUl5nMA9mHJFhiSVZtn84x4G5O-Qn0Nl1g3TkmOo1gaw"
        ),
        {
            "alg": "ES256",
            "crv": "P-256",
            "kty": "EC",
            "x": "pJz3d08BLbwcBjeHb85sRakNIM6pGcZsZiPr0a5XI6o",
            "y": "K3S3ZNjq-pvlDoVWaaSD-0ZDoPvsE2gaWJKs4F28BfI",
            "kid": "IFGRY1AGuu0UJLGExJ2nNbSYdreuDWap",
        },
    ),
    "RS256": (
        "nv0JbECD3yUwizniiD7zzvuQdk6xtiEj",
        (
            "eyJhbGciOiJSUzI1NiIsImtpZCI6IlNleWFTNGVUbHFJT0Q0MnFNa21JQUNRUnBDcklOcVRrIn0.eyJpYXQiOjE3OTUzNTUz"
            "MTIsIm5hbWUiOiJab8OrIiwiZW1haWwiOiJ6b2VAZXhhbXBsZS5jb20iLCJlbWFpbFZlcmlmaWVkIjpmYWxzZSwiY3JlYXRl"
            "ZEF0IjoiMjAyNi0xMS0yMlQxMzo0ODozMi4yNzdaIiwidXBkYXRlZEF0IjoiMjAyNi0xMS0yMlQxMzo0ODozMi4yNzdaIiwi"
            "aWQiOiJudjBKYkVDRDN5VXdpem5paUQ3enp2dVFkazZ4dGlFaiIsInN1YiI6Im52MEpiRUNEM3lVd2l6bmlpRDd6enZ1UWRr"
            "Nnh0aUVqIiwiZXhwIjoxNzk1MzU2MjEyLCJpc3MiOiJodHRwczovL2F1dGguZXhhbXBsZS5jb20iLCJhdWQiOiJodHRwczov"
            "L2F1dGguZXhhbXBsZS5jb20ifQ.MLwRi5r81KmHfIHEfzXhZMS2Z-"
            "QczA_kXs1CN6EiHNF_6hULzMAWS6NOkEtVTV1JSqrxkB3z2UAp7yEU4tsFM0HeO-eHuOWWV-yzL-"
            "5up7lf9Rkgbg27_FrzXa4AjCn_HU7ryLhbU-"
            "j3dbSA8Bhdmiye818fFZ7i7ZFQzKeeXhHX9hR4VvGGlATQI11tqPYXLMDpk0ieMnD9ffrMeO7Gv7JtYxPBVZjQkCuCQqqKVY"
            "Olkif30BBfR6OWN8X83CdLmwb3Y-TIupbquTMAP7CxvOoQiiC0hN4B3H-"
            "tGaHJEzuelTYg1gN16eQSltn7VVwifQCJnjnBDT_URcZxtC6OiQ"
        ),
        {
            "alg": "RS256",
            "kty": "RSA",
            "n": (
                "tyFzrp0rRWJ-t45wzuvLwmlJqIXnbLjsfEap5_23LQwVZQZ-PYV2q-k-"
                "sZIed0kNMfz1BGL7jA73V7TkAXl5hT2ZQZJJ_0EH05LoTSGwDDm7dMLPH3Q7trMkk05mdtf-vlpuHLdodJzPRyeV-"
                "ydVeSLMMi7DXlbMI-CgSS8HstBOTtzCdop5PjQOnj7SSxBIRDbTXs0agqO7GEI-by-"
                "iLXxvI7x7E5zKCcwjCEXikouDrx5DXrK_WlZZRqotnye7ZAjOe65u8_X2K7zX7qkIsWjrlMY-"
                "BtD1NgCd05tlfA_2RMclumQkTC4XYEQwMrfXZXwqySp-v78ZOivC-s-HSw"
            ),
            "e": "AQAB",
            "kid": "SeyaS4eTlqIOD42qMkmIACQRpCrINqTk",
        },
    ),
}
"""What the jwt plug-in at https://auth.example.com gave out, by algorithm: user, token, published key."""

TOKENS_MADE_AT = 1795355312
"""Seconds since 1970; they were good for a quarter of an hour."""

EMAILS = {
    "ann@example.org": True,
    "Ann.B+tag@sub.example.co.uk": True,
    "o'neil@example.org": True,
    "ann@localhost": False,
    "ann@example.c": False,
    "ann..b@example.org": False,
    ".ann@example.org": False,
    "ann.@example.org": False,
    "ann @example.org": False,
    " ann@example.org": False,
    "ann@example.org\n": False,
    "änn@example.org": False,
    "ann@-example.org": False,
    "ann@1.2.3.4": False,
    "": False,
}


def beside_the_project(name: str) -> dict[str, Any]:
    """The larger set of vectors, or a skipped test where only the project was cloned."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} does not lie beside the project")
    return json.loads(path.read_text(encoding="utf-8"))
