import { LakewardenError } from '@lakewarden/kernel';
import type { z } from 'zod';

const MAX_SHOWN = 10;
const MAX_VALUE_LENGTH = 100;

/** `filters.1.member.fieldName`: lower camel, lists 1-based (spec/catalog.md §1). */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) =>
      typeof part === 'number'
        ? `${String(part + 1)}.member`
        : String(part).replace(/^[A-Z]/, (char) => char.toLowerCase()),
    )
    .join('.');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
    input,
  );
}

/** GraphQL's longs are bigints, which JSON does not know. */
const plainNumber = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value;

function shown(value: unknown): string {
  if (value === undefined) return 'null';
  const plain = plainNumber('', value);
  const text = typeof plain === 'string' ? plain : JSON.stringify(plain, plainNumber);
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text;
}

function constraintOf(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return value === undefined ? 'Member must not be null' : `Member must be of type ${issue.expected}`;
    case 'too_small': {
      const measure = issue.origin === 'number' || issue.origin === 'int' ? 'value' : 'length';
      return `Member must have ${measure} greater than or equal to ${String(issue.minimum)}`;
    }
    case 'too_big': {
      const measure = issue.origin === 'number' || issue.origin === 'int' ? 'value' : 'length';
      return `Member must have ${measure} less than or equal to ${String(issue.maximum)}`;
    }
    case 'invalid_value':
      return `Member must satisfy enum value set: [${issue.values.map(String).join(', ')}]`;
    case 'invalid_format':
      return `Member must satisfy regular expression pattern: ${issue.pattern ?? issue.format}`;
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'invalid_union':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return issue.message;
  }
}

/**
 * Checks a shape; members that it does not name are dropped, as AWS does.
 * @param options hideValues: where the input holds passwords, a fault names its place alone
 * @throws ValidationException naming every fault, at most ten
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  { hideValues = false }: { readonly hideValues?: boolean | undefined } = {},
): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const { issues } = result.error;
  const faults = issues.slice(0, MAX_SHOWN).map((issue) => {
    const value = valueAt(input, issue.path);
    return `Value '${hideValues && value !== undefined ? '[secret]' : shown(value)}' at '${pathText(issue.path)}' failed to satisfy constraint: ${constraintOf(issue, value)}`;
  });
  const count = String(issues.length);
  throw new LakewardenError(
    'ValidationException',
    `${count} validation error${issues.length === 1 ? '' : 's'} detected: ${faults.join('; ')}`,
  );
}
