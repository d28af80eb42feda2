from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from infra.bundle import PROJECT, Bundler, Service, main
from infra.packaging.dependencies import Target, group_archive
from infra.packaging.interpreter import find_interpreter
from tests.fixtures.missing import missing
from tests.package.archives import extract
from tests.package.runtime_api import Function, Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    Package = Callable[..., dict[str, Any]]

RUNTIME_CLIENT = ("awslambdaric", "simplejson", "snapshot-restore-py")
"""What AWS' Python runtime itself brings, beside the standard library."""

CACHE = PROJECT / "build" / "groups"
EVENTS = PROJECT / "tests" / "events"
OSLS = PROJECT / "node_modules" / ".bin" / "osls"
SITE = "https://book.example.com"
DEFAULT = re.compile(r"\$\{env:\w+, '([^']*)'\}|([^${}]*)")
"""A value in serverless.yml that is known before anything is deployed."""

OF_PRODUCTION = {
    "SITE_ORIGIN": SITE,
    "BETTER_AUTH_URL": "https://api.example.com",
    "ALARM_EMAIL": "on-call@example.com",
}
"""What the stage `prod` is not deployed without."""

OPTIONAL = {
    "API_DOMAIN": "api.example.com",
    "API_HOSTED_ZONE": "Z0123456789ABCDEFGHIJ",
    "MAIL_IDENTITY": "example.com",
    "MAIL_HOSTED_ZONE": "example.com",
}
"""What the stack makes a domain and a sender of, where the stage names them."""


@pytest.fixture(scope="session")
def service() -> Service:
    return Service.read()


@pytest.fixture(scope="session")
def target(service: Service) -> Target:
    """The machine that the tests run on, as if it were AWS: the zips must be able to run here."""
    python = find_interpreter(service.python)
    if python is None:
        missing(f"no CPython {service.python} on this machine, the one that AWS runs the functions with")
    architecture = {"x86_64": "x86_64", "aarch64": "arm64"}.get(os.uname().machine)
    if os.uname().sysname != "Linux" or architecture is None:
        pytest.skip("the zips hold programs for Linux on x86_64 or arm64")
    return Target(architecture, service.python, python)


@pytest.fixture(scope="session")
def bundler(target: Target) -> Bundler:
    """As osls has it, so that what one has built the other finds."""
    return Bundler(target)


@pytest.fixture(scope="session")
def unzipped(service: Service, bundler: Bundler, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Folder that holds what the zip of a function holds; every function is built once a session."""
    folder = tmp_path_factory.mktemp("task")
    unpacked: dict[tuple[str, int, int], Path] = {}

    def unzip(name: str) -> Path:
        task = folder / name
        if not task.exists():
            extract(bundler.build(name, service.handlers[name]).path, task, unpacked)
        return task

    return unzip


@pytest.fixture(scope="session")
def runtime_client(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with `awslambdaric` for the target's Python, from the locked development requirements."""
    folder = tmp_path_factory.mktemp("runtime")
    requirements = folder / "runtime.txt"
    requirements.write_text(locked(PROJECT / "infra" / "requirements" / "dev.txt", *RUNTIME_CLIENT), encoding="utf-8")
    extract(group_archive(requirements, target, CACHE), folder / "unpacked", {})
    return folder / "unpacked"


def locked(requirements: Path, *names: str) -> str:
    """The lines of a locked file that are about these packages."""
    pinned = re.findall(rf"^(?:{'|'.join(names)})==.*(?:\n .*)*", requirements.read_text("utf-8"), re.MULTILINE)
    assert len(pinned) == len(names)
    return "\n".join(pinned)


@pytest.fixture(scope="session")
def try_out(
    service: Service,
    target: Target,
    unzipped: Callable[[str], Path],
    runtime_client: Path,
    environment: dict[str, str],
) -> Callable[[str], Trial]:
    """Start a zip alone under AWS' runtime client and give it its recorded event; each once a session."""
    assert target.python
    python = target.python
    written: dict[str, Any] = yaml.load(
        (PROJECT / "serverless.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )["functions"]

    @cache
    def trial_of(name: str) -> Trial:
        given = {variable: environment[variable] for variable in written[name].get("environment", {})}
        function = Function(python, unzipped(name), runtime_client, service.handlers[name])
        return function.invoke((EVENTS / f"{name}.json").read_bytes(), given)

    return trial_of


@pytest.fixture(scope="session")
def trials(service: Service, try_out: Callable[[str], Trial], unzipped: Callable[[str], Path]) -> dict[str, Trial]:
    """Of every zip; two at a time, once all are unpacked."""
    names = [name for name in service.handlers if unzipped(name)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(names, pool.map(try_out, names), strict=True))


@pytest.fixture(scope="session")
def environment() -> Generator[dict[str, str]]:
    """Every variable that serverless.yml gives to a function; the port refuses, because nobody listens on it."""
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody_listens.getsockname()[1]}"
        yield unless_told_otherwise() | {
            "BETTER_AUTH_SECRET": "a secret of the tests, 32 characters or more",
            "BETTER_AUTH_URL": "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
            "DATABASE_TRANSPORT": "pooled",  # loads psycopg, which brings most of the shared libraries
            "DATABASE_URL": f"postgresql://app:password@{address}/docs",
            "HISTORY_RETENTION_DAYS": "365",
            "JWT_GIVE_OUT": "on",
            "OUTBOX_DEAD_LETTER_URL": f"http://{address}/123456789012/dead-letters.fifo",
            "OUTBOX_QUEUE_URL": f"http://{address}/123456789012/outbox.fifo",
            "QDRANT_API_KEY": "key",
            "QDRANT_URL": f"http://{address}",
            "TRUSTED_ORIGINS": SITE,
        }


def unless_told_otherwise() -> dict[str, str]:
    """What a function finds in a variable that has a default, or refers to a parameter of the stack that has one."""
    document: dict[str, Any] = yaml.load(
        (PROJECT / "serverless.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    of_parameters = [({"Ref": name}, each.get("Default")) for name, each in document["resources"]["Parameters"].items()]
    found: dict[str, str] = {}
    for function in document["functions"].values():
        for variable, written in function.get("environment", {}).items():
            value = next((default for reference, default in of_parameters if written == reference), written)
            if isinstance(value, str) and (default := DEFAULT.fullmatch(value)):
                found[variable] = default[1] or default[2] or ""
    return found


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Any]]:
    """Makes the CloudFormation of a stage, with no credentials and, where the machine allows, no network."""
    if not OSLS.exists():
        missing("no node_modules: run `make setup`")
    assert main([]) == 0  # with its network, so that wheels which nobody has fetched yet are here afterwards

    def run(*arguments: str, folder: Path = PROJECT, **variables: str) -> dict[str, Any]:
        output = tmp_path_factory.mktemp("osls")
        words = [*without_network(), OSLS, "package", "--package", output, *arguments]
        given = without_credentials() | variables
        done = subprocess.run(words, cwd=folder, env=given, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads((output / "cloudformation-template-update-stack.json").read_text(encoding="utf-8"))

    return run


@pytest.fixture(scope="session")
def template(package: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """Of the stage `dev`, with every setting at its default."""
    return package()


@pytest.fixture(scope="session")
def production(package: Callable[..., dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Of the stage `prod`, for a site, with snapshots; its own file says the rest, as it does for whoever deploys."""
    folder = with_settings_of_its_own(tmp_path_factory.mktemp("production"))
    written = OF_PRODUCTION | OPTIONAL
    (folder / ".env.prod").write_text("".join(f"{name}={value}\n" for name, value in written.items()), encoding="utf-8")
    return package("--stage", "prod", "--param", "snapStart=true", folder=folder)


def with_settings_of_its_own(folder: Path) -> Path:
    """The project in another folder, where nothing is set yet."""
    shutil.copyfile(PROJECT / "serverless.yml", linked_project(folder) / "serverless.yml")
    return folder


def linked_project(folder: Path) -> Path:
    """The project in another folder, by links, but for serverless.yml."""
    for path in PROJECT.iterdir():
        if path.name not in {".git", ".serverless", "serverless.yml"} and not path.name.startswith(".env"):
            (folder / path.name).symlink_to(path)
    return folder


def without_network() -> list[str]:
    """Words that run a program in a world of its own, where no network is; none where the machine does not allow it."""
    words = ["unshare", "--net", "--map-root-user"]
    try:
        allowed = subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0  # noqa: S603 (our own words)
    except FileNotFoundError:
        allowed = False
    return words if allowed else []


def without_credentials() -> dict[str, str]:
    """AWS at an address where nothing listens, and nothing to sign in there with."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    }
