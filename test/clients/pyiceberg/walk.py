"""What a person does with a catalog, once, and what he sees; printed as JSON."""

import json

import pyarrow as pa
from pyiceberg.expressions import EqualTo
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import ListType, LongType, NestedField, StringType, StructType

from catalog import open_catalog

seen = {}


def refused(action) -> str:
    try:
        action()
    except Exception as error:  # the name is the answer
        return type(error).__name__
    return "nothing"


catalog = open_catalog()
catalog.create_namespace("sales", {"comment": "all of it"})
seen["namespaces"] = catalog.list_namespaces()
seen["namespace"] = catalog.load_namespace_properties("sales").get("comment")
seen["twice"] = refused(lambda: catalog.create_namespace("sales"))

schema = Schema(
    NestedField(1, "id", LongType(), required=True),
    NestedField(2, "country", StringType(), required=False, doc="ISO code"),
    NestedField(
        3,
        "items",
        ListType(4, StructType(NestedField(5, "sku", StringType(), required=False)), element_required=False),
        required=False,
    ),
    identifier_field_ids=[1],
)
spec = PartitionSpec(PartitionField(source_id=2, field_id=1000, transform=IdentityTransform(), name="country"))
table = catalog.create_table("sales.orders", schema, partition_spec=spec, properties={"owner": "ann"})
seen["tableTwice"] = refused(lambda: catalog.create_table("sales.orders", schema))

rows = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("country", pa.string()),
        pa.field("items", pa.list_(pa.struct([pa.field("sku", pa.string())]))),
    ]
)


def batch(first: int, country: str) -> pa.Table:
    return pa.Table.from_pylist(
        [{"id": first + i, "country": country, "items": [{"sku": f"s{i}"}]} for i in range(10)], schema=rows
    )


table.append(batch(0, "de"))
table.append(batch(10, "fr"))
table.delete(EqualTo("country", "de"))
with table.update_schema() as update:
    update.add_column("note", StringType())

again = open_catalog().load_table("sales.orders")
seen["rows"] = sorted(again.scan(row_filter=EqualTo("country", "fr")).to_arrow()["id"].to_pylist())
seen["all"] = again.scan().to_arrow().num_rows
seen["snapshots"] = len(again.snapshots())
seen["columns"] = [field.name for field in again.schema().fields]
seen["tables"] = catalog.list_tables("sales")

catalog.rename_table("sales.orders", "sales.renamed")
seen["renamed"] = catalog.load_table("sales.renamed").scan().to_arrow().num_rows
seen["old"] = refused(lambda: catalog.load_table("sales.orders"))
seen["full"] = refused(lambda: catalog.drop_namespace("sales"))
catalog.drop_table("sales.renamed")
catalog.drop_namespace("sales")
seen["gone"] = refused(lambda: catalog.load_namespace_properties("sales"))
print(json.dumps(seen))
