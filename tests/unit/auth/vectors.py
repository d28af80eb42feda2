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
