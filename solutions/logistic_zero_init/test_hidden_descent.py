"""Hidden checks of logistic_zero_init: a descent, step by step.

A mistake is paid for where it is made. `optimize` is judged by the gradients and costs that the
student's own `propagate` gives, and how often it steps by what it does in one iteration.
"""

from __future__ import annotations

import numpy as np
from single import NEAR, NUMBER, number

from grader.testing import (
    CheckFailed,
    Diagnosis,
    Mistake,
    check,
    chosen,
    close,
    expect,
    expect_close,
    expect_default,
    expect_unchanged,
    fail,
    mistake_models,
)
from grader.testing.contract import validate

DEFAULTS = {"num_iterations": 100, "learning_rate": 0.009}
# Far from any usual rate, so that a fixed one shows.
RATE = 0.25


class Descent:
    """The student's `optimize` on one case, and where the student's own gradients would lead."""

    def __init__(self, submission, case):
        self.submission, self.case = submission, case
        self.start = case.w, case.b

    def run(self, count, start=None):
        """Return w and b after `count` iterations, the last gradients and the costs."""
        w, b = start or self.start
        args = (w, b, self.case.X, self.case.Y, count, RATE)
        params, grads, costs = self.submission.optimize(*args, print_cost=False)
        b = number(params["b"])
        return (params["w"], b if b.ndim else b.item()), grads, costs

    def propagate(self, at):
        """Return the gradients and the cost that the student's own `propagate` gives."""
        return self.submission.propagate(*at, self.case.X, self.case.Y)

    def steps(self, count, *, stale=False):
        """Return w and b after that many steps along the student's own gradients."""
        w, b = self.start
        grads, _ = self.propagate((w, b))
        for step in range(count):
            if step and not stale:
                grads, _ = self.propagate((w, b))
            w, b = subtracted(w, RATE * grads["dw"]), subtracted(b, RATE * number(grads["db"]))
        return w, b


def subtracted(value, step):
    try:
        return value - step
    except ValueError:
        fail("your gradients do not fit the parameters", f"they have shape {np.shape(step)}")


RATES = {"rate_one": 1.0, "rate_default": DEFAULTS["learning_rate"]}
STEPS = {**dict.fromkeys(RATES, "ignores-learning-rate"), "uphill": "ascends"}
STAYS = {"w": "weights-not-updated", "b": "bias-not-updated"}
TIGHT = {"rtol": 1e-4, "atol": 3e-7}


def expect_step(submission, case, name):
    """Judge by how much the third iteration moves w or b, wherever the other one went before.

    The slope is that at the student's own place: what moves b the wrong way leads w to other
    places, and is no mistake of w. How many steps are taken, and along which gradients, is judged
    by a check of its own.
    """
    descent, place = Descent(submission, case), "wb".index(name)
    two, three = (descent.run(count)[0] for count in (2, 3))
    if same(two, three):
        expect_some_steps(descent, place, two[place])
        return
    slopes = [number(descent.propagate(at)[0][f"d{name}"]) for at in (two, descent.start)]

    def moved(slope=slopes[0], **on):
        rate = chosen(RATES, on, RATE) * (-1 if "uphill" in on else 1)
        after = subtracted(two[place], rate * slope)
        return np.asarray(after - two[place]) * (0.0 if "stays" in on else 1.0)

    got, stale = np.asarray(subtracted(three[place], two[place])), moved(slopes[1])
    if not close(got, stale, **TIGHT):
        models = mistake_models(moved, STEPS | {"stays": STAYS[name]})
        expect_close(got, moved(), f"what iteration 3 adds to {name}", mistakes=models, **TIGHT)


def expect_some_steps(descent, place, end):
    """Judge w or b where two iterations and three end at the same place."""
    name, start = "wb"[place], descent.start[place]
    counts = 2, 1, DEFAULTS["num_iterations"]
    rights = [np.asarray(descent.steps(count)[place]) for count in counts]
    if not any(close(end, right, **TIGHT) for right in rights):
        stays = [Mistake((STAYS[name],), start)]
        expect_close(np.asarray(end), rights[0], name, mistakes=stays, **TIGHT)


@check(
    "optimize: w steps against its gradient",
    points=1,
    hint="the gradient points uphill; where does the step go, and what decides how far?",
)
def test_step_of_w(submission, case):
    expect_step(submission, case, "w")


@check(
    "optimize: b steps against its gradient",
    points=0.5,
    hint="does b move by the same rule as w, in the same iteration?",
)
def test_step_of_b(submission, case):
    expect_step(submission, case, "b")


@check(
    "optimize: n iterations are n steps, each with its own gradient",
    points=0.5,
    hint="four iterations should end where two and two more end; what is different in yours?",
)
def test_iterations(submission, case):
    descent = Descent(submission, case)
    two, four = descent.run(2)[0], descent.run(4)[0]
    expect(not same(four, descent.start), "nothing has moved after 4 iterations")
    two_and_two = descent.run(2, two)[0]
    if same(four, two_and_two):
        return
    headline = "4 iterations do not end where 2 and 2 more end"
    if same(four, two):
        fail_count(headline, "2 iterations and 4 iterations give the same w and b")
    for count in (3, 5):
        if same(descent.run(count)[0], two_and_two):
            fail_count(headline, f"2 iterations and 2 more end where {count} iterations end")
    first, both = descent.steps(2, stale=True), descent.steps(4, stale=True)
    sentence = "every step is as long as the first one"
    named = [Diagnosis("stale-gradient", sentence)] if same([*two, *four], [*first, *both]) else []
    fail(headline, diagnoses=named)


def fail_count(headline, sentence):
    fail(headline, diagnoses=[Diagnosis("wrong-iteration-count", sentence)])


def same(one, other):
    return all(close(a, b, **NEAR) for a, b in zip(one, other, strict=True))


@check(
    "optimize: the gradients returned are those of the last iteration",
    points=0.5,
    hint="for which w and b were the gradients worked out that you return?",
)
def test_last_gradients(submission, case):
    descent = Descent(submission, case)
    before, (after, grads, _) = descent.run(3)[0], descent.run(4)
    # Worked out anew for the parameters that are returned: that is fine, too.
    wanted = [descent.propagate(at)[0] for at in (before, after)]
    if not any(equal(grads, right) for right in wanted):
        first = equal(grads, descent.propagate(descent.start)[0]) and not same(before, after)
        sentence = "the gradients after 4 iterations are those at the start"
        named = [Diagnosis("stale-gradient", sentence)] if first else []
        fail("dw and db do not belong to the last iteration", diagnoses=named)


def equal(grads, others):
    return all(close(number(grads[n]), number(others[n]), **NEAR) for n in ("dw", "db"))


RECORDS = {
    "every iteration": lambda costs, n: costs[:n],
    "after the step": lambda costs, n: [costs[i + 1] for i in range(0, n, 100)],
    "at iterations 99, 199, …": lambda costs, n: [costs[i] for i in range(99, n, 100)],
    "after iterations 99, 199, …": lambda costs, n: [costs[i + 1] for i in range(99, n, 100)],
    "without the first": lambda costs, n: [costs[i] for i in range(100, n, 100)],
    "the last alone": lambda costs, n: costs[n - 1 : n],
    "the one at the end alone": lambda costs, n: costs[n : n + 1],
    "and the one at the end, too": lambda costs, n: [*costs[:n:100], costs[n]],
    "every ten iterations": lambda costs, n: costs[:n:10],
}


@check(
    "optimize: costs holds the costs at iterations 0, 100, 200",
    points=0.5,
    hint="with 5 iterations, how many costs should be in the list, and of which w and b?",
)
def test_costs(submission, case, reference):
    n = 200 + 3 * case.m
    descent = Descent(submission, case)
    costs = listed(descent.run(n)[2])
    right = path_of_costs(reference.propagate, case, n)
    if like(costs, right[:n:100]):
        return
    expect_no_other_record(costs, right, n)
    # A wrong gradient, cost or step is paid for elsewhere: its own path has its own costs.
    own = path_of_costs(submission.propagate, case, n)
    if like(costs, own[:n:100]) or like(costs, own_costs(descent)):
        return
    expect_no_other_record(costs, own, n)
    said = f"there are {len(costs)} costs for {n} iterations"
    fail("the costs are not those at iterations 0, 100 and 200", said)


def expect_no_other_record(costs, path, n):
    for words, record in RECORDS.items():
        if like(costs, record(path, n)):
            sentence = f"the list holds {len(costs)} costs for {n} iterations: {words}"
            fail("these are other costs", diagnoses=[Diagnosis("wrong-cost-record", sentence)])


def listed(costs):
    """Return the costs as numbers, or fail: learners keep them in lists and arrays, in brackets."""
    is_list = isinstance(costs, list | tuple) or (isinstance(costs, np.ndarray) and costs.ndim)
    if not is_list or not len(costs):
        named = Diagnosis("wrong-return-type", "expected: a list with a number for each cost")
        fail("costs is not a list of numbers", diagnoses=[named])
    return [validate(NUMBER, value, "a cost of the list") for value in costs]


def like(costs, others):
    """Whether costs are these; where steps run away, both are no numbers at the same places."""
    bounded = [np.nan_to_num(c, nan=1e30, posinf=1e30, neginf=-1e30) for c in (costs, others)]
    return len(costs) == len(others) > 0 and close(*bounded, **NEAR)


def path_of_costs(propagate, case, count):
    """Return the costs before each of `count` iterations, and the one after the last."""
    w, b, costs = case.w, case.b, []
    for _ in range(count + 1):
        grads, value = propagate(w, b, case.X, case.Y)
        costs.append(value)
        w = subtracted(w, RATE * grads["dw"])
        b = subtracted(b, RATE * number(np.asarray(grads["db"])))
    return costs


def own_costs(descent):
    """Return the costs where the student's own steps lead, by the student's own `propagate`."""
    stops = [descent.start, *(descent.run(count)[0] for count in (100, 200))]
    return [descent.propagate(at)[1] for at in stops]


@check(
    "optimize: left out, they are 100 iterations and a learning rate of 0.009",
    points=0.25,
    hint="what does the first line of the function say about the two?",
)
def test_defaults(submission, case):
    problem = case.w, case.b, case.X, case.Y
    given = submission.optimize(*problem, **DEFAULTS, print_cost=False)[0]
    for name in DEFAULTS:
        others = {key: value for key, value in DEFAULTS.items() if key != name}
        try:
            left_out = submission.optimize(*problem, **others, print_cost=False)[0]
        except CheckFailed as failure:
            # An older hand-out of this exercise has no defaults.
            no_default = [d.misconception for d in failure.diagnoses] == ["wrong-signature"]
            if not no_default or f"{name}=None" in submission.signature("optimize"):
                raise
            continue
        same = all(close(left_out[key], given[key]) for key in ("w", "b"))
        expect_default(same, name, DEFAULTS[name])


@check(
    "no function changes the arrays it was given",
    points=0.5,
    hint="does your line make a new array, or write into the one that the caller handed over?",
)
def test_inputs_unchanged(submission, case):
    submission.propagate(case.w, case.b, case.X, case.Y)
    expect_unchanged(submission)
    Descent(submission, case).run(2)
    expect_unchanged(submission)
