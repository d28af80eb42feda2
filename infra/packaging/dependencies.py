"""Third-party packages for the zips: hash-locked groups, each installed once, pruned, compiled, kept as an archive."""

from __future__ import annotations

import functools
import hashlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from infra.packaging.archive import add_files, appeared_whole, compile_sources, files_below, packaging_code

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

GROUPS = ("web", "database", "auth")
"""Smallest first, each holding the one before it; locked in infra/requirements/<group>.txt (pyproject.toml)."""

PLATFORMS = {
    "x86_64": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "arm64": ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"),
}
"""What Amazon Linux 2023 (glibc 2.34) runs, by Lambda's name of the architecture; pip takes each tag literally."""

BROUGHT_BY_LAMBDA = frozenset({"boto3", "botocore"})
"""Part of AWS' Python runtime, 20 MB that no zip has to hold; in development infra/requirements/dev.txt has them
(https://docs.aws.amazon.com/lambda/latest/dg/python-package.html#python-package-searchpath)."""

UNUSED = (
    "bin",
    # Of Powertools, the logger, metrics and batches are used; the rest are packages that nothing of these imports.
    "aws_lambda_powertools/event_handler",  # FastAPI does the routing; it carries a copy of Swagger UI
    "aws_lambda_powertools/utilities/auth_alpha",
    "aws_lambda_powertools/utilities/circuit_breaker",
    "aws_lambda_powertools/utilities/data_masking",
    "aws_lambda_powertools/utilities/feature_flags",
    "aws_lambda_powertools/utilities/idempotency",
    "aws_lambda_powertools/utilities/kafka",
    "aws_lambda_powertools/utilities/parameters",
    "aws_lambda_powertools/utilities/parser",
    "aws_lambda_powertools/utilities/streaming",
    "aws_lambda_powertools/utilities/validation",
    # Of PyCryptodome, all but the verifying of signatures and what the modules for it import.
    "Crypto/*/_*_bmi2_adx.*",  # the same for newer processors, where it verifies no faster (measured)
    "Crypto/Cipher/_Salsa20.*",
    "Crypto/Cipher/_raw_arc2.*",
    "Crypto/Cipher/_raw_blowfish.*",
    "Crypto/Cipher/_raw_cast.*",
    "Crypto/Cipher/_raw_eksblowfish.*",
    "Crypto/PublicKey/Hybrid.py",
    "Crypto/PublicKey/ML*",
    "Crypto/PublicKey/_ml*",
    "Crypto/SelfTest",
    "pydantic/mypy.py",  # a plug-in of the type checker
    "pydantic/v1",  # FastAPI tries to import it with the first route, which costs 7% of a cold start, and lives without
)
"""Paths that are left out of every archive, with `*` as in a shell."""

UNUSED_METADATA = ("INSTALLER", "RECORD", "REQUESTED", "WHEEL", "top_level.txt")
"""Left out of *.dist-info; METADATA and entry_points.txt are read at run time, licences belong to what they
license, and without the bills of materials in `sboms` no scanner would find the C and Rust libraries inside."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the packages are for.

    Attributes:
        architecture: As Lambda calls it: `x86_64` or `arm64`.
        version: Of Python, such as `3.13`.
        python: An interpreter of that version, to compile with; without one, there is no byte code.
    """

    architecture: str
    version: str
    python: Path | None


def smallest_group(requirements: Path, packages: AbstractSet[str], target: Target, cache: Path) -> tuple[str, Path]:
    """The first of GROUPS that has all `packages` (import names), and its archive.

    Raises:
        LookupError: No group has them all.
    """
    needed = packages - BROUGHT_BY_LAMBDA
    missing: AbstractSet[str] = needed
    for group in GROUPS:
        archive = group_archive(requirements / f"{group}.txt", target, cache)
        missing = needed - _import_names(archive)
        if not missing:
            return group, archive
    raise LookupError(f"no dependency group in pyproject.toml has {', '.join(sorted(missing))}")


def group_archive(requirements: Path, target: Target, cache: Path) -> Path:
    """The packages of a requirements file as one archive; made anew when the file, target or this code has changed."""
    ingredients = b"".join([requirements.read_bytes(), repr(target).encode(), packaging_code()])
    kept = cache / f"{requirements.stem}-{target.architecture}-{hashlib.sha256(ingredients).hexdigest()[:16]}.zip"
    if not kept.exists():
        with appeared_whole(kept) as archive, tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            install(requirements, target, folder)
            _prune(folder)
            if target.python:
                compile_sources(target.python, folder)
            add_files(archive, files_below(folder))
    return kept


def install(requirements: Path, target: Target, folder: Path) -> None:
    """Put wheels into `folder`, each one checked against its hash; nothing is built, nothing is resolved anew.

    pip and not uv, because pip.conf is where people and companies keep their mirrors and certificates. It is the locked
    pip of .venv, and not the one that Python brought.

    Raises:
        CalledProcessError: pip said why on standard error.
    """
    platforms = [f"--platform={platform}" for platform in PLATFORMS[target.architecture]]
    machine = ["--implementation=cp", f"--python-version={target.version}", *platforms]
    strict = ["--only-binary=:all:", "--require-hashes", "--no-deps", "--no-compile"]
    quiet = ["-qq", "--disable-pip-version-check"]
    where = ["--target", str(folder), "--requirement", str(requirements)]
    subprocess.run([sys.executable, "-m", "pip", "install", *quiet, *strict, *machine, *where], check=True)


def _prune(folder: Path) -> None:
    metadata = [path / name for path in folder.glob("*.dist-info") for name in UNUSED_METADATA]
    type_stubs = list(folder.rglob("*.pyi"))
    unused = [path for name in UNUSED for path in folder.glob(name)]
    for path in [*unused, *metadata, *type_stubs]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@functools.cache
def _import_names(archive: Path) -> frozenset[str]:
    """Of what a group has; the archive's name says what is in it, so it is read once a process."""
    with ZipFile(archive) as zipped:
        return frozenset({name.partition("/")[0].removesuffix(".py") for name in zipped.namelist()})
