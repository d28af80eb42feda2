"""`python -m shared.streaming`, which Lambda runs in place of its own runtime client."""

from __future__ import annotations

from shared.streaming.loop import serve

serve()
