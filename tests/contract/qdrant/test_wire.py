"""What goes over the wire: the bodies that the functions send, and the errors that they may get."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from qdrant_client import QdrantClient, models

from tests.contract.qdrant.stand_in import running_stand_in

if TYPE_CHECKING:
    from collections.abc import Generator

    import httpx

    from infra.local.server import Server

NAME = "wire"
MINILM = "sentence-transformers/all-minilm-l6-v2"
TEXTS = {
    1: "Calibrate the arm before its first use.",
    2: "The weather in the mountains changes quickly.",
    3: "A camera is plugged into the USB port.",
}
QUESTION = "How is the arm calibrated?"


@pytest.fixture(scope="module", autouse=True)
def collection(remote: QdrantClient) -> Generator[None]:
    create(remote)
    yield
    remote.delete_collection(NAME)


def create(client: QdrantClient) -> None:
    client.create_collection(
        NAME,
        vectors_config={"dense": models.VectorParams(size=384, distance=models.Distance.COSINE)},
        sparse_vectors_config={"bm25": models.SparseVectorParams(modifier=models.Modifier.IDF)},
    )
    client.upsert(NAME, [point(number, text) for number, text in TEXTS.items()], wait=True)


def point(number: int, text: str) -> models.PointStruct:
    vector: models.VectorStruct = {
        "dense": models.Document(text=text, model=MINILM),
        "bm25": models.Document(text=text, model="qdrant/bm25", options={"avg_len": 60}),
    }
    return models.PointStruct(id=number, vector=vector, payload={"text": text})


def searches() -> dict[str, Any]:
    """Exactly what a chat turn sends: a hybrid search, and the best dense score."""
    dense = {"text": QUESTION, "model": MINILM}
    prefetch = [
        {"query": dense, "using": "dense", "limit": 50},
        {"query": {"text": QUESTION, "model": "qdrant/bm25"}, "using": "bm25", "limit": 50},
    ]
    return {
        "searches": [
            {"prefetch": prefetch, "query": {"fusion": "rrf"}, "limit": 8, "with_payload": True},
            {"query": dense, "using": "dense", "limit": 1},
        ]
    }


def test_texts_in_the_place_of_vectors_are_embedded_on_both_ways(rest: httpx.Client) -> None:
    reply = rest.post(f"/collections/{NAME}/points/query/batch", json=searches())
    assert reply.status_code == 200
    assert reply.json()["status"] == "ok"
    assert reply.json()["time"] > 0
    hybrid, best = reply.json()["result"]
    assert hybrid["points"][0]["payload"] == {"text": TEXTS[1]}
    assert best["points"] == [{"id": 1, "version": best["points"][0]["version"], "score": pytest.approx(0.76, abs=0.1)}]


def test_a_text_and_its_vector_find_the_same(rest: httpx.Client) -> None:
    vector = rest.post(f"/collections/{NAME}/points", json={"ids": [2], "with_vector": True}).json()["result"][0][
        "vector"
    ]
    document = {"text": TEXTS[2], "model": MINILM}
    for query in (document, {"nearest": document}, vector["dense"], {"nearest": vector["dense"]}):
        body = {"query": query, "using": "dense", "limit": 1}
        best = rest.post(f"/collections/{NAME}/points/query", json=body).json()["result"]["points"][0]
        assert (best["id"], best["score"]) == (2, pytest.approx(1, abs=1e-5))


def test_one_prefetch_and_one_condition_may_stand_alone(rest: httpx.Client) -> None:
    body = {
        "prefetch": {"query": {"text": "weather", "model": "qdrant/bm25"}, "using": "bm25"},
        "query": {"fusion": "rrf"},
        "filter": {"must": {"has_id": [1, 2]}},
    }
    points = rest.post(f"/collections/{NAME}/points/query", json=body).json()["result"]["points"]
    assert [each["id"] for each in points] == [2]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "complaint"),
    [
        (
            "POST",
            "/collections/none/points/query",
            {"query": [1.0]},
            404,
            "Not found: Collection `none` doesn't exist!",
        ),
        ("GET", "/collections/none", None, 404, "Not found: Collection `none` doesn't exist!"),
        ("PUT", f"/collections/{NAME}", {}, 409, f"Collection `{NAME}` already exists!"),
        ("PUT", "/collections/a:b", {}, 400, "cannot be the name"),
        ("GET", "/nowhere", None, 404, "no GET /nowhere"),
        ("PATCH", f"/collections/{NAME}", {}, 405, "no PATCH"),
    ],
)
def test_what_is_not_there_is_said_as_qdrant_says_it(
    rest: httpx.Client, method: str, path: str, body: object, status: int, complaint: str
) -> None:
    reply = rest.request(method, path, json=body)
    assert reply.status_code == status
    assert complaint in reply.json()["status"]["error"]
    assert "time" in reply.json()


@pytest.mark.parametrize(
    ("route", "body", "complaint"),
    [
        ("query", {"query": [1.0], "using": "dense"}, "expected dim: 384, got 1"),
        ("query", {"query": [1.0] * 384, "using": "nope"}, "Not existing vector name error: nope"),
        ("query", {"query": {"fusion": "rrf"}}, "cannot apply Fusion without prefetches"),
        ("query", {"query": {"fusion": "best"}}, "'rrf' or 'dbsf'"),
        ("query", {"query": {"text": "a", "model": "unknown"}, "using": "dense"}, "Unsupported model"),
        ("query", {"query": {"text": "a", "model": "qdrant/bm25"}, "using": "dense"}, "sparse"),
        ("query", {"query": {"order_by": "x"}}, "Format error in JSON body"),
        ("query", {"colour": "red"}, "colour: Extra inputs are not permitted"),
        ("query", {"limit": -1}, "limit"),
        ("query", {"filter": {"must": [{"key": "a"}]}}, "says nothing"),
        ("query", {"filter": {"must": [{"key": "a", "match": {"any": [1, "b"]}}]}}, "either texts or whole numbers"),
        ("query/batch", {}, "searches: Field required"),
        ("scroll", {"limit": 0}, "limit"),
        ("scroll", {"offset": "no id"}, "offset"),
        ("delete", {}, "Give `points` or `filter`"),
    ],
)
def test_a_senseless_request_is_refused_and_the_next_one_answered(
    rest: httpx.Client, route: str, body: object, complaint: str
) -> None:
    reply = rest.post(f"/collections/{NAME}/points/{route}", json=body)
    assert reply.status_code == 400
    assert complaint in reply.json()["status"]["error"]
    assert rest.post(f"/collections/{NAME}/points/count", json={}).json()["result"]["count"] == len(TEXTS)


@pytest.mark.parametrize(
    "vector",
    [
        {"dense": [1.0]},
        {"dense": [1e999] * 384},
        {"bm25": {"indices": [1], "values": []}},
        {"other": [1.0]},
        [1.0],
        None,
    ],
)
def test_a_senseless_point_is_refused_and_nothing_stored(rest: httpx.Client, vector: object) -> None:
    body = (
        f'{{"points": [{{"id": 77, "vector": {vector}}}]}}'.replace("'", '"')
        .replace("inf", "1e999")
        .replace("None", "null")
    )
    reply = rest.put(f"/collections/{NAME}/points", content=body)
    assert reply.status_code == 400
    assert rest.post(f"/collections/{NAME}/points", json={"ids": [77]}).json()["result"] == []


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'{"limit": NaN}', b"null"])
def test_what_is_no_json_object_is_refused(rest: httpx.Client, body: bytes) -> None:
    assert rest.post(f"/collections/{NAME}/points/query", content=body).status_code == 400


def test_the_client_understands_the_description_of_a_collection(remote: QdrantClient) -> None:
    remote.create_payload_index(
        NAME, "site", models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True), wait=True
    )
    info = remote.get_collection(NAME)
    assert info.status == models.CollectionStatus.GREEN
    assert info.points_count == len(TEXTS)
    assert info.config.params.vectors == {"dense": models.VectorParams(size=384, distance=models.Distance.COSINE)}
    assert info.config.params.sparse_vectors == {"bm25": models.SparseVectorParams(modifier=models.Modifier.IDF)}
    schema = info.payload_schema["site"]
    assert schema.data_type == models.PayloadSchemaType.KEYWORD
    assert isinstance(schema.params, models.KeywordIndexParams)
    assert schema.params.is_tenant
    assert NAME in {each.name for each in remote.get_collections().collections}


def test_health_and_version_are_where_qdrant_has_them(rest: httpx.Client) -> None:
    assert rest.get("/").json()["version"]
    for path in ("/healthz", "/livez", "/readyz"):
        assert rest.get(path).status_code == 200


def test_searches_are_answered_while_points_are_written(rest: httpx.Client, remote: QdrantClient) -> None:
    def write(number: int) -> None:
        remote.upsert(NAME, [point(1000 + number, f"Passage {number} about arms")], wait=True)

    def ask(_: int) -> int:
        return rest.post(f"/collections/{NAME}/points/query/batch", json=searches()).status_code

    with ThreadPoolExecutor(8) as threads:
        writing = [threads.submit(write, number) for number in range(12)]
        assert set(threads.map(ask, range(24))) == {200}
        for each in writing:
            each.result()
    remote.delete(NAME, models.PointIdsList(points=[1000 + number for number in range(12)]), wait=True)


def test_nothing_that_was_acknowledged_is_lost_when_the_process_is_killed() -> None:
    with running_stand_in() as server:
        client = QdrantClient(server.url, cloud_inference=True, check_compatibility=False, timeout=60)
        create(client)
        client.update_collection_aliases(
            [models.CreateAliasOperation(create_alias=models.CreateAlias(collection_name=NAME, alias_name="docs"))]
        )
        server.process.kill()
        server.start()
        server.wait()
        assert {each.id for each in client.scroll("docs")[0]} == set(TEXTS)
        client.close()


def test_a_second_process_on_the_same_folder_says_so_and_ends(stand_in: Server) -> None:
    folder = stand_in.process.program.command[-1]
    second = subprocess.run(  # noqa: S603 (our own interpreter and module)
        [sys.executable, "-m", "infra.local.qdrant", "--port", "0", "--data", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert second.returncode == 1
    assert second.stderr.strip() == f"qdrant stand-in: another process owns the passages in {folder}"
