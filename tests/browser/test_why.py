"""A customer opens the details of a task, and reads why it stands where it stands."""

from tests.browser import bank

WHY = '[data-track="task-how:canteen-week"]'


def test_why_is_asked_for_when_it_is_opened(phone):
    phone.enter(bank.neighbour("why", like="demo-student", meals=4), "/zones/student/")
    phone.until(lambda: phone.shown(WHY), "the task")
    assert not [r for r in phone.requests() if r["url"].endswith("/why")]

    phone.tap(f"{WHY} summary")

    phone.until(lambda: phone.shown(f"{WHY} .task__why p"), "the answer")
    phone.until(lambda: "claim it" in phone.find(WHY).text, "that the reward waits")
