/** Reserved in Trino, Spark (ANSI) or PostgreSQL: as a column's name such a word is quoted. */
export const RESERVED: ReadonlySet<string> = new Set(
  `all alter analyse analyze and anti any array as asc asymmetric authorization between binary both by call case cast
   check collate collation column commit concurrently constraint create cross cube current current_catalog current_date
   current_path current_role current_schema current_time current_timestamp current_user date deallocate default
   deferrable delete desc describe distinct do drop else end escape except execute exists extract false fetch filter
   for foreign freeze from full function grant group grouping having ilike in initially inner insert intersect interval
   into is isnull join json_array json_exists json_object json_query json_table json_value lateral leading left like
   limit listagg localtime localtimestamp minus natural normalize not notnull null offset on only or order outer
   overlaps placing prepare primary qualify recursive references returning right rollup row rows select semi
   session_user set similar skip some start symmetric table tablesample then time timestamp to trailing trim true
   uescape union unique unknown unnest user using values variadic verbose when where window with within`.split(
    /\s+/,
  ),
);
