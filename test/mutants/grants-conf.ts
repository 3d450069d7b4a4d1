import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

import { collect, collected } from './collect.ts';

/*
 * Mutants of the rule itself, which Stryker does not see: each condition of the matcher of grants.conf, put true and put
 * false, against the tests of the rule (libs/permissions/src/decision/{rule,grants-conf}.test.ts).
 */
const DECISION = new URL('../../libs/permissions/src/decision/', import.meta.url);
const CONDITION =
  /!r\.option|r\.option|(?:is\w+|within|contributes)\([^()]*\)|[pr]\.(?:on\.)?\w+ [!=]= (?:"\w*"|[pr]\.(?:on\.)?\w+)/g;

const conf = readFileSync(new URL('grants.conf', DECISION), 'utf8');
const matcherAt = conf.indexOf('[matchers]');
const mutants = [...conf.slice(matcherAt).matchAll(CONDITION)].flatMap(({ 0: condition, index }) => {
  const at = matcherAt + index;
  return ['true', 'false'].map((put) => ({
    condition,
    put,
    line: conf.slice(0, at).split('\n').length,
    text: conf.slice(0, at) + put + conf.slice(at + condition.length),
  }));
});

let text = conf;
let round = 0;
// Each round has a rule of its own, which reads the matcher as it is in that round.
registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'vitest') return next(new URL('collect.ts', import.meta.url).href, context);
    const resolved = next(specifier, context);
    return resolved.url.startsWith(new URL('rule', DECISION).href)
      ? { ...resolved, url: `${resolved.url.replace(/\?.*/, '')}?round=${String(round)}` }
      : resolved;
  },
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.startsWith(new URL('rule.ts', DECISION).href)) return loaded;
    const source = readFileSync(new URL('rule.ts', DECISION), 'utf8').replace(
      /const MODEL = .*;/,
      () => `const MODEL = ${JSON.stringify(text)};`,
    );
    return { ...loaded, source };
  },
});

/** Whether a test of the rule fails. */
async function isKilled(): Promise<boolean> {
  round += 1;
  collected.length = 0;
  for (const file of ['rule.test.ts', 'grants-conf.test.ts'])
    await collect(file, () => import(new URL(`${file}?round=${String(round)}`, DECISION).href));
  for (const { body } of collected) {
    try {
      await body();
    } catch {
      return true;
    }
  }
  return false;
}

if (await isKilled()) throw new Error('the tests of the rule fail as it is');
if (collected.length === 0) throw new Error('no tests of the rule were found');
let killed = 0;
for (const mutant of mutants) {
  text = mutant.text;
  if (await isKilled()) killed += 1;
  else console.log(`survived grants.conf:${String(mutant.line)} ${mutant.condition} put ${mutant.put}`);
}
console.log(`grants.conf: ${String(killed)} of ${String(mutants.length)} mutants killed`);
