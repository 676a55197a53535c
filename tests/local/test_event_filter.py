import json

import pytest

from local.event_filter import InvalidPattern, matches, parse

CASES = [
    ({"a": ["x"]}, {"a": "x"}, True),
    ({"a": ["x", "y"]}, {"a": "y", "b": 1}, True),
    ({"a": ["x"]}, {"a": "X"}, False),
    ({"a": ["x"]}, {}, False),
    ({"a": ["x"]}, "text", False),
    ({"a": [None]}, {"a": None}, True),
    ({"a": [None]}, {}, False),
    ({"a": [1]}, {"a": 1}, True),
    ({"a": [1]}, {"a": True}, False),
    ({"a": [True]}, {"a": True}, True),
    ({"a": {"b": ["x"]}}, {"a": {"b": "x"}}, True),
    ({"a": {"b": ["x"]}}, {"a": "x"}, False),
    ({"a": ["x"], "b": ["y"]}, {"a": "x", "b": "z"}, False),
    ({"a": ["x"]}, {"a": ["w", "x"]}, True),
    ({"a": ["x"]}, {"a": ["w"]}, False),
    ({"a": [{"prefix": "PAGE#"}]}, {"a": "PAGE#1"}, True),
    ({"a": [{"prefix": "PAGE#"}]}, {"a": "page#1"}, False),
    ({"a": [{"prefix": {"equals-ignore-case": "page#"}}]}, {"a": "PAGE#1"}, True),
    ({"a": [{"suffix": ".png"}]}, {"a": "x.png"}, True),
    ({"a": [{"suffix": ".png"}]}, {"a": "x.gif"}, False),
    ({"a": [{"suffix": ".png"}]}, {"a": 1}, False),
    ({"a": [{"equals-ignore-case": "Ab"}]}, {"a": "aB"}, True),
    ({"a": [{"anything-but": ["ping"]}]}, {"a": "pong"}, True),
    ({"a": [{"anything-but": ["ping"]}]}, {"a": "ping"}, False),
    ({"a": [{"anything-but": ["ping"]}]}, {}, False),
    ({"a": [{"anything-but": "ping"}]}, {"a": "ping"}, False),
    ({"a": [{"anything-but": {"prefix": "p"}}]}, {"a": "ping"}, False),
    ({"a": [{"anything-but": {"prefix": "p"}}]}, {"a": "gnip"}, True),
    ({"a": [{"exists": True}]}, {"a": None}, True),
    ({"a": [{"exists": True}]}, {}, False),
    ({"a": [{"exists": False}]}, {}, True),
    ({"a": [{"exists": False}]}, {"a": 0}, False),
    ({"a": {"b": [{"exists": False}]}}, {}, True),
    ({"a": [{"numeric": [">", 0, "<=", 5]}]}, {"a": 5}, True),
    ({"a": [{"numeric": [">", 0, "<=", 5]}]}, {"a": 5.1}, False),
    ({"a": [{"numeric": ["=", 3]}]}, {"a": 3.0}, True),
    ({"a": [{"numeric": ["=", 3]}]}, {"a": "3"}, False),
    ({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, {"b": "y"}, True),
    ({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, {"a": "y", "b": "x"}, False),
    ({"c": ["z"], "$or": [{"a": ["x"]}, {"b": ["y"]}]}, {"b": "y"}, False),
]


@pytest.mark.parametrize(("pattern", "event", "expected"), CASES)
def test_a_pattern_matches_as_lambda_documents(pattern, event, expected):
    assert matches(parse(json.dumps(pattern)), event) is expected


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        '{"a": "x"}',
        '{"a": []}',
        '{"a": [["x"]]}',
        '{"a": [{"starts": "x"}]}',
        '{"a": [{"prefix": "x", "suffix": "y"}]}',
        '{"a": [{"numeric": ["~", 1]}]}',
        '{"a": [{"anything-but": {"like": "x"}}]}',
        '{"$or": [{"a": ["x"]}]}',
    ],
)
def test_a_pattern_that_lambda_refuses_is_refused(text):
    with pytest.raises(InvalidPattern):
        parse(text)
