"""The functions' zips in the bucket of deployments, each under the digest of its bytes.

infra/packaging/changed_zips.js asks. `python -m infra.zips upload BUCKET KEY=FILE ...` uploads those whose key is not
there, and prints the functions' names as JSON. `python -m infra.zips sweep BUCKET FOLDER` deletes the zips of a stage
that none of its kept deployments names, and prints how many those were.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final, cast

from infra.stage_secrets import USUAL_REGION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TEMPLATE: Final = "compiled-cloudformation-template.json"
"""As osls calls it in the folder of a deployment."""

AT_ONCE: Final = 4
AT_MOST: Final = 1000
"""Objects that S3 deletes in one request."""


def upload(bucket: str, zips: Mapping[str, Path], environ: Mapping[str, str] = os.environ) -> list[str]:
    """Upload what the bucket does not have; names of these functions."""
    client = _s3(environ)
    there = {key for folder in {_zips_of(key) for key in zips} for key in _keys(client, bucket, folder)}
    missing = [key for key in zips if key not in there]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(client.upload_file, str(zips[key]), bucket, key) for key in missing]
    for each in sent:
        each.result()  # raises what went wrong
    return [PurePosixPath(key).stem for key in missing]


def sweep(bucket: str, folder: str, environ: Mapping[str, str] = os.environ) -> int:
    """Delete the zips in the folder of a stage that no template there names; how many those were.

    Where there is no template, nothing is known of what is in use, and nothing is deleted.
    """
    client = _s3(environ)
    keys = _keys(client, bucket, f"{folder}/")
    templates = [key for key in keys if PurePosixPath(key).name == TEMPLATE]
    used = {name for key in templates for name in _zips_in(client, bucket, key)}
    unused = [key for key in keys if key.startswith(f"{folder}/zips/") and key not in used] if templates else []
    for start in range(0, len(unused), AT_MOST):
        objects = [{"Key": key} for key in unused[start : start + AT_MOST]]
        client.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    return len(unused)


def _s3(environ: Mapping[str, str]) -> Any:  # noqa: ANN401 (boto3 makes its clients at run time)
    import boto3  # noqa: PLC0415 (half a second that only a deployment is worth) # pyright: ignore[reportMissingTypeStubs] (it has none)

    return cast("Any", boto3).client("s3", region_name=environ.get("AWS_REGION", USUAL_REGION))


def _zips_of(key: str) -> str:
    return f"{PurePosixPath(key).parent.parent}/"


def _keys(client: Any, bucket: str, folder: str) -> list[str]:  # noqa: ANN401 (as above)
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder)
    return [each["Key"] for page in pages for each in page.get("Contents", [])]


def _zips_in(client: Any, bucket: str, template: str) -> set[str]:  # noqa: ANN401 (as above)
    resources = json.load(client.get_object(Bucket=bucket, Key=template)["Body"])["Resources"].values()
    codes = [each["Properties"]["Code"] for each in resources if each["Type"] == "AWS::Lambda::Function"]
    return {code["S3Key"] for code in codes}


def main(words: Sequence[str]) -> int:
    """Do as the words say and print the outcome; the exit status."""
    what, bucket, *rest = words
    if what == "upload":
        pairs = [each.partition("=") for each in rest]
        print(json.dumps(upload(bucket, {key: Path(file) for key, _, file in pairs})))
    else:
        print(json.dumps(sum(sweep(bucket, folder) for folder in rest)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
