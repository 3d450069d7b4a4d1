/** SearchTables by plain loops over Glue's own documents: no index, no terms, nothing shared with the code under test. */
export interface SearchedTable {
  readonly Name: string;
  readonly DatabaseName: string;
  readonly Description?: string;
  readonly Owner?: string;
  readonly TableType?: string;
  readonly CreateTime: number;
  readonly UpdateTime: number;
  readonly Parameters?: Readonly<Record<string, string>>;
  readonly PartitionKeys?: readonly { readonly Name: string; readonly Comment?: string }[];
  readonly StorageDescriptor?: {
    readonly Columns?: readonly { readonly Name: string; readonly Comment?: string }[];
  };
}

export interface AskedFilter {
  readonly Key: string;
  readonly Value: string;
  readonly Comparator?: string;
}

export interface Asked {
  readonly SearchText?: string;
  readonly Filters?: readonly AskedFilter[];
}

const isInWord = (char: string): boolean => /[\p{L}\p{N}\p{M}]/u.test(char);

function words(text: string): string[] {
  const found: string[] = [];
  let word = '';
  for (const char of `${text.toLowerCase()} `) {
    if (isInWord(char)) word += char;
    else {
      if (word !== '') found.push(word);
      word = '';
    }
  }
  return found;
}

function texts(table: SearchedTable): string[] {
  const found = [table.Name, table.Description ?? ''];
  for (const column of [...(table.StorageDescriptor?.Columns ?? []), ...(table.PartitionKeys ?? [])]) {
    found.push(column.Name, column.Comment ?? '');
  }
  for (const [key, value] of Object.entries(table.Parameters ?? {})) found.push(key, value);
  return found;
}

function hasText(table: SearchedTable, asked: string): boolean {
  const isQuoted = asked.length >= 2 && asked.startsWith('"') && asked.endsWith('"');
  for (const text of texts(table)) {
    if (isQuoted) {
      const whole = asked.slice(1, -1);
      if (whole !== '' && text.toLowerCase() === whole.toLowerCase()) return true;
    } else {
      for (const word of words(asked)) if (words(text).includes(word)) return true;
    }
  }
  return false;
}

function holds(table: SearchedTable, { Key, Value, Comparator = 'EQUALS' }: AskedFilter): boolean {
  const key = Key.toLowerCase();
  if (key === 'createtime' || key === 'updatetime') {
    const stored = Math.round((key === 'createtime' ? table.CreateTime : table.UpdateTime) * 1000);
    const asked = Math.round(Number(Value) * 1000);
    if (Comparator === 'GREATER_THAN') return stored > asked;
    if (Comparator === 'LESS_THAN') return stored < asked;
    if (Comparator === 'GREATER_THAN_EQUALS') return stored >= asked;
    if (Comparator === 'LESS_THAN_EQUALS') return stored <= asked;
    return stored === asked;
  }
  let values: (string | undefined)[] = [];
  if (key === 'name') values = [table.Name];
  else if (key === 'databasename') values = [table.DatabaseName];
  else if (key === 'description') values = [table.Description];
  else if (key === 'owner') values = [table.Owner];
  else if (key === 'tabletype') values = [table.TableType];
  else {
    for (const [name, value] of Object.entries(table.Parameters ?? {}))
      if (name.toLowerCase() === key) values.push(value);
  }
  for (const value of values) {
    const there = words(value ?? '');
    if (words(Value).length > 0 && words(Value).every((word) => there.includes(word))) return true;
  }
  return false;
}

/** Names of the tables that match. */
export function searchByLoops(
  tables: readonly SearchedTable[],
  { SearchText, Filters = [] }: Asked,
): SearchedTable[] {
  return tables.filter(
    (table) =>
      (SearchText === undefined || hasText(table, SearchText)) &&
      Filters.every((filter) => holds(table, filter)),
  );
}
