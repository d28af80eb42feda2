"""What somebody meets who comes to change the project: the pages say what is so, and the version is one."""

from __future__ import annotations

import re
import subprocess
import tomllib

import pytest
import yaml

from shared.observability import VERSION
from tests.docs.prose import ROOT

TARGETS = set(re.findall(r"^([a-z][a-z-]*)(?: [a-z -]+)?:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
PAGES = ("CONTRIBUTING.md", "SECURITY.md", "README.md", ".github/workflows/ci.yml")
DECISIONS = sorted((ROOT / "specs" / "decisions").glob("[0-9]*.md"))
DATE = r"20\d\d-\d\d-\d\d"


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_that_a_page_names_exists(page: str) -> None:
    named = set(re.findall(r"(?:`|^|\s)make ([a-z][a-z-]*)(?=[\s`.,;])", read(page)))
    assert not named - TARGETS - {"sure"}


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "SECURITY.md"])
def test_every_file_that_a_page_names_exists(page: str) -> None:
    named = re.findall(r"`((?:shared|functions|specs|tests|infra)/[\w./-]+\w)`", read(page))
    named += re.findall(r"\]\((?!https?:)([^)#]+)\)", read(page))
    assert not [path for path in named if "NAME" not in path and not (ROOT / path).exists()]


def test_the_version_is_the_newest_one_of_the_changelog_and_of_the_project() -> None:
    headings = re.findall(rf"^## (\S+)(?: - ({DATE}))?$", read("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == ("Unreleased", "")
    assert all(date for _, date in headings[1:])
    assert headings[1][0] == VERSION == tomllib.loads(read("pyproject.toml"))["project"]["version"]


def test_what_an_owner_of_the_last_version_has_to_do_is_said_first() -> None:
    unreleased = re.findall(r"^### (.+)$", read("CHANGELOG.md").partition("\n## 0")[0], re.MULTILINE)
    assert unreleased[:1] in ([f"Coming from {VERSION}"], []), "nothing is unreleased, or this is"


def test_what_an_owner_of_the_last_version_has_to_do_names_settings_and_commands_that_exist() -> None:
    said = read("CHANGELOG.md").partition("\n### Coming from")[2].partition("\n### ")[0]
    settings = {*re.findall(r"^\| `([A-Z_]+)`", read("specs/settings.md"), re.MULTILINE)}
    named = {*re.findall(r"\b[A-Z]+_[A-Z_]+\b", said)}
    assert len(named & settings) > 4
    assert not [each for each in named - settings if f"env:{each}" not in read("serverless.yml")]
    assert not {*re.findall(r"`make ([a-z-]+)", said)} - TARGETS
    assert not [link for link in re.findall(r"\]\(([^)#]+)", said) if not (ROOT / link).exists()]


def test_make_help_lists_every_target_once_in_three_groups() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607 (make is where PATH says)
    groups = [line for line in shown.splitlines() if line and not line.startswith(" ")]
    assert groups == ["Use it", "Develop it", "Measure it"]
    explained = re.findall(r"^([a-z-]+):.*?## ", read("Makefile"), re.MULTILINE)
    assert sorted(re.findall(r"^  make (\S+)", shown, re.MULTILINE)) == sorted(explained)


def test_what_decides_on_a_change_is_the_same_everywhere() -> None:
    workflow = yaml.safe_load(read(".github/workflows/ci.yml"))
    assert [step["run"] for step in workflow["jobs"]["run"]["steps"] if "run" in step] == [".ci/run"]
    assert workflow["permissions"] == {"contents": "read"}


@pytest.mark.parametrize(
    "subject", ["outbox: drop what its reader deleted", "data layer: types in batch.py", "a-b/c.d: e"]
)
def test_a_subject_with_its_area_passes_the_hook(subject: str) -> None:
    assert hook_of_subjects().match(subject + "\n\nWhy it is so.\n")


@pytest.mark.parametrize(
    "subject", ["Drop what its reader deleted", "outbox:", "outbox: " + "x" * 65, "", "outbox drop it"]
)
def test_any_other_subject_does_not(subject: str) -> None:
    assert not hook_of_subjects().match(subject + "\n\nWhy: it is so.\n")


def hook_of_subjects() -> re.Pattern[str]:
    hooks = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"][0]["hooks"]
    [entry] = [hook["entry"] for hook in hooks if hook["id"] == "subject"]
    return re.compile(entry, re.MULTILINE)


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name[:4])
def test_a_decision_has_its_number_a_date_a_status_and_the_usual_parts(path: object) -> None:
    name = str(path).rpartition("/")[2]
    first, _, text = read(f"specs/decisions/{name}").partition("\n")
    how = "as specs/decisions/README.md says"
    assert re.fullmatch(rf"# {name[:4]}: [A-Z].*[^.]", first), how
    assert re.match(rf"\nStatus: (accepted|superseded by \d{{4}}) on {DATE}\n\n\*\*Context\.\*\* ", text), how
    assert "\n**Choice.** " in text, how


def test_the_list_of_decisions_has_each_one() -> None:
    listed = re.findall(r"^\| \[(\d{4})\]\((\S+)\) \|", read("specs/decisions/README.md"), re.MULTILINE)
    assert listed == [(path.name[:4], path.name) for path in DECISIONS]


@pytest.mark.parametrize("path", [*ROOT.glob(".github/**/*.yml"), ROOT / ".pre-commit-config.yaml"], ids=str)
def test_what_the_host_reads_is_yaml(path: object) -> None:
    assert isinstance(yaml.safe_load(read(str(path))), dict)
