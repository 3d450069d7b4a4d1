/** TableInputs as the engines' own Glue clients send them. Backslashes and quotes stand as in their JSON. */
const hive = {
  parquet: {
    InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  },
  text: {
    InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
  },
};
const parquetSerde = 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe';
const column = (Name: string, Type: string, Comment?: string) => ({
  Name,
  Type,
  ...(Comment !== undefined && { Comment }),
});

const prestoView = {
  originalSql: "SELECT id, 'it''s' \"odd name\"\nFROM lake.sales.orders -- ü",
  catalog: 'lake',
  schema: 'sales',
  columns: [
    { name: 'id', type: 'bigint' },
    { name: 'odd name', type: 'varchar(4)' },
  ],
  owner: 'ann',
  runAsInvoker: false,
};

const avroSchema = {
  type: 'record',
  name: 'order',
  namespace: 'sales',
  fields: [
    { name: 'id', type: 'long', doc: 'the "key"' },
    { name: 'note', type: ['null', 'string'], default: null },
  ],
};

/** Apache Spark's HiveExternalCatalog: the schema in parts of 4,000 characters, since metastores cut longer ones. */
const sparkSchema = JSON.stringify({
  type: 'struct',
  fields: Array.from({ length: 120 }, (_, i) => ({
    name: `camelCase${String(i)}`,
    type: 'long',
    nullable: true,
    metadata: { comment: `it's "${String(i)}"` },
  })),
});
const sparkParts = sparkSchema.match(/[\s\S]{1,4000}/g) ?? [];

interface EngineTable {
  readonly engine: string;
  readonly input: Readonly<Record<string, unknown>> & { readonly Name: string };
}

export const ENGINE_TABLES: readonly EngineTable[] = [
  {
    engine: 'Hive: a bucketed ORC table, sorted and skewed',
    input: {
      Name: 'hive_orc',
      Owner: 'hive',
      Retention: 0,
      LastAccessTime: 0,
      TableType: 'MANAGED_TABLE',
      Parameters: { transient_lastDdlTime: '1617235200', transactional: 'true', bucketing_version: '2' },
      PartitionKeys: [column('ds', 'date')],
      StorageDescriptor: {
        Columns: [column('id', 'bigint', ''), column('name', 'varchar(20)')],
        Location: 'hdfs://nameservice1/warehouse/hive_orc',
        InputFormat: 'org.apache.hadoop.hive.ql.io.orc.OrcInputFormat',
        OutputFormat: 'org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat',
        Compressed: false,
        NumberOfBuckets: 8,
        SerdeInfo: {
          SerializationLibrary: 'org.apache.hadoop.hive.ql.io.orc.OrcSerde',
          Parameters: { 'serialization.format': '1' },
        },
        BucketColumns: ['id'],
        SortColumns: [{ Column: 'name', SortOrder: 0 }],
        Parameters: {},
        SkewedInfo: {
          SkewedColumnNames: ['id'],
          SkewedColumnValues: ['1', '5'],
          SkewedColumnValueLocationMaps: { '1': 's3://lake/skewed/id=1' },
        },
        StoredAsSubDirectories: true,
      },
    },
  },
  {
    engine: 'Hive: an unbucketed table, which says so with -1',
    input: {
      Name: 'hive_csv',
      TableType: 'EXTERNAL_TABLE',
      Parameters: { EXTERNAL: 'TRUE', 'skip.header.line.count': '1' },
      PartitionKeys: [],
      StorageDescriptor: {
        Columns: [column('a', 'string'), column('b', 'string')],
        ...hive.text,
        NumberOfBuckets: -1,
        SerdeInfo: {
          SerializationLibrary: 'org.apache.hadoop.hive.serde2.OpenCSVSerde',
          Parameters: { separatorChar: ',', quoteChar: '"', escapeChar: '\\' },
        },
        BucketColumns: [],
        SortColumns: [],
        SkewedInfo: {
          SkewedColumnNames: [],
          SkewedColumnValues: [],
          SkewedColumnValueLocationMaps: {},
        },
      },
    },
  },
  {
    engine: 'Hive: control characters as delimiters, and a regular expression',
    input: {
      Name: 'hive_delimited',
      StorageDescriptor: {
        Columns: [column('a', 'map<string,array<int>>')],
        ...hive.text,
        SerdeInfo: {
          Name: 'lazy',
          SerializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
          Parameters: {
            'field.delim': '\u0001',
            'collection.delim': '\u0002',
            'mapkey.delim': '\u0003',
            'line.delim': '\n',
            'serialization.null.format': '\\N',
            'input.regex': '^(\\S+) \\[([^\\]]+)\\] "(.*?)"$',
          },
        },
      },
    },
  },
  {
    engine: 'Spark: a data source table, its case-preserving schema in parts',
    input: {
      Name: 'spark_source',
      Owner: 'spark',
      TableType: 'EXTERNAL_TABLE',
      Parameters: {
        'spark.sql.create.version': '3.5.1-amzn-0',
        'spark.sql.sources.provider': 'parquet',
        'spark.sql.partitionProvider': 'catalog',
        'spark.sql.sources.schema.numParts': String(sparkParts.length),
        ...Object.fromEntries(
          sparkParts.map((part, i) => [`spark.sql.sources.schema.part.${String(i)}`, part]),
        ),
        'spark.sql.sources.schema.numPartCols': '1',
        'spark.sql.sources.schema.partCol.0': 'ds',
      },
      PartitionKeys: [column('ds', 'string')],
      StorageDescriptor: {
        // What Hive cannot read: the real schema is in the parameters.
        Columns: [column('col', 'array<string>', 'from deserializer')],
        Location: 's3://lake/spark_source-__PLACEHOLDER__',
        ...hive.parquet,
        NumberOfBuckets: -1,
        SerdeInfo: {
          SerializationLibrary: parquetSerde,
          Parameters: { 'serialization.format': '1', path: 's3://lake/spark_source' },
        },
      },
    },
  },
  {
    engine: 'Spark: a Delta table',
    input: {
      Name: 'spark_delta',
      TableType: 'EXTERNAL_TABLE',
      Parameters: {
        'spark.sql.sources.provider': 'delta',
        'spark.sql.sources.schema': '{}',
        EXTERNAL: 'TRUE',
      },
      StorageDescriptor: {
        Columns: [column('col', 'array<string>')],
        Location: 's3://lake/spark_delta',
        InputFormat: 'org.apache.hadoop.mapred.SequenceFileInputFormat',
        OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat',
        SerdeInfo: { Parameters: { path: 's3://lake/spark_delta' } },
      },
    },
  },
  {
    engine: 'Trino: a view, with its own SQL in base64',
    input: {
      Name: 'trino_view',
      Owner: 'ann',
      TableType: 'VIRTUAL_VIEW',
      Parameters: {
        presto_view: 'true',
        trino_version: '481',
        trino_created_by: 'Trino Hive connector',
        comment: 'Presto View',
      },
      PartitionKeys: [],
      ViewOriginalText: `/* Presto View: ${Buffer.from(JSON.stringify(prestoView)).toString('base64')} */`,
      ViewExpandedText: '/* Presto View */',
      StorageDescriptor: {
        Columns: [column('dummy', 'string')],
        Location: '',
        Compressed: false,
        NumberOfBuckets: 0,
        SerdeInfo: { Parameters: {} },
        BucketColumns: [],
        SortColumns: [],
        Parameters: {},
      },
    },
  },
  {
    engine: 'Athena: a view whose text is as long as it may be',
    input: {
      Name: 'athena_view',
      TableType: 'VIRTUAL_VIEW',
      Parameters: { presto_view: 'true', comment: 'Presto View' },
      ViewOriginalText: `/* Presto View: ${'A'.repeat(409_600 - 19)} */`,
      ViewExpandedText: '/* Presto View */',
    },
  },
  {
    engine: 'Flink: a Kinesis source with a watermark and comments (seed post 17)',
    input: {
      Name: 'sensor_data',
      Description: 'sensors, as they report',
      TableType: 'TABLE',
      Parameters: {
        connector: 'kinesis',
        stream: 'my-input-stream',
        'aws.region': 'us-east-1',
        'scan.stream.initpos': 'LATEST',
        format: 'json',
        'json.timestamp-format.standard': 'ISO-8601',
        comment: '',
        'flink.schema.watermark.0.rowtime': 'event_time',
        'flink.schema.watermark.0.strategy.expr': "`event_time` - INTERVAL '5' SECOND",
        'flink.schema.watermark.0.strategy.data-type': 'TIMESTAMP(3)',
        'flink.schema.3.comment': 'when the sensor saw it, not when we heard of it',
      },
      PartitionKeys: [column('sensor_id', 'int')],
      StorageDescriptor: {
        Columns: [
          column('current_temperature', 'double'),
          column('status', 'varchar(6)'),
          {
            ...column('event_time', 'timestamp'),
            Parameters: { 'flink.data-type': 'TIMESTAMP(3) NOT NULL' },
          },
        ],
      },
    },
  },
  {
    engine: 'Hudi: a copy-on-write table (seed post 20)',
    input: {
      Name: 'order_transaction_cow',
      TableType: 'EXTERNAL_TABLE',
      Parameters: {
        EXTERNAL: 'TRUE',
        last_commit_time_sync: '20210202174233',
        'spark.sql.sources.provider': 'hudi',
        'hoodie.query.as.ro.table': 'false',
      },
      PartitionKeys: [column('transaction_date', 'string')],
      StorageDescriptor: {
        Columns: [
          column('_hoodie_commit_time', 'string'),
          column('_hoodie_commit_seqno', 'string'),
          column('_hoodie_record_key', 'string'),
          column('_hoodie_partition_path', 'string'),
          column('_hoodie_file_name', 'string'),
          column('order_id', 'string'),
          column('amount', 'decimal(3,1)'),
          column('time_stamp', 'string'),
        ],
        Location: 's3://kinesis-hudi-processeds3bucket/order_hudi_cow',
        InputFormat: 'org.apache.hudi.hadoop.HoodieParquetInputFormat',
        OutputFormat: hive.parquet.OutputFormat,
        SerdeInfo: {
          SerializationLibrary: parquetSerde,
          Parameters: { 'serialization.format': '1', 'hoodie.query.as.ro.table': 'false' },
        },
      },
    },
  },
  {
    engine: 'Redshift Spectrum: nested JSON for SUPER (seed post 01)',
    input: {
      Name: 'subscription_auto',
      TableType: 'EXTERNAL_TABLE',
      Parameters: { classification: 'json', EXTERNAL: 'TRUE' },
      StorageDescriptor: {
        Columns: [
          column('topicid', 'int'),
          column('topicFilter', 'varchar(65535)'),
          column('qos', 'int'),
          column('messages', 'super'),
          column(
            'message_struct',
            'array<struct<format:string,topic:string,timestamp:bigint,payload:struct<assetId:string,propertyId:string,' +
              'values:array<struct<value:struct<stringValue:string,doubleValue:double>,`time`:struct<timeInSeconds:bigint,' +
              'offsetInNanos:int>,quality:string>>>>>',
          ),
        ],
        Location: 's3://redshift-downloads/semistructured/super-blog/subscriptions/',
        ...hive.text,
        SerdeInfo: {
          SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
          Parameters: {
            paths: 'topicId,topicFilter,qos,messages',
            'mapping.topicid': 'topicId',
            'case.insensitive': 'FALSE',
            'dots.in.keys': 'true',
            'ignore.malformed.json': 'true',
          },
        },
      },
    },
  },
  {
    engine: 'a crawler: Avro with its schema written out',
    input: {
      Name: 'avro_orders',
      Parameters: {
        classification: 'avro',
        compressionType: 'none',
        typeOfData: 'file',
        averageRecordSize: '42',
        CrawlerSchemaSerializerVersion: '1.0',
        'avro.schema.literal': JSON.stringify(avroSchema),
      },
      StorageDescriptor: {
        Columns: [column('id', 'bigint'), column('note', 'string', 'nullable in Avro')],
        Location: 's3://lake/avro/',
        InputFormat: 'org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat',
        OutputFormat: 'org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat',
        SerdeInfo: {
          SerializationLibrary: 'org.apache.hadoop.hive.serde2.avro.AvroSerDe',
          Parameters: { 'avro.schema.literal': JSON.stringify(avroSchema, undefined, 2) },
        },
        Parameters: { 'avro.schema.literal': JSON.stringify(avroSchema) },
      },
    },
  },
  {
    engine: 'Athena: partition projection',
    input: {
      Name: 'projected',
      TableType: 'EXTERNAL_TABLE',
      Parameters: {
        'projection.enabled': 'true',
        'projection.ds.type': 'date',
        'projection.ds.range': 'NOW-3YEARS,NOW',
        'projection.ds.format': 'yyyy/MM/dd',
        'storage.location.template': 's3://lake/projected/${ds}/',
      },
      PartitionKeys: [column('ds', 'string')],
      StorageDescriptor: {
        Columns: [column('v', 'struct<a:int,b:map<string,decimal(38,18)>>')],
        Location: 's3://lake/projected/',
        ...hive.parquet,
        SerdeInfo: { SerializationLibrary: parquetSerde },
      },
    },
  },
  {
    engine: 'Glue: a view of several dialects',
    input: {
      Name: 'dialects',
      TableType: 'VIRTUAL_VIEW',
      StorageDescriptor: { Columns: [column('id', 'bigint')], Location: '' },
      ViewDefinition: {
        IsProtected: true,
        Definer: 'arn:aws:iam::111122223333:role/definer',
        SubObjects: ['arn:aws:glue:us-east-1:111122223333:table/sales/orders'],
        Representations: [
          {
            Dialect: 'ATHENA',
            DialectVersion: '3',
            ViewOriginalText: 'SELECT 1',
            ViewExpandedText: 'SELECT 1',
          },
          { Dialect: 'SPARK', DialectVersion: '3.5', ViewOriginalText: 'SELECT `1`' },
        ],
      },
    },
  },
];
