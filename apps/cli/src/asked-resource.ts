import type { Command } from 'commander';

/** What a question is about, as flags have it. */
export interface ResourceOptions {
  readonly resource?: string;
  readonly allTables?: boolean;
  readonly column?: readonly string[];
  readonly filter?: string;
  readonly location?: string;
  readonly lfTag?: string;
  readonly lfTagExpression?: string;
}

const more = (name: string, names: readonly string[] = []): readonly string[] => [...names, name];

export const withResourceOptions = (command: Command): Command =>
  command
    .option('--resource <name>', 'database or database.table; the whole catalog when nothing is named')
    .option('--all-tables', 'all tables of the database, of today and tomorrow')
    .option('--column <name>', 'a column of the table; may be given several times', more)
    .option('--filter <name>', 'a data cells filter of the table')
    .option('--location <arn>', 'a registered data location, or a place in one: arn:aws:s3:::bucket/prefix')
    .option('--lf-tag <key=values>', 'an LF-tag and values of it: class=open,pii; class=* for all of them')
    .option('--lf-tag-expression <name>', 'a saved LF-tag expression');

/** @throws Error more than two names */
function namesOf(resource: string | undefined): { readonly database?: string; readonly table?: string } {
  if (resource === undefined) return {};
  const [database = '', table, ...rest] = resource.split('.');
  if (database === '' || table === '' || rest.length > 0) {
    throw new Error(`--resource ${resource} is neither a database nor database.table.`);
  }
  return { database, ...(table !== undefined && { table }) };
}

/** @throws Error it has no key, no value, or an empty one */
function tagOf(text: string): { readonly key: string; readonly values: readonly string[] } {
  // A value may hold an equals sign; neither holds a comma.
  const [, key = '', list = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  const values = list.split(',').map((value) => value.trim());
  if (key.trim() === '' || values.includes('')) {
    throw new Error(`--lf-tag ${text} is not KEY=VALUE or KEY=VALUE,VALUE.`);
  }
  return { key: key.trim(), values };
}

/**
 * The members of GraphQL's ExplainInput that name it.
 * @throws Error flags that do not go together, by their names
 */
export function resourceInput(options: ResourceOptions): object {
  const { resource, allTables, column, filter, location, lfTag, lfTagExpression } = options;
  const apart = [
    ['--location', location],
    ['--lf-tag', lfTag],
    ['--lf-tag-expression', lfTagExpression],
  ].flatMap(([flag, given]) => (given === undefined ? [] : [flag]));
  const parts = [
    ...(allTables === true ? ['--all-tables'] : []),
    ...(column === undefined ? [] : ['--column']),
    ...(filter === undefined ? [] : ['--filter']),
  ];
  const named = [...(resource === undefined ? [] : ['--resource']), ...apart];
  if (named.length > 1) throw new Error(`${named.join(' and ')} do not go together: name one thing.`);
  if (parts.length > 1) throw new Error(`${parts.join(' and ')} do not go together: name one of them.`);
  const names = namesOf(resource);
  const [part] = parts;
  if (part === '--all-tables') {
    if (names.database === undefined || names.table !== undefined) {
      throw new Error('--all-tables takes --resource with a database alone.');
    }
  } else if (part !== undefined && names.table === undefined) {
    throw new Error(`${part} takes --resource database.table.`);
  }
  return {
    ...names,
    ...(allTables === true && { allTables }),
    ...(column !== undefined && { columns: column }),
    ...(filter !== undefined && { dataCellsFilter: filter }),
    ...(location !== undefined && { dataLocation: location }),
    ...(lfTag !== undefined && { lfTag: tagOf(lfTag) }),
    ...(lfTagExpression !== undefined && { lfTagExpression }),
  };
}
