"""The one SQL text of the owner's desk; infra/migrations/0105_owners_desk.sql says what it finds, and for whom."""

from __future__ import annotations

from typing import Final

LOOK: Final = """
select owner_desk($1::text, $2::text[], $3::text, $4::timestamptz, $5::timestamptz, $6::jsonb) as seen
"""
