"""Benefits that a back-test would have granted, by their codes."""

from collections import Counter

from growth.backtest.sums import Sums
from growth.backtest.worlds import World


def granted(world: World, number: int, sums: Sums) -> dict[str, int]:
    """How many of each benefit the tried tasks of a world came to."""
    found: Counter[str] = Counter()
    for (of, task_id, _day), (completions, *_) in sums.given.items():
        rule = world.tried.get(task_id) if of == number else None
        if rule and not rule.milestones:
            found[rule.reward.benefit] += completions
    for (of, task_id, step), times in sums.steps.items():
        rule = world.tried.get(task_id) if of == number else None
        if rule and step <= len(rule.milestones):
            found[rule.milestones[step - 1].reward.benefit] += times
    return {code: times for code, times in sorted(found.items()) if code and times}
