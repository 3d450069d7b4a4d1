/** In the text of a document, counted from 1, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface StatementPlace {
  /** Its opening brace. */
  readonly start: Position;
  /** Behind its closing brace. */
  readonly end: Position;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Strings as a whole, so that a brace in one is no brace, and what structures JSON; scalars lie between. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/gs;

/** The statements of a policy document's text, which has been parsed before: it is JSON. In their order. */
function statementSpans(text: string): readonly Span[] {
  let spans: Span[] = [];
  let depth = 0;
  let key = '';
  let last = '';
  /** How deep the statements' braces lie while inside the Statement element; 0 elsewhere. */
  let inside = 0;
  let from = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    switch (token) {
      case ':':
        if (depth === 1) {
          // An escaped key is a key all the same.
          key = String(JSON.parse(last));
          // Of an element that is there twice the last one counts, as in JSON.parse.
          if (key === 'Statement') spans = [];
        }
        break;
      case '{':
      case '[':
        if (depth === 1 && key === 'Statement') inside = token === '[' ? 2 : 1;
        if (token === '{' && depth === inside && inside > 0) from = index;
        depth += 1;
        break;
      case '}':
      case ']':
        depth -= 1;
        if (token === '}' && depth === inside && inside > 0) spans.push({ from, to: index + 1 });
        if (depth === 1) inside = 0;
        break;
      default:
        last = token;
    }
  }
  return spans;
}

const LINE_END = /\r\n|\r|\n/g;

/** Where each statement of the document stands, in their order. */
export function statementPlaces(text: string): readonly StatementPlace[] {
  const ends = [...text.matchAll(LINE_END)].map(({ 0: mark, index }) => index + mark.length);
  let line = 0;
  // Asked for from the first to the last: the lines are walked once.
  const positionOf = (offset: number): Position => {
    while ((ends[line] ?? Infinity) <= offset) line += 1;
    return { line: line + 1, column: offset - (line === 0 ? 0 : (ends[line - 1] ?? 0)) + 1 };
  };
  return statementSpans(text).map(({ from, to }) => ({ start: positionOf(from), end: positionOf(to) }));
}
