"""Which tests run where: what the pages say is what tests/run.sh does, and no test is in none."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.docs.prose import ROOT, table_rows
from tests.fixtures.missing import missing

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = (ROOT / "tests/run.sh").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
[LISTED] = re.findall(r'^tiers="(.+)"$', SCRIPT, re.MULTILINE)
TIERS = LISTED.split()
NIGHTLY = re.findall(r"^tiers := (.+)$", MAKEFILE, re.MULTILINE)[0].split()


def folders_of(tier: str) -> list[str]:
    """As the script itself gives them."""
    [function] = re.findall(r"^folders_of\(\) \{\n.*?^\}$", SCRIPT, re.MULTILINE | re.DOTALL)
    words = ["sh", "-c", f'{function}\nfolders_of "$1"', "sh", tier]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603 (our own words)


def test_each_tier_has_folders_that_exist_and_that_no_other_has() -> None:
    folders = [folder for tier in TIERS for folder in folders_of(tier)]
    assert all([*(ROOT / folder).glob("**/test_*.py")] for folder in folders)
    assert len(folders) == len(set(folders))


def test_a_few_of_each_tier_run_before_a_change_is_merged() -> None:
    files = {
        tier: [path for folder in folders_of(tier) for path in (ROOT / folder).rglob("test_*.py")] for tier in TIERS
    }
    assert not [
        tier for tier, paths in files.items() if not any("mark.smoke" in path.read_text("utf-8") for path in paths)
    ]


def test_every_tier_has_a_command_and_runs_each_night() -> None:
    commands = {"test", "test-long", *(f"test-{tier}" for tier in TIERS)}
    assert set(NIGHTLY) == commands
    assert commands <= set(re.findall(r"^([a-z-]+): .*## ", MAKEFILE, re.MULTILINE))


def test_a_machine_of_its_own_runs_each_tier_at_night_and_shows_what_failed() -> None:
    [job] = yaml.safe_load((ROOT / ".github/workflows/all-tests.yml").read_text("utf-8"))["jobs"].values()
    jobs = job["strategy"]["matrix"]["include"]
    assert {*NIGHTLY, "audit"} <= {each["target"] for each in jobs}
    assert all(each["minutes"] >= 30 for each in jobs)
    assert job["strategy"]["fail-fast"] is False
    shown = next(step for step in job["steps"] if "upload-artifact" in step.get("uses", ""))
    assert shown["if"] == "failure() || cancelled()"


@pytest.mark.parametrize("path", sorted(ROOT.glob(".github/**/*.yml")), ids=lambda path: path.name)
def test_the_actions_of_others_are_named_by_a_commit(path: Path) -> None:
    used = re.findall(r"^\s*(?:- )?uses: (?!\./)(\S+)", path.read_text("utf-8"), re.MULTILINE)
    assert not [each for each in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", each)]


def test_newer_versions_and_weaknesses_are_looked_for_wherever_packages_are_locked() -> None:
    watched = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text("utf-8"))["updates"]
    folders = {each["package-ecosystem"]: {*each.get("directories", ()), each.get("directory")} for each in watched}
    locked = {path.parent.relative_to(ROOT).as_posix() for path in tracked("package-lock.json")}
    assert folders["npm"] >= {f"/{folder}".rstrip(".") for folder in locked}
    assert folders["github-actions"] >= {"/", *(f"/{path.parent.relative_to(ROOT)}" for path in tracked("action.yml"))}
    [audited] = re.findall(r"for folder in (.+?); do \(cd \$\$folder && npm audit", MAKEFILE)
    assert set(audited.split()) == locked


def tracked(name: str) -> list[Path]:
    """Files of that name, but for those of packages that are installed."""
    inside = (path for pattern in (name, f".github/**/{name}", f"tests/*/{name}") for path in ROOT.glob(pattern))
    return [path for path in inside if "node_modules" not in path.parts]


def test_what_is_not_installed_is_a_failure_in_ci_and_skipped_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="a program"):
        missing("a program")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="a program"):
        missing("a program")


def test_no_test_skips_by_itself_for_what_can_be_installed() -> None:
    lacking = r"skip(?:if)?\([^\n]*(?:not installed|node_modules|npm packages)"
    skipped = re.compile(rf"{lacking}|pytest\.fail\([^\n]*pytest\.skip")
    files = [path for path in (ROOT / "tests").rglob("*.py") if "node_modules" not in path.parts]
    own = "test_tiers.py"
    assert not [path.name for path in files if path.name != own and skipped.search(path.read_text("utf-8"))]


def test_the_page_for_contributors_says_which_folders_a_tier_has() -> None:
    said = {
        tier.strip("`"): sorted(re.findall(r"`([\w/]+)`", folders))
        for tier, folders, *_ in table_rows("CONTRIBUTING.md", "## Where a test goes")
    }
    assert said == {f"make test-{tier}": sorted(folders_of(tier)) for tier in TIERS}
