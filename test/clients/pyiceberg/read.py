"""Reads whole the table named on the command line; printed as JSON."""

import json
import sys

import pyarrow as pa

from catalog import open_catalog

table = open_catalog().load_table(sys.argv[1])
if "--append" in sys.argv:
    table.append(pa.Table.from_pylist([json.loads(sys.argv[3])], schema=table.schema().as_arrow()))
print(
    json.dumps(
        {
            "version": table.metadata.format_version,
            "spec": [str(field.transform) for field in table.spec().fields],
            "order": [str(field.transform) for field in table.sort_order().fields],
            "identifiers": list(table.schema().identifier_field_names()),
            "types": {field.name: str(field.field_type) for field in table.schema().fields},
            "rows": table.scan().to_arrow().to_pylist(),
            "snapshots": len(table.snapshots()),
            "properties": table.properties,
        },
        default=str,
    )
)
