"""Look for crashes of one reader for as long as you like: `python tests/fuzz/long.py wire 60`.

Arguments are the reader's name and minutes. With the package atheris installed, inputs are guided
by coverage; without it, honest ones are mutated blindly. What crashes is written to
`found/<reader>/`, where the tests will try it from then on. `classes` in the place of a reader
looks for classes in which a hostile neighbour changes anything for others; each is made as small
as it gets before it is written, and the search goes on.
"""

from __future__ import annotations

import hashlib
import importlib.util
import random
import sys
import tempfile
import time
from pathlib import Path

FOUND = Path(__file__).parent / "found"
SLOW_SECONDS = 5.0


def main(name: str, minutes: float) -> None:
    """Fuzz the reader `name`."""
    if name == "classes":
        classes(minutes)
    elif importlib.util.find_spec("atheris"):
        guided(name, minutes)
    else:
        blind(name, minutes)


def attempt(name: str, data: bytes) -> None:
    """Read `data`; keep it when that crashes or takes too long."""
    from fuzzed import READERS

    started = time.monotonic()
    try:
        READERS[name].read(data)
    except Exception:
        keep(name, data)
        raise
    if time.monotonic() - started > SLOW_SECONDS:
        keep(name, data)
        raise TimeoutError(f"{len(data)} bytes took {time.monotonic() - started:.1f} s")


def keep(name: str, data: bytes) -> None:
    """Write an input where the tests find it."""
    folder = FOUND / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha256(data).hexdigest()[:12]).write_bytes(data)


def guided(name: str, minutes: float) -> None:
    """Let coverage choose the inputs; ends the process."""
    import atheris

    with atheris.instrument_imports(include=["grader", "json", "zipfile", "msgpack"]):
        from fuzzed import READERS
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(READERS[name].seeds):
            Path(corpus, str(number)).write_bytes(seed)
        options = [f"-max_total_time={int(minutes * 60)}", "-max_len=20000", "-timeout=30"]
        atheris.Setup([sys.argv[0], *options, corpus], lambda data: attempt(name, data))
        atheris.Fuzz()


def blind(name: str, minutes: float) -> None:
    """Mutate honest inputs and, again and again, what came of them."""
    from fuzzed import READERS

    dice = random.Random()
    pool = list(READERS[name].seeds)
    ends, tried = time.monotonic() + 60 * minutes, 0
    while time.monotonic() < ends:
        data = bytearray(dice.choice(pool))
        for _ in range(dice.randint(1, 8)):
            at = dice.randrange(len(data) + 1)
            other = dice.choice(READERS[name].seeds)
            start = dice.randrange(len(other))
            new = dice.choice([dice.randbytes(dice.randint(0, 4)), other[start : start + 60]])
            data[at : at + dice.choice([0, 1, len(new)])] = new
        attempt(name, bytes(data[:20_000]))
        tried += 1
        if dice.random() < 0.01:
            pool = [*pool[-500:], bytes(data[:20_000])]
    print(f"{tried} inputs, no crash")


def classes(minutes: float) -> None:
    """Read class after class with and without its hostile neighbour, and grade one in four."""
    from held import WAYS, grading_faults, smallest, tried
    from held import gathering_faults as gathering
    from neighbours import FORMS, KINDS, drawn

    ends, count, found = time.monotonic() + 60 * minutes, 0, 0
    while time.monotonic() < ends:
        seed = random.SystemRandom().randrange(1 << 40)
        dice = random.Random(seed)
        case = drawn(dice.choice([*KINDS]), dice.choice(FORMS), dice, dice.choice(WAYS))
        look = grading_faults if count % 4 == 0 else gathering
        started = time.monotonic()
        faults = tried(look, case)
        if time.monotonic() - started > 60:
            faults.append("it took very long")
        count += 1
        if faults:
            found += 1
            print(f"{case.kind}, {case.form}, {case.way}, seed {seed}:", *faults, sep="\n  ")
            keep("classes", smallest(look, case, faults).text().encode())
    print(f"{count} classes, {found} with a fault")


if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "ingest")]
    main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 10.0)
