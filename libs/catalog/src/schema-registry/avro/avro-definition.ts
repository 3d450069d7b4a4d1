import avro, { type Type } from 'avsc';

import { DefinitionFault, faultsOf } from '../definition-fault.ts';
import { isJsonObject, type Json } from '../json-text.ts';

/** avsc writes a constructor for each, which costs it 0.15 ms: 170,000 characters could hold thousands. */
const MAX_NAMED_TYPES = 1_000;
const NAMED_KINDS = ['record', 'error', 'enum', 'fixed'];

function countNamedTypes(value: Json): number {
  if (Array.isArray(value))
    return (value as readonly Json[]).reduce<number>((n, each) => n + countNamedTypes(each), 0);
  if (!isJsonObject(value)) return 0;
  const own = typeof value['type'] === 'string' && NAMED_KINDS.includes(value['type']) ? 1 : 0;
  return Object.values(value).reduce<number>((n, each) => n + countNamedTypes(each), own);
}

/** @throws DefinitionFault */
export function parseAvro(definition: Json): Type {
  if (countNamedTypes(definition) > MAX_NAMED_TYPES) {
    throw new DefinitionFault(`it names more than ${String(MAX_NAMED_TYPES)} types`);
  }
  const type = faultsOf(() =>
    // The parsed JSON and not its text, which avsc would also take for a path or for IDL.
    avro.Type.forSchema(definition as avro.Schema, {
      noAnonymousTypes: true,
      omitRecordMethods: true,
      // Without a prototype: `constructor` and `toString` are names like any other.
      registry: Object.create(null) as Record<string, Type>,
    }),
  );
  // avsc looks its kinds up in an object, and finds `constructor` there.
  if (typeof type.typeName !== 'string') throw new DefinitionFault('it has an unknown type');
  return type;
}
