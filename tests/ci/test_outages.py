"""What a pipeline meets on the way to Lull, and that no release fails for it unless it asks to."""

import json
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import formatdate
from threading import Event, Thread

import pytest

from tests.ci.command import Pipeline
from tests.ci.lull_server import Trouble
from tests.e2e.running import free_port

TARGET = ("--component", "checkout", "--environment", "production")
START = ("deploy", "start", *TARGET, "--wait", "0", "--version", "v1")


@pytest.fixture
def job(pipeline: Pipeline) -> Pipeline:
    return pipeline.in_gitlab()


@pytest.fixture
def lost(tmp_path) -> Pipeline:
    """A job with the address of a Lull that is not there."""
    environment = {"LULL_URL": f"http://127.0.0.1:{free_port()}", "LULL_TOKEN": "lull_x", "LULL_TIMEOUT": "1"}
    return Pipeline(tmp_path, environment).in_github()


@pytest.mark.parametrize(
    "command",
    [
        ("deploy", "start", *TARGET),
        ("deploy", "succeed", *TARGET),
        ("deploy", "fail", *TARGET),
        ("window", "start", "--project", "1"),
        ("window", "end", "--project", "1"),
        ("can-deploy", *TARGET),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_a_lull_that_is_down_fails_no_release_unless_it_is_required(lost, command, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    monkeypatch.setattr("lull_ci.exchanges.FIRST_PAUSE", 0.5)
    went_on = lost.lull(*command)
    assert went_on.code == 0
    assert went_on.out == ("unknown\n" if command[0] == "can-deploy" else "")
    assert "::warning title=Lull::Lull is not reachable: " in went_on.err
    failed = lost.lull(*command, "--required") if command[0] == "deploy" else lost.lull(*command, LULL_REQUIRED="true")
    assert failed.code == 4
    assert "::error title=Lull::Lull is not reachable: " in failed.err


def test_what_follows_a_start_that_did_not_reach_lull(lost, job, shop):
    lost.lull(*START)
    # Not the id of what was deployed before, if there was anything.
    assert lost.handed_on("env") == {"LULL_STARTED_DEPLOYMENT_ID": ""}
    ended = job.lull("deploy", "succeed", *TARGET, **lost.handed_on("env"))
    assert ended.code == 0
    assert "no deployment of this run to end" in ended.err


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_passes_is_waited_for(job, lull, shop, method):
    passing = [Trouble(status, {"retry-after": "0"}, method=method) for status in (429, 502, 503, 504)]
    lull.troubles += [*passing, Trouble(method=method)]
    assert job.lull(*START).code == 0
    assert shop.deployments()[0]["status"] == "in_progress"
    assert len(lull.made(method)) == 6


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_an_answer_that_is_lost_is_no_second_deployment(job, lull, shop, method):
    lull.troubles.append(Trouble(after_doing_it=True, method=method))
    started = job.lull(*START)
    assert (started.code, len(lull.made(method))) == (0, 2)
    (made,) = shop.deployments()
    assert (made["id"], made["status"], made["attempt"]) == (started.out.strip(), "in_progress", 1)
    lull.troubles.append(Trouble(after_doing_it=True, method="PATCH"))
    assert job.lull("deploy", "succeed", *TARGET).code == 0
    assert shop.deployments()[0]["status"] == "succeeded"


def test_what_was_recorded_and_not_begun_succeeds_nevertheless(job, lull, shop):
    lull.troubles.append(Trouble(500, method="PATCH"))
    started = job.lull(*START)
    assert (started.code, shop.deployments()[0]["status"]) == (0, "pending")
    assert job.lull("deploy", "succeed", LULL_DEPLOYMENT_ID=started.out.strip()).code == 0
    assert shop.deployments()[0]["status"] == "succeeded"


def test_lull_says_how_long_to_wait(job, lull, shop, monkeypatch):
    waits: list[float] = []
    monkeypatch.setattr("lull_ci.exchanges.FIRST_PAUSE", 0.25)
    monkeypatch.setattr(time, "sleep", waits.append)
    in_two_seconds = formatdate(time.time() + 3, usegmt=True)
    lull.troubles += [Trouble(429, {"retry-after": "7"}), Trouble(503, {"retry-after": in_two_seconds}), Trouble(503)]
    assert job.lull(*START).code == 0
    told, dated, own = [each for each in waits if each > 0.02]
    assert told == 7
    assert 1 < dated <= 3
    assert 0.7 < own < 1.3


def test_time_is_up_at_once_when_the_wait_is_longer(nobody, lull):
    lull.troubles.append(Trouble(429, {"retry-after": "3600"}))
    gave_up = nobody.lull(*START, "--required", "--timeout", "10")
    assert gave_up.code == 4
    assert "it answers 429 and asks to wait 3600 s" in gave_up.err
    assert len(lull.requests) == 1


def test_a_slow_lull_is_given_up_in_time(nobody, lull):
    lull.troubles.append(Trouble(200, slow=1.3))
    gave_up = nobody.lull(*START, "--required", "--timeout", "1")
    assert gave_up.code == 4
    assert "no answer within 1 s" in gave_up.err


@pytest.mark.parametrize("dripping", ["HTTP/1.1 ", "x-a: b\r\n", "[1,"])
def test_an_answer_in_drips_is_given_up_in_time(tmp_path, dripping):
    """A byte now and then is never too slow for the timeout of a socket. Whoever waits to its end is refused."""
    answer = "HTTP/1.1 401 Unauthorized\r\nx-a: b\r\n"
    refusal = json.dumps({"statusCode": 401, "message": "no", "error": "[1,"})
    answer += f"content-length: {len(refusal)}\r\nconnection: close\r\n\r\n{refusal}"
    before, _, after = answer.partition(dripping)
    with drip(before, dripping, after) as url:
        job = Pipeline(tmp_path, {"LULL_URL": url, "LULL_TOKEN": "lull_x", "LULL_TIMEOUT": "1"})
        gave_up = job.lull("can-deploy", *TARGET, "--required")
    assert (gave_up.code, gave_up.out) == (4, "")
    assert "no answer within 1 s" in gave_up.err


@contextmanager
def drip(before: str, slowly: str, after: str) -> Iterator[str]:
    """Answers, with seconds and a bit of it from time to time in the middle; ends early if nobody reads."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(before.encode())
            for byte in slowly:
                connection.sendall(byte.encode())
                over.wait(3 / len(slowly))
            connection.sendall(after.encode())

    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Thread(target=serve)
        server.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        server.join()


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(200, body=b"<html>Sign in to the Wi-Fi</html>"),
        Trouble(200, body=b"[]"),
        Trouble(200, body=b'{"data": [{"id": 1}]}'),
        Trouble(200, body=b'{"data": [7]}'),
        Trouble(200, body=b"[" * 100_000),
        Trouble(200, body=b"x" * 2_000_000),
        Trouble(500, body=b"oops"),
        Trouble(302, {"location": "http://[::1"}),
        *(Trouble(status, body=b"<html>No</html>") for status in (400, 401, 403, 404, 407, 409)),
        Trouble(404, body=b'{"message": "Not Found"}'),
        Trouble(403, body=b'{"message": "Forbidden"}'),
        Trouble(403, body=b'{"statusCode": 404, "message": "no", "error": "Not Found"}'),
        Trouble(403, body=b'{"statusCode": 403, "message": null, "error": "Forbidden"}'),
    ],
    ids=lambda trouble: f"{trouble.status} {trouble.body[:60]!r}",
)
def test_what_is_not_lull_counts_as_down(nobody, lull, trouble):
    lull.troubles += [trouble] * 9
    answer = nobody.lull(*START, "--required", "--timeout", "1")
    assert (answer.code, answer.err.count("\n")) == (4, 1)
    assert not lull.made("POST")


def test_an_url_with_a_path_too_much_is_a_mistake(pipeline, lull, shop):
    answer = pipeline.lull(*START, LULL_URL=f"{lull.url}/production")
    assert (answer.code, answer.out) == (2, "")
    assert "LULL_URL leads to Lull, but not to its API" in answer.err


def test_a_redirect_is_not_followed_with_a_token(nobody, lull):
    lull.troubles.append(Trouble(301, {"location": "https://elsewhere.example/login?next=x"}))
    answer = nobody.lull(*START)
    assert (answer.code, answer.out) == (2, "")
    assert "leads elsewhere, to https://elsewhere.example: set it to where Lull is" in answer.err
    assert len(lull.requests) == 1


def test_names_that_several_things_have(job, lull, shop):
    twice = b'{"data": [{"id": "%s", "name": "Checkout"}, {"id": "%s", "name": "CHECKOUT"}]}'
    lull.troubles.append(Trouble(200, body=twice % (shop.component.encode(), shop.environment.encode())))
    answer = job.lull(*START)
    assert answer.code == 1
    assert "2 components are called checkout: give the id of one as --component" in answer.err


def test_checks_that_are_slow_to_be_quiet_are_a_warning(job, lull, shop):
    # Nobody reads the stream.
    started = Pipeline(job.folder, job.environment).lull("deploy", "start", *TARGET, "--wait", "1")
    assert started.code == 0
    assert "are not quiet after 1 s" in started.err


@pytest.mark.parametrize("printed", ["id", "--json"])
def test_an_output_that_nobody_reads_stops_nothing(job, shop, printed):
    code, said = job.unread(*START, *([printed] if printed == "--json" else []))
    assert (code, said) == (0, "")
    assert shop.deployments()[0]["status"] == "in_progress"
    assert job.unread("--help") == (0, "")


@pytest.mark.parametrize("closed", ["exec >&-", "exec 2>&-", "exec >/dev/full", "exec 2>/dev/full"])
def test_an_output_that_takes_nothing_stops_nothing(lost, closed):
    done = lost.run(["bash", "-c", f'{closed}; "$@"', "_", sys.executable, "-m", "lull_ci", "can-deploy", *TARGET])
    assert done.code == 0
    assert "Traceback" not in done.err
    assert done.out in ("", "unknown\n")


@pytest.mark.parametrize("command", [("can-deploy", *TARGET), ("deploy", "fail", *TARGET)], ids=lambda each: each[0])
def test_a_fault_of_the_command_itself_fails_no_release(nobody, monkeypatch, command):
    def broken(*_: object) -> None:
        raise KeyError("lull_secret")

    monkeypatch.setattr("lull_ci.gate.id_of", broken)
    monkeypatch.setattr("lull_ci.deployments.id_of", broken)
    went_on = nobody.lull(*command, LULL_RUN="17")
    assert (went_on.code, went_on.out) == (0, "unknown\n" if command[0] == "can-deploy" else "")
    assert "warning: this command has a fault (KeyError at test_outages.py:" in went_on.err
    assert "lull_secret" not in went_on.err
    assert nobody.lull(*command, "--required", LULL_RUN="17").code == 4
    asked = nobody.lull(*command, LULL_RUN="17", LULL_DEBUG="1")
    assert (asked.code, "lull: KeyError: 'lull_secret'" in asked.err) == (0, True)


def test_what_lull_says_is_no_command_to_the_runner(nobody, lull):
    said = (
        b'{"statusCode": 400, "error": "Bad Request", '
        b'"message": "no\\n::set-env name=PATH::/tmp\\r\\u2028::stop-commands::x"}'
    )
    lull.troubles.append(Trouble(400, body=said))
    answer = nobody.in_github().lull(*START)
    assert answer.code == 1
    assert [line.split("::")[1] for line in answer.err.splitlines()] == ["add-mask", "error title=Lull"]
