import { TokenReader } from './reader.ts';
import { conditionOf, isConditionNext, optionsOf } from './parse-condition.ts';
import { analyzerFault, ruleFault } from './rule-types.ts';
import type { Analyzer, Rule, Ruleset, SimpleRule } from './ruleset.ts';

/** Rules and analyzers of one ruleset; Glue's own quota. */
const MAX_ENTRIES = 2_000;
const MAX_DEPTH = 20;

/** Words between parameters: `Completeness of col_1`, `ColumnCorrelation of a and b`. */
const CONNECTORS = ['of', 'OF', 'and', 'AND'];
const SECTIONS = ['Rules', 'Analyzers'];

/**
 * Reads a ruleset. Time and depth are bounded: every token is looked at once, and parentheses nest 20 deep.
 * @throws InvalidInputException with line and column
 */
export function parseRuleset(source: string): Ruleset {
  const reader = new TokenReader(source);
  const rules: Rule[] = [];
  const analyzers: Analyzer[] = [];
  const seen = new Set<string>();
  while (!reader.isAtEnd()) {
    const section = reader.peek();
    if (section.kind !== 'word' || !SECTIONS.includes(section.text) || seen.has(section.text)) {
      throw reader.fault(
        seen.has(section.text)
          ? `${section.text} stands here a second time.`
          : 'a ruleset is Rules = [ ... ], and Analyzers = [ ... ].',
      );
    }
    seen.add(section.text);
    reader.next();
    reader.expect('=');
    reader.expect('[');
    while (!reader.isSymbol(']')) {
      if (rules.length + analyzers.length >= MAX_ENTRIES) {
        throw reader.fault(`a ruleset has at most ${String(MAX_ENTRIES)} rules.`);
      }
      if (section.text === 'Rules') rules.push(ruleOf(reader, 0));
      else analyzers.push(analyzerOf(reader));
      if (!reader.accept(',')) break;
      if (reader.isSymbol(']')) throw reader.fault('a rule is wanted behind the comma.');
    }
    reader.expect(']');
  }
  if (rules.length + analyzers.length === 0) throw reader.fault('there is no rule.');
  return { rules, analyzers };
}

/** `(rule) and (rule)`, or one rule. Rules are joined by one word alone; to mix them takes parentheses. */
function ruleOf(reader: TokenReader, depth: number): Rule {
  if (!reader.isSymbol('(')) return simpleRuleOf(reader);
  if (depth >= MAX_DEPTH) throw reader.fault(`rules nest at most ${String(MAX_DEPTH)} deep.`);
  const rules: Rule[] = [parenthesized(reader, depth)];
  let joinedBy: 'and' | 'or' | undefined;
  for (;;) {
    const word = ['and', 'or'].find((each) => reader.isWord(each) || reader.isWord(each.toUpperCase()));
    if (word !== 'and' && word !== 'or') break;
    if (joinedBy !== undefined && word !== joinedBy) {
      throw reader.fault('and and or do not stand side by side: put parentheses round one of them.');
    }
    joinedBy = word;
    reader.next();
    if (!reader.isSymbol('(')) throw reader.fault('each rule that is joined stands in parentheses.');
    rules.push(parenthesized(reader, depth));
  }
  const [only] = rules;
  return joinedBy === undefined && only !== undefined ? only : { kind: joinedBy ?? 'and', rules };
}

function parenthesized(reader: TokenReader, depth: number): Rule {
  reader.expect('(');
  const rule = ruleOf(reader, depth + 1);
  reader.expect(')');
  return rule;
}

function parametersOf(reader: TokenReader, isEnd: () => boolean): readonly string[] {
  const parameters: string[] = [];
  for (;;) {
    const start = reader.position;
    const isJoined = CONNECTORS.some((word) => reader.isWord(word));
    if (isJoined) reader.next();
    const token = reader.peek();
    const isParameter = (token.kind === 'text' || token.kind === 'word') && !isEnd();
    if (!isParameter) {
      if (isJoined) throw reader.fault('a parameter is wanted here.');
      reader.position = start;
      return parameters;
    }
    parameters.push(reader.next().text);
  }
}

function simpleRuleOf(reader: TokenReader): SimpleRule {
  const start = reader.peek();
  const type = reader.word('a rule type');
  const parameters = parametersOf(
    reader,
    () => isConditionNext(reader) || reader.isWord('where') || reader.isWord('with'),
  );
  const condition = isConditionNext(reader) ? conditionOf(reader) : undefined;
  // `where` and `with` come in either order: the reference shows both.
  const before = optionsOf(reader);
  let where: string | undefined;
  if (reader.isWord('where')) {
    reader.next();
    where = reader.text('SQL in quotes');
  }
  const options = [...before, ...optionsOf(reader)];
  const wrong = ruleFault(type, parameters.length, condition !== undefined);
  if (wrong !== undefined) throw reader.faultAt(start, wrong);
  return {
    kind: 'rule',
    type,
    parameters,
    ...(condition !== undefined && { condition }),
    ...(where !== undefined && { where }),
    options,
  };
}

function analyzerOf(reader: TokenReader): Analyzer {
  const start = reader.peek();
  const type = reader.word('an analyzer');
  const parameters = parametersOf(reader, () => false);
  const wrong = analyzerFault(type, parameters.length);
  if (wrong !== undefined) throw reader.faultAt(start, wrong);
  return { type, parameters };
}
