"""Which tests run where: what the pages say is what tests/run.sh does, and no test is in none."""

from __future__ import annotations

import re
import subprocess

from tests.docs.prose import ROOT, table_rows

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


def test_the_page_for_contributors_says_which_folders_a_tier_has() -> None:
    said = {
        tier.strip("`"): sorted(re.findall(r"`([\w/]+)`", folders))
        for tier, folders, *_ in table_rows("CONTRIBUTING.md", "## Where a test goes")
    }
    assert said == {f"make test-{tier}": sorted(folders_of(tier)) for tier in TIERS}
