"""The routes under /api/auth, found rather than listed: one that is yet to be written cannot be forgotten."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.routing import APIRoute

import functions.auth

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi.dependencies.models import Dependant


def auth_routes() -> list[APIRoute]:
    """Of every module in functions/auth."""
    modules = [each.name for each in pkgutil.iter_modules(functions.auth.__path__, "functions.auth.")]
    routers = [getattr(importlib.import_module(name), "router", APIRouter()) for name in modules]
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]


def asked_for(dependant: Dependant) -> frozenset[Callable[..., object] | None]:
    """Everything that a route depends on, at whatever depth."""
    return frozenset({dependant.call}).union(*(asked_for(each) for each in dependant.dependencies))
