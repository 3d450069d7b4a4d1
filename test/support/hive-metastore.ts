/**
 * The tables of a Hive 3.1 metastore that an import reads, with the columns that it reads, and a small catalog in them.
 * PostgreSQL and MySQL differ in how a name is quoted and in what a boolean is (boolean, bit(1)), as Hive's own schemas do.
 */
export type Dialect = 'postgresql' | 'mysql';

const id = 'bigint NOT NULL';
const number = 'bigint';
const name = 'varchar(256)';
const text = 'varchar(4000)';
const boolean = 'BOOLEAN';
const double = 'double precision';

const TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DBS: {
    DB_ID: id,
    DESC: text,
    DB_LOCATION_URI: text,
    NAME: name,
    OWNER_NAME: name,
    OWNER_TYPE: name,
    CTLG_NAME: name,
  },
  DATABASE_PARAMS: { DB_ID: id, PARAM_KEY: name, PARAM_VALUE: text },
  TBLS: {
    TBL_ID: id,
    CREATE_TIME: number,
    DB_ID: number,
    LAST_ACCESS_TIME: number,
    OWNER: name,
    RETENTION: number,
    SD_ID: number,
    TBL_NAME: name,
    TBL_TYPE: name,
    VIEW_EXPANDED_TEXT: 'text',
    VIEW_ORIGINAL_TEXT: 'text',
    IS_REWRITE_ENABLED: boolean,
  },
  TABLE_PARAMS: { TBL_ID: id, PARAM_KEY: name, PARAM_VALUE: 'text' },
  PARTITION_KEYS: { TBL_ID: id, PKEY_COMMENT: text, PKEY_NAME: name, PKEY_TYPE: name, INTEGER_IDX: number },
  SDS: {
    SD_ID: id,
    CD_ID: number,
    INPUT_FORMAT: text,
    IS_COMPRESSED: boolean,
    IS_STOREDASSUBDIRECTORIES: boolean,
    LOCATION: text,
    NUM_BUCKETS: number,
    OUTPUT_FORMAT: text,
    SERDE_ID: number,
  },
  SD_PARAMS: { SD_ID: id, PARAM_KEY: name, PARAM_VALUE: 'text' },
  SERDES: { SERDE_ID: id, NAME: name, SLIB: text },
  SERDE_PARAMS: { SERDE_ID: id, PARAM_KEY: name, PARAM_VALUE: 'text' },
  COLUMNS_V2: { CD_ID: id, COMMENT: text, COLUMN_NAME: name, TYPE_NAME: 'text', INTEGER_IDX: number },
  BUCKETING_COLS: { SD_ID: id, BUCKET_COL_NAME: name, INTEGER_IDX: number },
  SORT_COLS: { SD_ID: id, COLUMN_NAME: name, ORDER: number, INTEGER_IDX: number },
  SKEWED_COL_NAMES: { SD_ID: id, SKEWED_COL_NAME: name, INTEGER_IDX: number },
  SKEWED_VALUES: { SD_ID_OID: id, STRING_LIST_ID_EID: number, INTEGER_IDX: number },
  SKEWED_STRING_LIST_VALUES: { STRING_LIST_ID: id, STRING_LIST_VALUE: name, INTEGER_IDX: number },
  SKEWED_COL_VALUE_LOC_MAP: { SD_ID: id, STRING_LIST_ID_KID: number, LOCATION: text },
  PARTITIONS: {
    PART_ID: id,
    CREATE_TIME: number,
    LAST_ACCESS_TIME: number,
    PART_NAME: name,
    SD_ID: number,
    TBL_ID: number,
  },
  PARTITION_KEY_VALS: { PART_ID: id, PART_KEY_VAL: name, INTEGER_IDX: number },
  PARTITION_PARAMS: { PART_ID: id, PARAM_KEY: name, PARAM_VALUE: 'text' },
  TAB_COL_STATS: {
    CS_ID: id,
    TBL_ID: number,
    COLUMN_NAME: name,
    COLUMN_TYPE: name,
    LONG_LOW_VALUE: number,
    LONG_HIGH_VALUE: number,
    DOUBLE_LOW_VALUE: double,
    DOUBLE_HIGH_VALUE: double,
    BIG_DECIMAL_LOW_VALUE: text,
    BIG_DECIMAL_HIGH_VALUE: text,
    NUM_NULLS: number,
    NUM_DISTINCTS: number,
    AVG_COL_LEN: double,
    MAX_COL_LEN: number,
    NUM_TRUES: number,
    NUM_FALSES: number,
    LAST_ANALYZED: number,
  },
  FUNCS: {
    FUNC_ID: id,
    CLASS_NAME: text,
    CREATE_TIME: number,
    DB_ID: number,
    FUNC_NAME: name,
    FUNC_TYPE: number,
    OWNER_NAME: name,
    OWNER_TYPE: name,
  },
  FUNC_RU: { FUNC_ID: id, RESOURCE_TYPE: number, RESOURCE_URI: text, INTEGER_IDX: number },
};

type Value = string | number | boolean | null;

export const HIVE_PARTITIONS = 6_000; // more than one batch of the reader

const SD = {
  CD_ID: 1,
  INPUT_FORMAT: 'org.apache.hadoop.mapred.TextInputFormat',
  IS_COMPRESSED: false,
  IS_STOREDASSUBDIRECTORIES: true,
  NUM_BUCKETS: 4,
  OUTPUT_FORMAT: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
  SERDE_ID: 1,
};
const numbered = Array.from({ length: HIVE_PARTITIONS }, (_, i) => i);

const stats = (CS_ID: number, COLUMN_NAME: string, COLUMN_TYPE: string, more: Record<string, Value>) => ({
  CS_ID,
  TBL_ID: 1,
  COLUMN_NAME,
  COLUMN_TYPE,
  NUM_NULLS: 1,
  NUM_DISTINCTS: 5,
  LAST_ANALYZED: 1_600_000_000,
  ...more,
});

const ROWS: Readonly<Record<string, readonly Readonly<Record<string, Value>>[]>> = {
  DBS: [
    {
      DB_ID: 1,
      DESC: 'Orders, é',
      DB_LOCATION_URI: 'hdfs://nn/warehouse/sales.db',
      NAME: 'sales',
      OWNER_NAME: 'ann',
      OWNER_TYPE: 'USER',
      CTLG_NAME: 'hive',
    },
    { DB_ID: 2, DB_LOCATION_URI: 'hdfs://nn/other', NAME: 'other_catalogs', CTLG_NAME: 'spark' },
  ],
  DATABASE_PARAMS: [{ DB_ID: 1, PARAM_KEY: 'team', PARAM_VALUE: 'one' }],
  TBLS: [
    {
      TBL_ID: 1,
      CREATE_TIME: 1_600_000_000,
      DB_ID: 1,
      LAST_ACCESS_TIME: 0,
      OWNER: 'ann',
      RETENTION: 0,
      SD_ID: 1,
      TBL_NAME: 'orders',
      TBL_TYPE: 'EXTERNAL_TABLE',
      IS_REWRITE_ENABLED: false,
    },
    {
      TBL_ID: 2,
      CREATE_TIME: 1_600_000_000,
      DB_ID: 1,
      LAST_ACCESS_TIME: 1_600_000_000,
      OWNER: '',
      RETENTION: 7,
      SD_ID: 2,
      TBL_NAME: 'view',
      TBL_TYPE: 'VIRTUAL_VIEW',
      VIEW_EXPANDED_TEXT: 'select `orders`.`id` from `sales`.`orders`',
      VIEW_ORIGINAL_TEXT: 'select id from orders',
      IS_REWRITE_ENABLED: false,
    },
  ],
  TABLE_PARAMS: [
    { TBL_ID: 1, PARAM_KEY: 'EXTERNAL', PARAM_VALUE: 'TRUE' },
    { TBL_ID: 1, PARAM_KEY: 'nothing', PARAM_VALUE: null },
  ],
  PARTITION_KEYS: [
    { TBL_ID: 1, PKEY_COMMENT: 'which', PKEY_NAME: 'n', PKEY_TYPE: 'int', INTEGER_IDX: 1 },
    { TBL_ID: 1, PKEY_NAME: 'day', PKEY_TYPE: 'string', INTEGER_IDX: 0 },
  ],
  SDS: [
    { SD_ID: 1, ...SD, LOCATION: 'hdfs://nn/warehouse/sales.db/orders' },
    {
      SD_ID: 2,
      ...SD,
      IS_COMPRESSED: true,
      INPUT_FORMAT: null,
      OUTPUT_FORMAT: null,
      SERDE_ID: 2,
      NUM_BUCKETS: -1,
    },
    ...numbered.map((n) => ({
      SD_ID: 10 + n,
      ...SD,
      LOCATION: `hdfs://nn/warehouse/sales.db/orders/${String(n)}`,
    })),
  ],
  SD_PARAMS: [{ SD_ID: 1, PARAM_KEY: 'sd', PARAM_VALUE: 'parameter' }],
  SERDES: [
    { SERDE_ID: 1, NAME: 'orders', SLIB: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe' },
    { SERDE_ID: 2, NAME: null, SLIB: null },
  ],
  SERDE_PARAMS: [{ SERDE_ID: 1, PARAM_KEY: 'field.delim', PARAM_VALUE: '\t' }],
  COLUMNS_V2: [
    { CD_ID: 1, COLUMN_NAME: 'sum', TYPE_NAME: 'decimal(10,2)', INTEGER_IDX: 1 },
    { CD_ID: 1, COMMENT: 'key', COLUMN_NAME: 'id', TYPE_NAME: 'bigint', INTEGER_IDX: 0 },
  ],
  BUCKETING_COLS: [{ SD_ID: 1, BUCKET_COL_NAME: 'id', INTEGER_IDX: 0 }],
  SORT_COLS: [{ SD_ID: 1, COLUMN_NAME: 'sum', ORDER: 1, INTEGER_IDX: 0 }],
  SKEWED_COL_NAMES: [
    { SD_ID: 1, SKEWED_COL_NAME: 'id', INTEGER_IDX: 0 },
    { SD_ID: 1, SKEWED_COL_NAME: 'sum', INTEGER_IDX: 1 },
  ],
  SKEWED_VALUES: [{ SD_ID_OID: 1, STRING_LIST_ID_EID: 1, INTEGER_IDX: 0 }],
  SKEWED_STRING_LIST_VALUES: [
    { STRING_LIST_ID: 1, STRING_LIST_VALUE: '2021', INTEGER_IDX: 0 },
    { STRING_LIST_ID: 1, STRING_LIST_VALUE: 'abc', INTEGER_IDX: 1 },
  ],
  SKEWED_COL_VALUE_LOC_MAP: [{ SD_ID: 1, STRING_LIST_ID_KID: 1, LOCATION: 'hdfs://nn/skewed' }],
  PARTITIONS: numbered.map((n) => ({
    PART_ID: 100 + n,
    CREATE_TIME: 1_600_000_000,
    LAST_ACCESS_TIME: 0,
    PART_NAME: `day=2021-01-01/n=${String(n)}`,
    SD_ID: 10 + n,
    TBL_ID: 1,
  })),
  PARTITION_KEY_VALS: numbered.flatMap((n) => [
    { PART_ID: 100 + n, PART_KEY_VAL: String(n), INTEGER_IDX: 1 },
    { PART_ID: 100 + n, PART_KEY_VAL: '2021-01-01', INTEGER_IDX: 0 },
  ]),
  PARTITION_PARAMS: [{ PART_ID: 107, PARAM_KEY: 'numRows', PARAM_VALUE: '42' }],
  TAB_COL_STATS: [
    stats(1, 'id', 'bigint', { LONG_LOW_VALUE: -3, LONG_HIGH_VALUE: 9 }),
    stats(2, 'sum', 'decimal(10,2)', { BIG_DECIMAL_LOW_VALUE: '-1.28', BIG_DECIMAL_HIGH_VALUE: '300.5' }),
  ],
  FUNCS: [
    {
      FUNC_ID: 1,
      CLASS_NAME: 'org.example.Mask',
      CREATE_TIME: 1,
      DB_ID: 1,
      FUNC_NAME: 'mask',
      FUNC_TYPE: 1,
      OWNER_NAME: 'ann',
      OWNER_TYPE: 'USER',
    },
  ],
  FUNC_RU: [
    { FUNC_ID: 1, RESOURCE_TYPE: 1, RESOURCE_URI: 'hdfs://nn/mask.jar', INTEGER_IDX: 0 },
    { FUNC_ID: 1, RESOURCE_TYPE: 3, RESOURCE_URI: 'hdfs://nn/mask.zip', INTEGER_IDX: 1 },
  ],
};

const ROWS_PER_INSERT = 1_000;

function literal(value: Value, type: string, dialect: Dialect): string {
  if (value === null) return 'NULL';
  if (type === boolean) return dialect === 'mysql' ? (value === true ? "b'1'" : "b'0'") : String(value);
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}

/** Statements that make the metastore's tables and fill them. */
export function hiveMetastore(dialect: Dialect): string[] {
  const quote = (word: string): string => (dialect === 'mysql' ? `\`${word}\`` : `"${word}"`);
  const typed = (type: string): string => (type === boolean && dialect === 'mysql' ? 'bit(1)' : type);
  return Object.entries(TABLES).flatMap(([table, columns]) => {
    const names = Object.keys(columns);
    const definitions = Object.entries(columns).map(([column, type]) => `${quote(column)} ${typed(type)}`);
    const rows = (ROWS[table] ?? []).map(
      (row) =>
        `(${names.map((column) => literal(row[column] ?? null, columns[column] ?? '', dialect)).join(', ')})`,
    );
    const inserts = Array.from({ length: Math.ceil(rows.length / ROWS_PER_INSERT) }, (_, i) => {
      const some = rows.slice(i * ROWS_PER_INSERT, (i + 1) * ROWS_PER_INSERT);
      return `INSERT INTO ${quote(table)} (${names.map(quote).join(', ')}) VALUES ${some.join(', ')}`;
    });
    return [`CREATE TABLE ${quote(table)} (${definitions.join(', ')})`, ...inserts];
  });
}
