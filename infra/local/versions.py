"""What becomes of a deployed stage: a next version, the way back, and a removal while a turn waits."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from infra.local.deployed_stage import DEAD_LETTERS, DeployedStage, NotAsPromised

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    Say = Callable[[str], None]
    TryOut = Callable[[], None]

CHANGED = "functions/health/live.py"
LINE = "# the next version\n"
AHEAD = "infra/migrations/9999_of_the_next_version.sql"
MIGRATION = "create table of_the_next_version (id uuid primary key);\n"
BOTH_QUEUES = 2


def try_versions(stage: DeployedStage, owner_url: str, try_out: TryOut, say: Say) -> None:
    """Deploy a next version, with a line changed and a migration more; then the last one again.

    Raises:
        NotAsPromised: More than that was uploaded, or a reader noticed.
    """
    before = stage.emulator.code()
    with next_version(stage):
        _expect("applied 9999" in stage.migrate(owner_url), "the migration of the next version was not applied")
        _expect_equal("zips uploaded after a change of one line", stage.deploy(), 1)
    after = stage.emulator.code()
    changed = [name.rpartition("-")[2] for name in after if after[name] != before[name]]
    _expect_equal("functions changed by it", changed, ["healthLive"])
    try_out()
    say("one line changed, one migration more: 1 zip uploaded, 1 function changed")
    _expect("9999_of_the_next_version" in stage.migrate(owner_url), "the database is ahead, and nobody said so")
    _expect_equal("zips uploaded by the roll-back", stage.deploy(), 0)
    _expect_equal("the code after the roll-back", stage.emulator.code(), before)
    try_out()
    say("rolled back with the database ahead: 0 zips uploaded, the code is that of before")


@contextmanager
def next_version(stage: DeployedStage) -> Generator[None]:
    """The folder has the next version; afterwards it is the last one again."""
    source, migration = stage.folder / CHANGED, stage.folder / AHEAD
    text = source.read_text("utf-8")
    source.write_text(text + LINE, "utf-8")
    migration.write_text(MIGRATION, "utf-8")
    yield
    source.write_text(text, "utf-8")
    migration.unlink()


def try_removing(stage: DeployedStage, try_out: TryOut, say: Say) -> None:
    """Remove the stack while a turn waits, which must not be; then insist, and deploy the stage anew.

    Raises:
        NotAsPromised: It was removed, or the turn is gone.
    """
    message = {"MessageBody": "a turn", "MessageGroupId": "a reader", "MessageDeduplicationId": "once"}
    stage.emulator.call("AmazonSQS", "SendMessage", QueueUrl=stage.dead_letters(), **message)
    _refused(stage)
    say("osls remove, while a turn waits: refused")
    stage.osls("remove", "--force")
    _expect_equal("functions left", stage.emulator.functions(), [])
    _expect_equal("queues left", len(stage.queues()), BOTH_QUEUES)
    say("osls remove --force: the functions are gone, the queues stay")
    stage.deploy()
    try_out()
    _refused(stage)  # it waits still, and belongs to the stack again
    say("deployed anew: the stack has its queues again, with the turn that waits")
    stage.emulator.call("AmazonSQS", "PurgeQueue", QueueUrl=stage.dead_letters())
    stage.osls("remove")
    left = [*stage.emulator.functions(), *stage.queues()]
    _expect_equal("functions and queues left", left, [])
    say("osls remove: no function is left, and no queue")


def _refused(stage: DeployedStage) -> None:
    try:
        stage.osls("remove")
    except NotAsPromised as refusal:
        _expect(f"1 in {DEAD_LETTERS}" in str(refusal), str(refusal))
    else:
        raise NotAsPromised("a stack was removed while a turn waited in its queue")
    _expect(stage.emulator.functions(), "the functions are gone")


def _expect(kept: object, otherwise: str) -> None:
    if not kept:
        raise NotAsPromised(f"not as promised: {otherwise[:500]}")


def _expect_equal(what: str, found: object, wanted: object) -> None:
    _expect(found == wanted, f"{what}: {found}, not {wanted}")
