"""specs/guides/element.md names every attribute, event, part and custom property of `<docs-chat>`, and no others."""

from __future__ import annotations

import re

from tests.docs.prose import ROOT

GUIDE = (ROOT / "specs/guides/element.md").read_text("utf-8")
SOURCE = ROOT / "functions/widget/source"
CODE = "\n".join(path.read_text("utf-8") for path in sorted(SOURCE.rglob("*.js")))
STYLES = "\n".join(path.read_text("utf-8") for path in sorted(SOURCE.rglob("*.css")))


TYPES = (ROOT / "functions/widget/docs-chat.d.ts").read_text("utf-8")


def declared(name: str) -> str:
    """The text of a type, from its name to the empty line after it."""
    return TYPES.partition(f" {name} ")[2].partition("\n\n")[0]


def section(title: str) -> str:
    return GUIDE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_attribute_is_described() -> None:
    read = re.findall(r'(?:#text|getAttribute|hasAttribute)\("([a-z-]+)"\)', (SOURCE / "options.js").read_text("utf-8"))
    element = re.findall(r'this\.getAttribute\("([a-z-]+)"\)', (SOURCE / "element.js").read_text("utf-8"))
    described = re.findall(r"^\| `([a-z-]+)` \|", section("Attributes"), re.MULTILINE)
    assert sorted(described) == sorted({*read, *element})
    assert {*re.findall(r"^  \"?([a-z-]+)\"?\?: ", declared("DocsChatAttributes"), re.MULTILINE)} == {*described}


def test_every_event_is_described() -> None:
    sent = {f"docs-chat:{name}" for name in re.findall(r'\bemit\("([a-z]+)"', CODE)}
    assert {*re.findall(r"`(docs-chat:[a-z]+)`", section("Methods and events"))} == sent
    assert {*re.findall(r'"(docs-chat:[a-z]+)":', declared("DocsChatEvents"))} == sent


def test_every_custom_property_and_every_part_is_described() -> None:
    assert {*re.findall(r"`(--docs-chat-[a-z-]+)`", section("Colours and sizes"))} == {
        *re.findall(r"--docs-chat-[a-z-]+", STYLES)
    }
    assert {*re.findall(r'"(.+)"', declared("DocsChatProperty"))} == {*re.findall(r"--docs-chat-[a-z-]+", STYLES)}
    parts = {*re.findall(r'part: "([a-z-]+)"', CODE)}
    assert {*re.findall(r"`([a-z-]+)`", section("Colours and sizes").partition("Parts: ")[2])} == parts
    assert {*re.findall(r'"(.+)"', declared("DocsChatPart"))} == parts
