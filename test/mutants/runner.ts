import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { InstrumenterContext } from '@stryker-mutator/api/core';
import type { Logger } from '@stryker-mutator/api/logging';
import { commonTokens, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import {
  type DryRunResult,
  DryRunStatus,
  type MutantRunOptions,
  type MutantRunResult,
  MutantRunStatus,
  type TestResult,
  type TestRunner,
  TestStatus,
} from '@stryker-mutator/api/test-runner';
import fc from 'fast-check';

import type { InProcessLake } from '../permissions/in-process.ts';
import { collect, collected, type CollectedFile, type CollectedTest } from './collect.ts';

/** The same ones for every mutant. */
const SEED = 20261125;
const WORLDS = '2';
/** Of the cases that reach a mutant, those that have killed most in the least time; survivors cost all of them. */
const MOST_CASES = Number(process.env['LAKEWARDEN_MUTANT_CASES'] ?? 40);
const CASES_FILE = 'test/mutants/cases.ts';
const WORLDS_FILE = 'test/permissions/random-worlds.test.ts';
/** The tests that have to notice a mutant of the decision; the worlds, many tests in one, last. */
const TESTS = [
  'libs/permissions/src/{decision,grant,condition,filter,tag,location}/**/*.test.ts',
  'test/permissions/{lists,reasons,refused-locations,staleness,tag-names,two-accounts,validity}.test.ts',
  CASES_FILE,
  WORLDS_FILE,
];
/** Far more than any of them takes; worlds are many tests in one. */
const TEST_MS = 60_000;
const KILLS = 'kills.json';

declare global {
  /** What instrumented code looks at. */
  var __stryker__: InstrumenterContext | undefined;
}

interface Failure {
  readonly message: string;
  readonly isTimeout: boolean;
}

/**
 * Runs tests for Stryker in one process that keeps its lakes: what Vitest does for each mutant (a worker, all modules, a
 * database) takes longer than the tests. So that nothing of one mutant reaches the next, lakes forget what they have read,
 * and a kill counts only if the same test passes once more without the mutant, or fails with it in a new lake.
 */
class LakeTestRunner implements TestRunner {
  static readonly inject = tokens(commonTokens.logger);
  readonly #logger: Logger;
  readonly #stryker = (globalThis.__stryker__ ??= {});
  readonly #started = new Set<CollectedFile>();
  /** What killed most, in the least time, is asked first. */
  #kills: Record<string, number> = {};
  readonly #times = new Map<string, number>();
  #mutantsSeen = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  capabilities() {
    return { reloadEnvironment: false };
  }

  init(): Promise<void> {
    process.env['LAKEWARDEN_WORLDS'] = WORLDS;
    process.env['LAKEWARDEN_SEED'] = String(SEED);
    fc.configureGlobal({ seed: SEED, endOnFailure: true });
    // Stryker's copy of the project has the real node_modules, whose libs are the unchanged ones.
    const libs = pathToFileURL(join(process.cwd(), 'libs')).href;
    const register = new URL('collect.ts', import.meta.url).href;
    registerHooks({
      resolve(specifier, context, next) {
        const lib = /^@lakewarden\/([\w-]+)$/.exec(specifier)?.[1];
        if (lib !== undefined) return next(`${libs}/${lib}/src/index.ts`, context);
        const isForTests = specifier === 'vitest' && context.parentURL !== register;
        return isForTests ? next(register, context) : next(specifier, context);
      },
    });
    return Promise.resolve();
  }

  async dryRun(): Promise<DryRunResult> {
    await this.#load();
    const tests: TestResult[] = [];
    for (const test of collected) {
      this.#stryker.currentTestId = test.name;
      const failure = await this.#run(test);
      delete this.#stryker.currentTestId;
      const result = { id: test.name, name: test.name, timeSpentMs: this.#times.get(test.name) ?? 0 };
      tests.push(
        failure === undefined
          ? { ...result, status: TestStatus.Success }
          : { ...result, status: TestStatus.Failed, failureMessage: failure.message },
      );
    }
    const { mutantCoverage } = this.#stryker;
    return {
      status: DryRunStatus.Complete,
      tests,
      ...(mutantCoverage !== undefined && { mutantCoverage }),
    };
  }

  /** Survivors are told as they come: a whole run takes long. */
  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const startedAt = performance.now();
    const result = await this.#ask(options);
    const { fileName, location, mutatorName, replacement } = options.activeMutant;
    const place = `${fileName.replace(/^.*(?=libs\/)/, '')}:${String(location.start.line + 1)}`;
    const took = `${String(Math.round(performance.now() - startedAt))} ms`;
    this.#logger.info(`${result.status} ${place} ${mutatorName} ${replacement.slice(0, 60)} (${took})`);
    return result;
  }

  async #ask(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, mutantActivation, testFilter, hitLimit } = options;
    const isStatic = mutantActivation === 'static';
    if (isStatic) this.#stryker.activeMutant = activeMutant.id;
    await this.#load();
    const asked = testFilter === undefined ? undefined : new Set(testFilter);
    const tests = this.#choose(({ name }) => asked?.has(name) ?? true);
    for (const { file } of tests) await this.#start(file);
    await this.#forget();
    this.#mutantsSeen += 1;
    this.#stryker.hitCount = 0;
    if (hitLimit !== undefined) this.#stryker.hitLimit = hitLimit;
    for (const [i, test] of tests.entries()) {
      const failure = await this.#runWith(activeMutant.id, test);
      if (failure === undefined) continue;
      if (!isStatic && !(await this.#passesWithout(test))) {
        // Something was left over from before: a lake of its own tells.
        await this.#restart(test.file);
        if ((await this.#runWith(activeMutant.id, test)) === undefined) continue;
        await this.#restart(test.file);
        if (!(await this.#passesWithout(test))) throw new Error(`${test.name} fails without a mutant`);
      }
      const isEndless = hitLimit !== undefined && (this.#stryker.hitCount ?? 0) > hitLimit;
      if (failure.isTimeout || isEndless) return { status: MutantRunStatus.Timeout, reason: failure.message };
      await this.#note(test);
      return {
        status: MutantRunStatus.Killed,
        killedBy: [test.name],
        failureMessage: failure.message,
        nrOfTests: i + 1,
      };
    }
    // Its code has run once in this process and what came of it is kept: Stryker tries again in a new one.
    if (this.#stryker.hitCount === 0 && this.#mutantsSeen > 1 && tests.length > 0)
      throw new Error('the mutant was not reached');
    return { status: MutantRunStatus.Survived, nrOfTests: tests.length };
  }

  async dispose(): Promise<void> {
    for (const file of this.#started) for (const after of file.afterAll) await after();
  }

  async #load(): Promise<void> {
    if (collected.length > 0) return;
    for (const path of TESTS.flatMap((pattern) => globSync(pattern).sort()))
      await collect(path, () => import(pathToFileURL(join(process.cwd(), path)).href));
    this.#kills = await readFile(KILLS, 'utf8').then(
      (text) => JSON.parse(text) as Record<string, number>, // written below
      () => ({}),
    );
  }

  #choose(isAsked: (test: CollectedTest) => boolean): CollectedTest[] {
    const worth = ({ name }: CollectedTest) =>
      ((this.#kills[name] ?? 0) + 0.1) / (this.#times.get(name) ?? 100);
    const asked = collected.filter(isAsked).sort((a, b) => worth(b) - worth(a));
    const of = (path: string) => asked.filter(({ file }) => file.path === path);
    const cases = new Set(of(CASES_FILE).slice(0, MOST_CASES));
    const worlds = of(WORLDS_FILE);
    return [
      ...asked
        .filter((test) => test.file.path !== CASES_FILE || cases.has(test))
        .filter((test) => !worlds.includes(test)),
      ...worlds,
    ];
  }

  async #note({ name }: CollectedTest): Promise<void> {
    this.#kills[name] = (this.#kills[name] ?? 0) + 1;
    await writeFile(KILLS, JSON.stringify(this.#kills));
  }

  async #runWith(mutant: string, test: CollectedTest): Promise<Failure | undefined> {
    this.#stryker.activeMutant = mutant;
    return this.#run(test);
  }

  async #passesWithout(test: CollectedTest): Promise<boolean> {
    delete this.#stryker.activeMutant;
    await this.#forget();
    return (await this.#run(test)) === undefined;
  }

  /** Lakes remember what they read while another mutant was there. */
  async #forget(): Promise<void> {
    const path = pathToFileURL(join(process.cwd(), 'test/permissions/in-process.ts')).href;
    // Stryker's copy of that file, and what is exported there.
    const { openLakes } = (await import(path)) as { readonly openLakes: ReadonlySet<InProcessLake> };
    for (const lake of openLakes) lake.forget();
  }

  async #start(file: CollectedFile): Promise<void> {
    if (this.#started.has(file)) return;
    for (const before of file.beforeAll) await before();
    this.#started.add(file);
  }

  async #restart(file: CollectedFile): Promise<void> {
    delete this.#stryker.activeMutant;
    for (const after of file.afterAll) await after();
    this.#started.delete(file);
    await this.#start(file);
  }

  async #run(test: CollectedTest): Promise<Failure | undefined> {
    const startedAt = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Failure>((resolve) => {
      timer = setTimeout(() => {
        resolve({ message: `${test.name} takes too long`, isTimeout: true });
      }, TEST_MS);
    });
    try {
      const done = (async () => {
        await this.#start(test.file);
        for (const before of test.file.beforeEach) await before();
        try {
          await test.body();
        } finally {
          for (const after of test.file.afterEach) await after();
        }
      })();
      return await Promise.race([done.then(() => undefined), late]);
    } catch (error) {
      return { message: error instanceof Error ? error.message : String(error), isTimeout: false };
    } finally {
      clearTimeout(timer);
      this.#times.set(test.name, performance.now() - startedAt);
    }
  }
}

export const strykerPlugins = [
  { kind: PluginKind.TestRunner, name: 'lake', injectableClass: LakeTestRunner },
];
