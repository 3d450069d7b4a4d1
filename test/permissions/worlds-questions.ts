import type { Decide, Step } from './story.ts';
import {
  DATABASES,
  TABLES,
  ON_CATALOG,
  ON_DATABASE,
  ON_TABLE,
  read,
  FILTERS,
  KEYS,
} from './worlds-things.ts';

export function questionsOf(as: string): Decide[] {
  const asked: Decide[] = [];
  for (const withGrantOption of [false, true]) {
    const ask = (permission: string, on: Decide['on']) => {
      asked.push({ op: 'Decide', as, permission, on, withGrantOption });
    };
    for (const permission of ON_CATALOG) ask(permission, { catalog: true });
    for (const name of DATABASES) for (const permission of ON_DATABASE) ask(permission, { database: name });
    for (const name of DATABASES) for (const permission of ON_TABLE) ask(permission, { tablesOf: name });
    for (const name of TABLES) for (const permission of ON_TABLE) ask(permission, { table: name });
  }
  return asked;
}

export const looksOf = (as: string): Step[] => [
  read({ op: 'GetDatabases', as }),
  read({ op: 'ListOptIns', as, who: 'ann' }),
  read({ op: 'ListExpressions', as }),
  read({ op: 'GetExpression', as, name: 'saved' }),
  ...KEYS.map((name) => read({ op: 'GetTag', as, key: name })),
  ...DATABASES.flatMap((name) => [
    read({ op: 'GetDatabase', as, database: name }),
    read({ op: 'GetTables', as, database: name }),
  ]),
  ...[...TABLES, 'b.none', 'c.t'].flatMap((name) => [
    read({ op: 'GetTable', as, table: name }),
    read({ op: 'GetPartitions', as, table: name }),
    read({ op: 'ListFilters', as, of: name }),
    ...FILTERS.map((each) => read({ op: 'GetFilter', as, filter: each, of: name })),
  ]),
];
