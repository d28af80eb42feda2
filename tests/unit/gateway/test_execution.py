"""Functions run in real `awslambdaric` processes, as Lambda runs them."""

from __future__ import annotations

import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from tests.unit.gateway.conftest import running_gateway

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.gateway.conftest import Gateway

FAULT = (500, {"message": "Internal Server Error"})
UNAVAILABLE = (503, {"message": "Service Unavailable"})


def eventually(holds: Callable[[], bool], seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    return holds()


def is_running(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text("ascii")  # Z: ended, not yet waited for
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_function_gets_the_event_and_its_own_environment_only(gateway: Gateway) -> None:
    got = gateway.post("/event/7?x=1", json={"q": "Zoë"}, headers={"cookie": "a=1; b=2"}).json()

    event, environ = got["event"], got["environ"]
    assert (event["routeKey"], event["pathParameters"]) == ("POST /event/{id}", {"id": "7"})
    assert (event["body"], event["cookies"]) == ('{"q":"Zoë"}', ["a=1", "b=2"])
    assert environ["COLOUR"] == "blue"
    assert environ["AWS_LAMBDA_FUNCTION_NAME"] == "probes-local-wholeEvent"
    assert environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "512"
    assert environ["_HANDLER"] == "functions/probes.whole_event"
    assert (environ["TZ"], environ["AWS_ACCESS_KEY_ID"]) == (":UTC", "test")
    assert not {"DATABASE_URL", "AWS_PROFILE", "HOME"} & environ.keys()
    assert 0 < got["left"] <= 120_000


def test_status_cookies_and_bytes_reach_the_client(gateway: Gateway) -> None:
    wanted = {
        "statusCode": 201,
        "headers": {"content-type": "image/png"},
        "cookies": ["a=1; Path=/; HttpOnly", "b=2"],
        "body": "iVBORw==",
        "isBase64Encoded": True,
    }

    response = gateway.post("/returns", json=wanted)

    assert (response.status_code, response.content) == (201, b"\x89PNG")
    assert response.headers.get_list("set-cookie") == ["a=1; Path=/; HttpOnly", "b=2"]
    assert response.headers["content-type"] == "image/png"


def test_bytes_reach_the_function(gateway: Gateway) -> None:
    got = gateway.post("/event/7", content=b"\x00\xff", headers={"content-type": "application/octet-stream"}).json()

    assert (got["event"]["body"], got["event"]["isBase64Encoded"]) == ("AP8=", True)


def test_large_bodies_pass_and_too_large_ones_are_refused(gateway: Gateway) -> None:
    text = {"content-type": "text/plain"}
    too_long = (413, {"message": "Request Too Long"})

    taken = gateway.post("/measures", content=b"x" * 5_000_000, headers=text)
    beyond_lambda = gateway.post("/measures", content=b"x" * 7_000_000, headers=text)
    beyond_gateway = gateway.post("/measures", content=b"x" * 11_000_000, headers=text)

    assert taken.json() == {"length": 5_000_000}
    assert (beyond_lambda.status_code, beyond_lambda.json()) == too_long
    assert (beyond_gateway.status_code, beyond_gateway.json()) == too_long


def test_an_answer_may_be_as_large_as_lambda_allows(gateway: Gateway) -> None:
    large, too_large = gateway.get("/returns-much?size=5000000"), gateway.get("/returns-much?size=7000000")

    assert len(large.text) == 5_000_000
    assert (too_large.status_code, too_large.json()) == FAULT
    assert gateway.get("/returns-much?size=3").text == "xxx"


def test_a_request_that_breaks_off_reaches_no_function(gateway: Gateway) -> None:
    before = gateway.figures("measures")["invocations"]
    head = b"POST /measures HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 100\r\n\r\n"
    with socket.create_connection((gateway.client.base_url.host, gateway.client.base_url.port or 80)) as connection:
        connection.sendall(head + b"only this much")
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(60)
        while connection.recv(4096):  # until the gateway has noticed
            pass

    assert gateway.post("/measures", content=b"x", headers={"content-type": "text/plain"}).json() == {"length": 1}
    assert gateway.figures("measures")["invocations"] == before + 1


def test_headers_that_are_too_long_are_refused(gateway: Gateway) -> None:
    response = gateway.client.get("/event", headers={"x-long": "x" * 11_000})

    assert response.status_code == 431


def test_an_unknown_path_or_method_is_not_found(gateway: Gateway) -> None:
    for response in (gateway.get("/nowhere"), gateway.post("/event")):
        assert (response.status_code, response.json()) == (404, {"message": "Not Found"})


def test_a_function_that_raises_answers_500_and_goes_on(gateway: Gateway) -> None:
    first, second = gateway.get("/raises"), gateway.get("/raises")

    assert (first.status_code, first.json()) == (second.status_code, second.json()) == FAULT
    assert gateway.figures("raises") == {"environments": 1, "coldStarts": 1, "invocations": 2}
    assert "ValueError: as it was told to" in gateway.log("raises")


def test_a_function_that_cannot_be_loaded_answers_500_and_says_why_in_its_log(gateway: Gateway) -> None:
    response = gateway.get("/unloadable")

    assert (response.status_code, response.json()) == FAULT
    assert "No module named 'functions.absent'" in gateway.log("unloadable")
    assert eventually(lambda: gateway.figures("unloadable")["environments"] == 0)


def test_a_result_that_is_no_response_answers_500(gateway: Gateway) -> None:
    response = gateway.post("/returns", json={"statusCode": "many"})

    assert (response.status_code, response.json()) == FAULT


def test_one_environment_is_started_and_used_again(own_gateway: Gateway) -> None:
    pids = {own_gateway.get("/event").json()["pid"] for _ in range(5)}

    assert len(pids) == 1
    assert own_gateway.figures("wholeEvent") == {"environments": 1, "coldStarts": 1, "invocations": 5}
    reports = [line for line in own_gateway.log("wholeEvent").splitlines() if line.startswith("REPORT")]
    assert len(reports) == 5
    assert ["Init Duration" in report for report in reports] == [True, False, False, False, False]


def test_parallel_requests_get_environments_of_their_own_up_to_the_cap(tmp_path: Path) -> None:
    with running_gateway(tmp_path, "--cap", "2", "--patience", "120") as gateway, ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(gateway.get, ["/sleeps?seconds=0.3"] * 4))

        assert len({answer.json()["pid"] for answer in answers}) == 2
        assert gateway.figures("sleeps") == {"environments": 2, "coldStarts": 2, "invocations": 4}


def test_it_tells_which_processes_run_a_function_and_how_often_each_was_asked(own_gateway: Gateway) -> None:
    pids = {own_gateway.get("/event").json()["pid"] for _ in range(3)}
    assert own_gateway.get("/_gateway/processes").json()["wholeEvent"] == {str(pid): 3 for pid in pids}


def test_who_waits_too_long_for_an_environment_gets_503(tmp_path: Path) -> None:
    go = tmp_path / "go"
    with running_gateway(tmp_path, "--cap", "1", "--patience", "1") as gateway, ThreadPoolExecutor(1) as threads:
        assert eventually(lambda: gateway.waits(tmp_path).status_code == 200)  # it has been started
        before = gateway.begun("waits")
        busy = threads.submit(gateway.waits, go)
        assert eventually(lambda: gateway.begun("waits") > before)

        refused = gateway.waits(go)
        go.touch()

        assert (refused.status_code, refused.json()) == UNAVAILABLE
        assert busy.result().status_code == 200


def test_a_crash_answers_500_and_the_next_request_gets_a_new_environment(own_gateway: Gateway) -> None:
    first, second = own_gateway.get("/crashes"), own_gateway.get("/crashes")

    assert (first.status_code, first.json()) == (second.status_code, second.json()) == FAULT
    assert own_gateway.figures("crashes")["coldStarts"] == 2


def test_an_environment_that_dies_while_idle_is_replaced(own_gateway: Gateway) -> None:
    first = own_gateway.get("/event").json()["pid"]
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: own_gateway.figures("wholeEvent")["environments"] == 0)

    second = own_gateway.get("/event").json()["pid"]

    assert second != first


def test_a_function_that_takes_too_long_is_killed_and_replaced(own_gateway: Gateway) -> None:
    quick = own_gateway.get("/times-out?seconds=0").json()["pid"]
    began = time.monotonic()

    late = own_gateway.get("/times-out?seconds=60")

    assert (late.status_code, late.json()) == UNAVAILABLE
    assert time.monotonic() - began < 50, "of sixty seconds"
    assert eventually(lambda: not is_running(quick))
    assert own_gateway.get("/times-out?seconds=0").status_code == 200


def test_nothing_is_left_when_the_gateway_is_killed(own_gateway: Gateway) -> None:
    own_gateway.get("/event")
    with ThreadPoolExecutor(1) as threads:
        busy = threads.submit(own_gateway.get, "/sleeps?seconds=100")
        assert eventually(lambda: len(own_gateway.children()) == 2)
        assert eventually(lambda: own_gateway.begun("sleeps") == 1)
        children = own_gateway.children()

        own_gateway.process.kill()

        assert eventually(lambda: not any(map(is_running, children)))
        assert busy.exception()


def test_sigterm_stops_everything_at_once_even_with_a_request_under_way(own_gateway: Gateway) -> None:
    with ThreadPoolExecutor(1) as threads:
        busy = threads.submit(own_gateway.get, "/sleeps?seconds=100")
        assert eventually(lambda: own_gateway.begun("sleeps") == 1)
        children = own_gateway.children()

        own_gateway.process.terminate()

        own_gateway.process.wait(60)
        assert not any(map(is_running, children))
        assert busy.result().status_code == 500


def test_environments_are_replaced_on_demand_and_no_request_is_lost(own_gateway: Gateway) -> None:
    def sleep(seconds: float) -> int:
        return own_gateway.get(f"/sleeps?seconds={seconds}").json()["pid"]

    idle = own_gateway.get("/event").json()["pid"]
    with ThreadPoolExecutor(1) as threads:
        answered = threads.submit(sleep, 2)
        assert eventually(lambda: own_gateway.begun("sleeps") == 1)
        own_gateway.process.send_signal(signal.SIGHUP)
        assert eventually(lambda: not is_running(idle))
        busy = answered.result()

    assert eventually(lambda: not is_running(busy))
    assert sleep(0) != busy
    assert own_gateway.get("/event").json()["pid"] != idle
