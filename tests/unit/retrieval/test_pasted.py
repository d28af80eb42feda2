"""An error that is pasted with everything around it is searched by what it says."""

from __future__ import annotations

from shared.retrieval.pasted import without_frames
from tests.unit.retrieval.test_new_book import Store, book_of

PYTHON = """I get this when I start:
Traceback (most recent call last):
  File "/srv/robot/run.py", line 12, in <module>
    main()
    ^^^^^^
  File "/srv/robot/arm.py", line 80, in connect
    raise MotorsNotFound(port)
arm.errors.MotorsNotFound: no motors on /dev/ttyACM0
What now?"""


def test_of_a_traceback_the_error_is_left() -> None:
    assert without_frames(PYTHON) == (
        "I get this when I start:\narm.errors.MotorsNotFound: no motors on /dev/ttyACM0\nWhat now?"
    )


def test_a_traceback_without_its_line_breaks_is_one_as_well() -> None:
    flat = " ".join(PYTHON.replace("arm.errors.MotorsNotFound", "ConnectionError").split())
    assert without_frames(flat).split() == (
        "I get this when I start: ConnectionError: no motors on /dev/ttyACM0 What now?".split()  # noqa: SIM905 (a sentence)
    )


def test_of_errors_that_led_to_each_other_all_are_left() -> None:
    chained = (
        "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nKeyError: 'port'\n\n"
        "During handling of the above exception, another exception occurred:\n\n"
        'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    h()\nValueError: no port given'
    )
    assert without_frames(chained).split("\n\n") == ["KeyError: 'port'", "\nValueError: no port given"]


def test_of_javascript_and_java_the_frames_go_too() -> None:
    node = (
        "TypeError: app.listen is not a function\n    at Object.<anonymous> (/srv/app/index.js:9:5)\n"
        "    at async Module._compile (node:internal/modules/cjs/loader:1105:14)\n    at node:internal/main/run:23:47"
    )
    java = (
        "java.lang.IllegalStateException: no broker\n\tat org.acme.Client.open(Client.java:41)\n"
        "\tat org.acme.Main.main(Main.java:7)\n\t... 3 more"
    )
    assert without_frames(node) == "TypeError: app.listen is not a function"
    assert without_frames(java) == "java.lang.IllegalStateException: no broker"


def test_a_question_without_frames_stays_to_the_letter() -> None:
    for question in ("Can I use it at home (in Berlin)?", "what is a Traceback?", "how do I read\n  a traceback? "):
        assert without_frames(question) == question


def test_a_traceback_of_which_nothing_would_be_left_is_searched_as_it_is() -> None:
    cut = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>'
    assert without_frames(cut) == cut


def test_however_it_is_written_it_is_read_once() -> None:
    # a pattern that tried each end of each word would need billions of steps, and the suite would not end
    begin = "Traceback (most recent call last): "
    hostile = (begin * 60 + "a." * 1_000, begin + " at a" * 700)
    assert all(without_frames(each) for each in hostile)


def test_the_book_is_searched_for_the_error() -> None:
    store = Store("There are no motors on the port.")
    with book_of(store) as book:
        found = book.search(PYTHON)
    assert found.question == without_frames(PYTHON)
    assert all("run.py" not in each for searched in store.asked for each in searched)
