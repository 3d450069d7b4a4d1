"""One of two writers: appends N times to one table, with a property each time; a commit that lost is tried again."""

import json
import pathlib
import sys
import time

import pyarrow as pa
from pyiceberg.exceptions import CommitFailedException

from catalog import open_catalog

writer, commits, meeting = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
table = open_catalog().load_table("race.counts")
(meeting / f"{writer}.ready").touch()
while len(list(meeting.glob("*.ready"))) < 2:  # whoever has started first waits for the other
    time.sleep(0.001)
retries = 0
for n in range(commits):
    while True:
        try:
            with table.transaction() as transaction:
                transaction.append(pa.table({"writer": [writer], "n": pa.array([n], pa.int64())}))
                transaction.set_properties({f"{writer}-{n}": "done"})
            break
        except CommitFailedException:
            retries += 1
            table.refresh()
print(json.dumps({"retries": retries}))
