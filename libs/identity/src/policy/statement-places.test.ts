import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Position, statementPlaces } from './statement-places.ts';

/** The text between two positions, found by the definition: lines, and columns in them. */
function cut(text: string, start: Position, end: Position): string {
  const lines = text.split(/(?<=\r\n|\n|\r(?!\n))/);
  const offset = ({ line, column }: Position) => lines.slice(0, line - 1).join('').length + column - 1;
  return text.slice(offset(start), offset(end));
}

describe('statementPlaces', () => {
  it('given one statement in one line, tells its braces', () => {
    const text = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';
    // IAM's own column for the first statement of a list in one line.
    expect(statementPlaces(text)).toEqual([
      { start: { line: 1, column: 38 }, end: { line: 1, column: text.length - 1 } },
    ]);
  });

  it('given a statement without a list, other elements, and the element twice, takes what counts', () => {
    const text = '{"Statement":[{"a":1}],"Id":"{","\\u0053tatement"\n:\r\n {"b":{"c":["}"]}}, "Version":"x"}';
    const places = statementPlaces(text);
    expect(places).toEqual([{ start: { line: 3, column: 2 }, end: { line: 3, column: 19 } }]);
    expect(places.map(({ start, end }) => cut(text, start, end))).toEqual(['{"b":{"c":["}"]}}']);
  });

  it('given any document, in any white space, cuts out its very statements', () => {
    const scalar = fc.oneof(fc.string(), fc.constantFrom('{', '}', '"Statement":[{', '\\', '"', ']'));
    // Without `\` in names: where an earlier object had a member `\`, V8 11 parses a member `"` as that one.
    const name = fc.oneof(fc.constant('Statement'), scalar).map((text) => text.replaceAll('\\', ''));
    const statement = fc.dictionary(
      name,
      fc.oneof(scalar, fc.integer(), fc.array(scalar), fc.dictionary(name, fc.array(scalar))),
    );
    const document = fc.record({
      before: fc.oneof(scalar, statement),
      Statement: fc.oneof(statement, fc.array(statement, { maxLength: 5 })),
      after: fc.oneof(scalar, fc.array(statement)),
    });
    fc.assert(
      fc.property(
        document,
        fc.constantFrom(undefined, '\t', '   '),
        fc.constantFrom('\n', '\r\n', '\r'),
        (value, indent, lineEnd) => {
          const text = JSON.stringify(value, null, indent).replaceAll('\n', lineEnd);
          const found = statementPlaces(text).map(({ start, end }) =>
            JSON.stringify(JSON.parse(cut(text, start, end))),
          );
          expect(found).toEqual([value.Statement].flat().map((each) => JSON.stringify(each)));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
