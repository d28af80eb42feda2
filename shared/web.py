"""What our routes use of FastAPI, imported without building what only its documentation needs.

FastAPI describes the OpenAPI document by dozens of pydantic models. Building their validators takes a tenth of a cold
start, and no function serves that document. While FastAPI is imported, pydantic is told to build a model when it is
first used (https://docs.pydantic.dev/latest/api/config/#pydantic.config.ConfigDict.defer_build). Our own models are
built while a function loads, when Lambda gives it a whole processor. So nothing else imports FastAPI.
"""

from __future__ import annotations

from pydantic import BaseModel

BaseModel.model_config["defer_build"] = True

# ruff: noqa: E402, TID251 (after the line above, and here alone)
from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Request, Response, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

del BaseModel.model_config["defer_build"]

__all__ = [
    "APIRoute",
    "APIRouter",
    "Depends",
    "FastAPI",
    "Header",
    "JSONResponse",
    "Path",
    "Query",
    "Request",
    "RequestValidationError",
    "Response",
    "status",
]
