/**
 * The metaschema of draft-04 (json-schema.org/draft-04/schema), in the words of draft-07, which ajv speaks: its
 * `exclusiveMinimum: true` beside `minimum: 0` is `exclusiveMinimum: 0` here, and `id` is gone.
 */
const list = { type: 'array', minItems: 1, items: { $ref: '#' } };
const map = { type: 'object', additionalProperties: { $ref: '#' } };
const count = { type: 'integer', minimum: 0 };
const names = { type: 'array', items: { type: 'string' }, minItems: 1, uniqueItems: true };
const TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];

export const DRAFT_04 = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    $schema: { type: 'string' },
    title: { type: 'string' },
    description: { type: 'string' },
    multipleOf: { type: 'number', exclusiveMinimum: 0 },
    maximum: { type: 'number' },
    exclusiveMaximum: { type: 'boolean' },
    minimum: { type: 'number' },
    exclusiveMinimum: { type: 'boolean' },
    maxLength: count,
    minLength: count,
    pattern: { type: 'string' },
    additionalItems: { anyOf: [{ type: 'boolean' }, { $ref: '#' }] },
    items: { anyOf: [{ $ref: '#' }, list] },
    maxItems: count,
    minItems: count,
    uniqueItems: { type: 'boolean' },
    maxProperties: count,
    minProperties: count,
    required: names,
    additionalProperties: { anyOf: [{ type: 'boolean' }, { $ref: '#' }] },
    definitions: map,
    properties: map,
    patternProperties: map,
    dependencies: { type: 'object', additionalProperties: { anyOf: [{ $ref: '#' }, names] } },
    enum: { type: 'array', minItems: 1 },
    type: {
      anyOf: [{ enum: TYPES }, { type: 'array', items: { enum: TYPES }, minItems: 1, uniqueItems: true }],
    },
    allOf: list,
    anyOf: list,
    oneOf: list,
    not: { $ref: '#' },
  },
  dependencies: { exclusiveMaximum: ['maximum'], exclusiveMinimum: ['minimum'] },
};
