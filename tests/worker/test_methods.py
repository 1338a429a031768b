"""What methods change is found as for functions, and nothing besides is executed."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

NET = """
import numpy as np
class Net:
    def __init__(self): self.W, self.params, self.n = np.ones(2), {"b": np.ones(2)}, 0
    def step(self, lr):
        W = self.W
        W -= lr
        return 0
    def fit(self, n): return [self.step(1) for _ in range(n)]
    def decay(self, lr):
        for k, p in self.params.items(): p -= lr
        return lr
    def twice(self, n):
        done = self.fit(n)
        return done, self.fit(n)
    def edge(self, table, key):
        table[key] = self.n
        return key
    def both(self, table): return self.edge(table, "a"), self.edge(table, "b")
    def weights(self): return [self.W]
    @property
    def next_id(self):
        self.n += 1
        return self.n
    @property
    def size(self): return len(self.W)
    def __call__(self, x):
        self.n = x
        return x
    @staticmethod
    def fill(table, value):
        table["x"] = value
        return value
class SGD:
    def __init__(self, weights, rate): self.weights, self.rate = weights, rate
    def step(self, by):
        for W in self.weights: W -= self.rate * by
class Quiet(Net):
    def fit(self, n): return super().fit(n)
net = Net()
"""
# Each changes `net` or a table `T`; f returns True when that was executed.
CHANGE = {
    "training in a list": ("losses = [net.step(.1) for _ in range(3)]", "net.W[0] < 0.8"),
    "training in a loop": ("losses = {}\nfor n in 1, 2: losses[n] = net.step(1)", "net.W[0] < 0"),
    "an alias in a loop": ("lr = net.decay(3)", "net.params['b'][0] < 0"),
    "a method by another": ("done = net.fit(2)", "net.W[0] < 0"),
    "a method by one by another": ("done = net.twice(2)", "net.W[0] < -2"),
    "a method of a base": ("q = Quiet()\ndone = q.fit(2)", "q.W[0] < 0"),
    "an argument": ("T = {}\nkey = net.edge(T, 'a')", "T == {'a': 0}"),
    "an argument by another": ("T = {}\nkeys = net.both(T)", "[*T] == ['b', 'a'] or [*T]"),
    "a function's argument": (
        "def train(net):\n    loss = net.fit(2)\n    return loss\nloss = train(net)",
        "net.W[0] < 0",
    ),
    "a function's variable": (
        (
            "def train(nets):\n    for one in nets: loss = one.fit(2)\n    return loss\n"
            "loss = train([net])"
        ),
        "net.W[0] < 0",
    ),
    "a function's global": (
        "def train():\n    loss = net.fit(2)\n    return loss\nloss = train()",
        "net.W[0] < 0",
    ),
    "a property": ("first = net.next_id", "net.n == 1"),
    "a property by a function": (
        "def number(net): return net.next_id\nfirst = number(net)",
        "net.n == 1",
    ),
    "a property of a part": ("D = {'n': net}\nfirst = [D['n'].next_id]", "net.n == 1"),
    "a call of an object": ("y = net(3)", "net.n == 3"),
    "a call of a parameter": ("def run(m): return m(3)\ny = run(net)", "net.n == 3"),
    "a static method": ("T = {}\ny = Net.fill(T, 1)", "T == {'x': 1}"),
    "a static method of an object": ("T = {}\ny = [net.fill(T, 1)]", "T == {'x': 1}"),
    "an iterator": (
        (
            "class Up:\n    n = 0\n    def __iter__(self): return self\n"
            "    def __next__(self):\n        self.n += 1\n        return self.n\n"
            "class Sub(Up): pass\nup = Sub()\ntwo = [n for n, _ in zip(up, 'ab')]"
        ),
        "up.n >= 2",
    ),
    "a list's own method": (
        (
            "class Stack(list):\n    def push(self, x):\n        super().append(x)\n"
            "        return x\n"
            "T = Stack()\ntop = T.push(1)"
        ),
        "T == [1]",
    ),
    "a method that was chosen": (
        (
            "class Deep(Net):\n    if len('ab') > 1:\n        def grow(self): self.W += 5\n"
            "    else:\n        def grow(self): return 0\n"
            "net = Deep()\nlosses = [net.grow()]"
        ),
        "net.W[0] == 6",
    ),
    "a method that was tried": (
        (
            "class Deep(Net):\n    try:\n        int('a')\n    except ValueError:\n"
            "        def grow(self): self.W += 5\nnet = Deep()\nlosses = [net.grow()]"
        ),
        "net.W[0] == 6",
    ),
    "a method of a class within": (
        (
            "class Model:\n    class Layer:\n        def __init__(self): self.W = 1\n"
            "        def grow(self): self.W += 5\n"
            "layer = Model.Layer()\nlosses = [layer.grow()]"
        ),
        "layer.W == 6",
    ),
    "a base class": (
        (
            "ALL = []\nclass Layer:\n    def __init__(self): ALL.append(self)\n"
            "class Dense(Layer): pass\nDense()"
        ),
        "len(ALL) == 1",
    ),
    "a base class that is called": (
        (
            "ALL = []\nclass Layer:\n    def __init__(self): ALL.append(self)\n"
            "class Dense(Layer):\n    def __init__(self): super().__init__()\nunused = Dense()"
        ),
        "len(ALL) == 1",
    ),
    "a base of a base": (
        (
            "ALL = []\nclass Layer:\n    def __init__(self): ALL.append(self)\n"
            "class Dense(Layer): pass\nclass Last(Dense): pass\nlayers = [Last() for _ in 'ab']"
        ),
        "len(ALL) == 2",
    ),
    "a base class that is counted": (
        (
            "n = 0\nclass Layer:\n    def __init__(self):\n        global n\n        n += 1\n"
            "class Dense(Layer): m = 1\nm = Dense().m"
        ),
        "n == 1",
    ),
    "an optimiser": (
        "opt = SGD(net.weights(), 1)\nfor _ in range(3): opt.step(1)",
        "net.W[0] < -1",
    ),
    "an optimiser of a name": ("W = net.weights()\nopt = SGD(W, 1)\nopt.step(3)", "net.W[0] < 0"),
    "an optimiser of a part": ("opt = SGD([net.W], 1)\ndone = opt.step(3)", "net.W[0] < 0"),
    "an optimiser in a table": (
        "opts = {'a': SGD(net.weights(), 1)}\ndone = opts['a'].step(3)",
        "net.W[0] < 0",
    ),
    "an optimiser by keyword": (
        "opt = SGD(rate=1, weights=list(net.weights()))\ndone = [opt.step(3)]",
        "net.W[0] < 0",
    ),
    "an optimiser by a function": (
        (
            "def train(opt):\n    for _ in range(3): opt.step(1)\n"
            "opt = SGD(net.weights(), 1)\ntrain(opt)"
        ),
        "net.W[0] < 0",
    ),
    "an item of a copy": ("Q = net.params.copy()\nQ['b'] -= 3", "net.params['b'][0] < 0"),
    "an item of a copy by a library": (
        "import copy\nP = {'b': np.ones(2)}\nQ = copy.copy(P)\nQ['b'][0] = 3",
        "P['b'][0] == 3",
    ),
    "an item of a list's copy": (
        "P = [np.ones(2)]\nQ = P.copy()\nfor n in range(3): Q[0] += n",
        "P[0][0] == 4",
    ),
    "an item of a function's copy": (
        (
            "def less(P):\n    Q = P.copy()\n    Q['b'] -= 3\n    return Q\n"
            "P = {'b': np.ones(2)}\nQ = less(P)"
        ),
        "P['b'][0] < 0",
    ),
    "a module's table": (
        (
            "LOG = []\nclass A:\n    def note(self, x):\n        LOG.append(x)\n        return x\n"
            "a = A()\nLOG += []\ny = a.note(1)"
        ),
        "LOG == [1]",
    ),
}


# Of each, f returns True when the generator was advanced.
DRAWS = {
    "a method": "rng = np.random.default_rng(0)\nx = rng.exponential()",
    "a method in a list": "rng = np.random.default_rng(0)\nxs = [rng.poisson() for _ in 'ab']",
    "a method of an old one": "rng = np.random.RandomState(0)\nx = rng.exponential()",
    "a method of Python's": "import random\nrng = random.Random(0)\nx = rng.expovariate(1)",
    "a function": (
        "def draw(rng): return rng.exponential()\nrng = np.random.default_rng(0)\nx = draw(rng)"
    ),
    "a function of the one": (
        "def draw(): return rng.exponential()\nrng = np.random.default_rng(0)\nx = draw()"
    ),
}


@pytest.mark.parametrize("case", DRAWS)
def test_any_method_of_a_generator_advances_it(value: Any, case: str) -> None:
    first, _, last = DRAWS[case].rpartition("\n")
    drawn = last.rpartition("= ")[2]
    ends = f"K = {drawn}\ndef f(): return K"
    advanced = value(f"import numpy as np\n{DRAWS[case]}\n{ends}")
    assert advanced != value(f"import numpy as np\n{first}\n{ends}")


@pytest.mark.parametrize("case", CHANGE)
def test_what_a_method_changes_is_executed(value: Any, case: str) -> None:
    lines, is_done = CHANGE[case]
    assert value(f"{NET}{lines}\ndef f(): return bool({is_done})") is True


# What these do is nothing that `f` could see.
NEEDLESS = {
    "a method that changes nothing": "y = other.look(K)",
    "a property that changes nothing": "y = other.size",
    "a library's method of that name": "import math\ny = math.note(K)",
    "a copy of a list": "L = K.copy()\nL[0] += ran.note(1) or 1",
    "a copy of a dict": "D = {'K': K}\nL = D.copy()\nL['K'] = ran.note(1)",
    "a copy of an array": (
        "import numpy as np\nD = {'K': K}\nA = np.array(K)\nB = A.copy()\nB[0] += ran.note(1) or 1"
    ),
    "a copy in a function": (
        "def less(x):\n    y = x.copy()\n    y[0] -= ran.note(1) or 1\n    return y\nL = less(K)"
    ),
    "a copy in a function of a dict": (
        "def less(x):\n    y = x.copy()\n    y['K'] = ran.note(1)\n    return y\n"
        "D = {'K': K}\nL = less(D)"
    ),
    "a method of another": "y = other.note(3)",
    "an object of a class": "y = Other()",
}
OTHER = """
class Other:
    def __init__(self): ran.note(1)
    def look(self, x): return ran.note(1) or len(x)
    def note(self, x):
        self.x = x
        return ran.note(1)
    @property
    def size(self): return ran.note(1)
"""


@pytest.mark.parametrize("case", NEEDLESS)
def test_what_changes_nothing_is_not_executed(
    value: Any, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[int] = []
    module = ModuleType("ran")
    module.note = ran.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ran", module)
    source = f"import ran\n{OTHER}other = Other()\nK = [3]\n{NEEDLESS[case]}\n"
    assert value(f"{source}def f(): return K") == [3]
    assert ran == []
