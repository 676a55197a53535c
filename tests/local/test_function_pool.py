import asyncio
import threading

from local.function_pool import FunctionPool


def test_a_call_finds_an_event_loop_of_its_own_thread():
    pool = FunctionPool(1)
    first, second = (asyncio.run(pool.run(asyncio.get_event_loop)) for _ in range(2))
    assert first is second
    pool.close()
    assert first.is_closed()


def test_a_thread_that_starts_while_the_pool_closes_leaves_no_loop_open(monkeypatch):
    made = []
    starting, go_on = threading.Event(), threading.Event()
    new_event_loop = asyncio.new_event_loop

    def slow_new_event_loop():
        starting.set()
        go_on.wait(10)
        made.append(new_event_loop())
        return made[-1]

    pool = FunctionPool(1)
    monkeypatch.setattr(asyncio, "new_event_loop", slow_new_event_loop)
    pool._pool.submit(lambda: None)
    assert starting.wait(10)
    closing = threading.Thread(target=pool.close)
    closing.start()
    closing.join(0.1)
    go_on.set()
    closing.join(10)
    pool._pool.shutdown(wait=True)
    assert [loop.is_closed() for loop in made] == [True]


def test_a_thread_that_starts_after_the_pool_was_closed_makes_no_loop(monkeypatch):
    pool = FunctionPool(1)
    pool.close()
    monkeypatch.setattr(asyncio, "new_event_loop", lambda: (_ for _ in ()).throw(AssertionError("made")))
    pool._own_event_loop()
