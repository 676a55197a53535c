import json
import logging
import threading

import pytest

from local.log_file import JsonLines, LogFile


@pytest.fixture
def log(tmp_path):
    with LogFile(tmp_path / "log.jsonl", half_bytes=1000) as log:
        yield log


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_line_is_json(log, tmp_path):
    print('{"a": 1}', file=log)
    print("plain", "text", file=log)
    handler = logging.StreamHandler(log)
    handler.setFormatter(JsonLines())
    try:
        raise ValueError("why")
    except ValueError as error:
        record = logging.LogRecord("n", logging.ERROR, "f", 1, "failed %s", ("x",), (ValueError, error, None))
    handler.emit(record)
    first, second, third = lines(tmp_path / "log.jsonl")
    assert first == {"a": 1}
    assert second["message"] == "plain text"
    assert (third["message"], third["level"], third["logger"]) == ("failed x", "ERROR", "n")
    assert "ValueError: why" in third["exception"]


def test_it_never_grows_beyond_two_halves(log, tmp_path):
    for number in range(200):
        print(json.dumps({"number": number}), file=log)
    assert (tmp_path / "log.jsonl").stat().st_size <= 1100
    assert (tmp_path / "log.jsonl.1").stat().st_size <= 1100
    assert [line["number"] for line in lines(tmp_path / "log.jsonl")][-1] == 199
    assert len(list(tmp_path.iterdir())) == 2


def test_threads_do_not_mix_their_lines(log, tmp_path):

    def work(name):
        for number in range(100):
            print(json.dumps({"n": name}), number, file=log)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    texts = [file.read_text() for file in tmp_path.iterdir()]
    assert all(line.startswith('{"n": ') for text in texts for line in text.splitlines())
