"""What a user has exported for Postgres, AWS, proxies and the language changes nothing here."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx
import pytest
from psycopg import pq

from infra.local.ports import LOOPBACK, free_port
from infra.local.program import PROJECT
from infra.local.state import State
from infra.local.users import set_aside
from tests.fixtures.loopback import client_of
from tests.fixtures.platform import BOOK, SITE
from tests.integration.platform.test_make_run import STOPPING_SECONDS, Run

if TYPE_CHECKING:
    from infra.local.postgres import Postgres

NEONS_OWN: Final = {
    "PGHOST": "ep-cool-1.us-east-2.aws.neon.tech",
    "PGDATABASE": "neondb",
    "PGUSER": "neondb_owner",
    "PGPASSWORD": "secret",
    "PGSSLMODE": "require",
    "PGCHANNELBINDING": "require",
}
"""What Neon's console gives for a `.env`."""

OTHERS: Final = {
    "PGDATESTYLE": "SQL,DMY",
    "PGOPTIONS": "-c geqo_threshold=99",
    "PGREQUIREAUTH": "md5",
    "PGSERVICE": "production",
    "PGSSLNEGOTIATION": "direct",
    "PGTARGETSESSIONATTRS": "standby",
    "PGTZ": "Asia/Kathmandu",
}

BATCH: Final = """
import sys
from shared.db.batch import Statement
from shared.db.pooled import PooledDatabase
from shared.settings.database import DatabaseSettings
database = PooledDatabase(DatabaseSettings(sys.argv[1], "pooled"))
[rows] = database.run(Statement("select current_setting('datestyle'), current_setting('geqo_threshold')"))
print(*rows.values[0], sep=";")
"""


def libpqs() -> dict[str, str]:
    """Every variable that libpq knows, with a value that spoils something wherever it counts."""
    names = [each.envvar.decode() for each in pq.Conninfo.get_defaults() if each.envvar]
    return dict.fromkeys(names, "nonsense") | NEONS_OWN | OTHERS


@pytest.mark.parametrize("variables", [NEONS_OWN, OTHERS, libpqs()], ids=["neon's own", "others", "all"])
def test_a_pooled_connection_goes_by_its_address_alone(postgres: Postgres, variables: dict[str, str]) -> None:
    said = subprocess.run(  # noqa: S603 (ours)
        [sys.executable, "-c", BATCH, postgres.app_url],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], **variables},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert said.strip() == "ISO, MDY;12"


def test_the_local_programs_set_aside_what_is_for_the_world() -> None:
    environment = {"PGHOST": "x", "AWS_PROFILE": "work", "HTTPS_PROXY": "http://proxy:1", "NO_PROXY": "intra", "A": "b"}
    set_aside(environment)
    assert environment == {
        "A": "b",
        "HTTPS_PROXY": "http://proxy:1",  # crawling and installing go by it
        "NO_PROXY": "intra,127.0.0.1,localhost,::1",
        "no_proxy": "127.0.0.1,localhost,::1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


@pytest.fixture(scope="module")
def turkish(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A language in which the capital of `i` is not `I`, made here and seen to be in use."""
    if not (shutil.which("localedef") and Path("/usr/share/i18n/locales/tr_TR").exists()):
        pytest.skip("no localedef or no sources of locales here (Debian's package: locales)")
    folder = tmp_path_factory.mktemp("locales")
    made = ["localedef", "--no-archive", "-i", "tr_TR", "-f", "UTF-8", str(folder / "tr_TR.UTF-8")]
    subprocess.run(made, check=True, capture_output=True)  # noqa: S603 (as above)
    variables = {"LC_ALL": "tr_TR.UTF-8", "LOCPATH": str(folder)}
    asked = [sys.executable, "-c", "import locale; print(locale.setlocale(locale.LC_ALL, ''))"]
    said = subprocess.run(asked, env=variables, check=True, capture_output=True, text=True).stdout  # noqa: S603 (as above)
    assert said.strip() == "tr_TR.UTF-8"
    return variables


@pytest.fixture
def users_environment(turkish: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """Everything that somebody may have exported, at once."""
    (tmp_path / ".pgpass").write_text("*:*:*:*:wrong\n")
    (tmp_path / ".pgpass").chmod(0o600)
    (tmp_path / ".pg_service.conf").write_text("[production]\nhost=192.0.2.7\nsslmode=require\n")
    closed = f"http://{LOOPBACK}:{free_port()}"
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), closed)
    amazons = {"AWS_PROFILE": "work", "AWS_ENDPOINT_URL": closed, "AWS_REGION": "nowhere"}
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **libpqs(), **proxies, **amazons, **turkish}


@pytest.mark.long  # the platform below needs it, too
def test_the_platforms_database_works_in_a_users_environment(users_environment: dict[str, str], tmp_path: Path) -> None:
    tests = ["tests/contract/test_database.py", "-k", "later_statement_sees", "-o", f"cache_dir={tmp_path}"]
    done = subprocess.run(  # noqa: S603 (ours)
        [sys.executable, "-m", "pytest", "-q", "-n", "0", *tests],
        cwd=PROJECT,
        env=users_environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


@pytest.mark.parametrize("transport", [pytest.param("http", marks=pytest.mark.long), "pooled"])
def test_a_reader_is_served_by_a_platform_in_a_users_environment(
    users_environment: dict[str, str], transport: str
) -> None:
    with State.temporary() as state:
        data = state.folder / "its data"
        # a book of three pages, as the project's own would take a processor for half a minute
        ingest = [sys.executable, "-m", "infra.local", "--data", data, "ingest", BOOK, "--site-url", SITE]
        subprocess.run(ingest, cwd=PROJECT, env=users_environment, check=True, capture_output=True)  # noqa: S603 (ours)
        run = Run(data, "--transport", transport, environment=users_environment)
        try:
            serve(run)
        finally:
            run.end(signal.SIGTERM)
        assert run.leftovers(STOPPING_SECONDS) == []


def serve(run: Run) -> None:
    """Somebody signs up, asks and searches, in capitals whose small letters differ from language to language."""
    with client_of(run.url) as api:
        new = {"name": "I\u015f\u0131k", "email": "ISIK@EXAMPLE.COM", "password": "correct horse battery"}
        assert api.post("/api/auth/sign-up/email", json=new).status_code == httpx.codes.OK, run.said
        asked = api.post("/api/chat", json={"message": "HOW DO I CALIBRATE THE WOMBAT ARM?"}).json()
        assert (asked["saved"], asked["degraded"]) == ("stored", []), run.said
        assert asked["sources"]
        found = api.get("/api/conversations", params={"search": "CALIBRATE"}).json()["conversations"]
        assert [each["id"] for each in found] == [asked["conversationId"]]
