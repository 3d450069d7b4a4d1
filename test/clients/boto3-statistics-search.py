"""boto3, unmodified, against a running server: column statistics and SearchTables. Prints one JSON object."""

import datetime
import json

import boto3

glue = boto3.client("glue")
names = {"DatabaseName": "boto", "TableName": "trips"}
glue.create_database(DatabaseInput={"Name": "boto"}, Tags={"made-by": "boto3"})
glue.create_table(
    DatabaseName="boto",
    TableInput={
        "Name": "trips",
        "Description": "taxi trips of the city",
        "PartitionKeys": [{"Name": "day", "Type": "date"}],
        "StorageDescriptor": {"Columns": [{"Name": "fare", "Type": "decimal(9,2)"}, {"Name": "id", "Type": "bigint"}]},
        "Parameters": {"classification": "parquet"},
    },
)
glue.create_partition(**names, PartitionInput={"Values": ["2026-11-24"]})
analyzed = datetime.datetime(2026, 11, 24, tzinfo=datetime.timezone.utc)
statistics = [
    {
        "ColumnName": "fare",
        "ColumnType": "decimal(9,2)",
        "AnalyzedTime": analyzed,
        "StatisticsData": {
            "Type": "DECIMAL",
            "DecimalColumnStatisticsData": {
                "MinimumValue": {"UnscaledValue": (-1250).to_bytes(2, "big", signed=True), "Scale": 2},
                "NumberOfNulls": 0,
                "NumberOfDistinctValues": 2**53 + 1,
            },
        },
    },
    {
        "ColumnName": "id",
        "ColumnType": "bigint",
        "AnalyzedTime": analyzed,
        "StatisticsData": {
            "Type": "LONG",
            "LongColumnStatisticsData": {
                "MinimumValue": -(2**63),
                "MaximumValue": 2**63 - 1,
                "NumberOfNulls": 0,
                "NumberOfDistinctValues": 3,
            },
        },
    },
]
partition = {**names, "PartitionValues": ["2026-11-24"]}
glue.update_column_statistics_for_table(**names, ColumnStatisticsList=statistics)
glue.update_column_statistics_for_partition(**partition, ColumnStatisticsList=statistics[1:])
of_table = glue.get_column_statistics_for_table(**names, ColumnNames=["fare", "id", "day"])
of_partition = glue.get_column_statistics_for_partition(**partition, ColumnNames=["id"])
glue.delete_column_statistics_for_table(**names, ColumnName="id")
after = glue.get_column_statistics_for_table(**names, ColumnNames=["id"])


def found(**question):
    pages = glue.get_paginator("search_tables") if glue.can_paginate("search_tables") else None
    if pages is not None:
        return [table["Name"] for page in pages.paginate(**question) for table in page["TableList"]]
    return [table["Name"] for table in glue.search_tables(**question)["TableList"]]


arn = "arn:aws:glue:us-east-1:111122223333:database/boto"
print(
    json.dumps(
        {
            "ofTable": of_table["ColumnStatisticsList"] == statistics,
            "errors": [each["ColumnName"] for each in of_table["Errors"]],
            "ofPartition": of_partition["ColumnStatisticsList"] == statistics[1:],
            "deleted": [each["Error"]["ErrorCode"] for each in after["Errors"]],
            "word": found(SearchText="taxi"),
            "exact": found(SearchText='"fare"'),
            "filter": found(Filters=[{"Key": "classification", "Value": "parquet"}]),
            "none": found(SearchText="axi"),
            "tags": glue.get_tags(ResourceArn=arn)["Tags"],
        }
    )
)
