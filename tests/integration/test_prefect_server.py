"""The server of Prefect that is our own: what its SQLite waits for, it does not wait for itself."""

import subprocess
import sys
from pathlib import Path

import pytest

# A statement waits for a lock, a cursor of its connection ends as garbage, and only whoever makes
# that garbage can give the lock free: so it is in the server, whose event loop ends transactions.
_THE_LOOP_ENDS_WHAT_A_STATEMENT_WAITS_FOR = """
import gc, sqlite3, sys, threading, time, weakref
from flows import serve

class Cycle(list):
    pass

begun = threading.Event()
apart = sys.argv[2] == "collected apart"
if apart:
    serve._CLEAN_EVERY, serve._ALL_EVERY = 0.05, 1
    threading.Thread(target=serve._collect, daemon=True).start()
    while gc.isenabled():
        time.sleep(0.01)
holder, waiter = (
    sqlite3.connect(sys.argv[1], timeout=3, isolation_level=None, check_same_thread=False)
    for _ in range(2)
)
holder.executescript("PRAGMA journal_mode = WAL; CREATE TABLE run (name); BEGIN IMMEDIATE")
left_open = Cycle([waiter.execute("SELECT 1 UNION SELECT 2")])
left_open.append(left_open)
gone = weakref.ref(left_open)

def write():
    try:
        waiter.execute("INSERT INTO run VALUES ('waited')")
    except sqlite3.OperationalError as error:
        print(error)
    else:
        print("written")

statement = threading.Thread(target=write)
statement.start()
time.sleep(0.3)
del left_open
if apart:  # whoever collects waits for that statement by now, and we go on
    gc.callbacks.append(lambda phase, _: begun.set() if phase == "start" else None)
    assert begun.wait(10)
    time.sleep(0.2)
for _ in range(100_000):
    garbage = []
    garbage.append(garbage)
holder.execute("COMMIT")
statement.join()
if apart:
    end = time.monotonic() + 10
    while gone() is not None and time.monotonic() < end:
        time.sleep(0.05)
    assert gone() is None
"""


@pytest.mark.parametrize(
    ("how", "said"), [("collected apart", "written"), ("as usual", "database is locked")]
)
def test_who_ends_a_transaction_never_waits_for_who_waits_for_it(
    tmp_path: Path, how: str, said: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _THE_LOOP_ENDS_WHAT_A_STATEMENT_WAITS_FOR, tmp_path / "p.db", how],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    assert ended.stdout.strip() == said
