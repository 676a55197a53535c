"""Which cron expressions are accepted, and what they say."""

from contextlib import suppress

import pytest

from lull.domain.cron import MAX_LENGTH, parsed_cron
from lull.domain.errors import Invalid
from tests.effort import function_calls
from tests.unit import cron_corpus

EVERY = {"minutes": 60, "hours": 24, "days": 31, "months": 12, "weekdays": 7}


def refusal(text: str) -> str:
    with pytest.raises(Invalid) as refused:
        parsed_cron(text)
    (error,) = refused.value.errors
    assert error.field == "recurringCron"
    return error.message


def test_the_corpus_is_large_enough_and_says_nothing_twice():
    refused = [text for text, _ in cron_corpus.refused() if text]
    every = [*cron_corpus.accepted(), *refused, *cron_corpus.ODD, *cron_corpus.LONG]
    assert len(every) == len(set(every)) >= 250


@pytest.mark.parametrize("text", cron_corpus.accepted())
def test_what_the_grammar_allows_is_accepted_and_its_canonical_form_means_the_same(text):
    cron = parsed_cron(text)
    assert parsed_cron(cron.canonical) == cron


@pytest.mark.parametrize(("text", "where"), cron_corpus.refused())
def test_what_the_grammar_does_not_allow_is_refused_with_the_field_at_fault(text, where):
    assert where in refusal(text).split(":")[0]


@pytest.mark.parametrize("text", cron_corpus.ODD, ids=ascii)
def test_odd_characters_are_refused_and_never_echoed_raw(text):
    message = refusal(text)
    assert message.isprintable()
    assert len(message) < 200


@pytest.mark.parametrize("text", cron_corpus.LONG, ids=lambda text: f"{len(text)} of {text[:5]}")
def test_a_long_text_is_refused_before_anything_reads_it(text):
    assert refusal(text) == f"is longer than {MAX_LENGTH} characters"
    assert function_calls(lambda: _tried(text)) < 20


@pytest.mark.parametrize("item", ["*,", "0-59/1,", "59,", "0-0,", ",", "-", "/", "a", "*/60,"])
def test_no_text_of_the_longest_length_takes_long(item):
    text = (item * MAX_LENGTH)[: MAX_LENGTH - 9].rstrip(",") + " * * * *"
    assert function_calls(lambda: _tried(text)) < 2_000


def _tried(text: str) -> None:
    with suppress(Invalid):
        parsed_cron(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("5-20/5 * * * *", {"minutes": (5, 10, 15, 20)}),
        ("*/25,3 * * * *", {"minutes": (0, 3, 25, 50)}),
        ("* */9 * * *", {"hours": (0, 9, 18)}),
        ("* 22,2-4 * * *", {"hours": (2, 3, 4, 22)}),
        ("* * */10 * *", {"days": (1, 11, 21, 31)}),
        ("* * * */5 *", {"months": (1, 6, 11)}),
        ("* * * Nov-12,feb *", {"months": (2, 11, 12)}),
        ("* * * * 5-7", {"weekdays": (0, 5, 6)}),
        ("* * * * 0,7,sun", {"weekdays": (0,)}),
        ("* * * * */2", {"weekdays": (0, 2, 4, 6)}),
        ("* * * * 1-7/3", {"weekdays": (0, 1, 4)}),
        ("* * * * tue-thu", {"weekdays": (2, 3, 4)}),
    ],
)
def test_a_field_allows_the_values_it_names(text, values):
    cron = parsed_cron(text)
    allowed = {name: getattr(cron, name) for name in EVERY}
    assert {name: each for name, each in allowed.items() if len(each) < EVERY[name]} == values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 24 * * *", "hour: '24' is not from 0 to 23"),
        ("0 0 * * mond", "day-of-week: 'mond' is not *, a value, a range or a step"),
        ("0 0 * * jan", "day-of-week: 'jan' is not from 0 to 7, nor one of sun…sat"),
        ("0 0 * * sat-sun", "day-of-week: 'sat-sun' runs backwards"),
        ("5/15 * * * *", "minute: '5/15' has a step, which needs * or a range before it"),
        ("*/90 * * * *", "minute: the step of '*/90' is not from 1 to 60"),
        ("0 0 31 2 *", "day-of-month: never runs, none of its months has a day 31"),
        (
            "@daily",
            "must be five fields with exactly one space between them: minute hour day-of-month month day-of-week",
        ),
    ],
)
def test_a_refusal_says_what_is_wrong_and_where(text, message):
    assert refusal(text) == message


@pytest.mark.parametrize(("text", "interval"), [("* * * * *", True), ("5 0-23 * * 1", True), ("*/5 */2 * * *", False)])
def test_an_interval_schedule_is_one_that_runs_in_every_hour(text, interval):
    assert parsed_cron(text).is_interval is interval
