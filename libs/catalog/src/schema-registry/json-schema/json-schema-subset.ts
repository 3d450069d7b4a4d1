import { canonicalJson, type Json } from '../json-text.ts';
import { Numbered, Proof } from '../proof.ts';
import { satisfies } from './admits.ts';
import { type Conjunction, finiteValues, flatten, isAmong, typesOf, weightOf } from './conjunction.ts';
import { isDisjointFor } from './disjoint.ts';
import type { JsonSchemaDocument } from './document.ts';
import { arrayImplies, numberImplies, objectImplies, type Prover, stringImplies } from './implications.ts';
import {
  allowsType,
  type Constraint,
  innerOf,
  innersOf,
  type JsonType,
  keyword,
  type Located,
  valuesOf,
} from './keywords.ts';

/**
 * Whether every value that one JSON Schema accepts is accepted by another. Conservative: true only where it is proved
 * (docs/decisions/0010). What the narrower side says and this does not understand is left out, which only widens it;
 * what the wider side says has to follow from something on the narrower side, keyword by keyword and type by type.
 */
export function isJsonSchemaSubset(narrower: JsonSchemaDocument, wider: JsonSchemaDocument): boolean {
  const subset = new Subset();
  return subset.proof.decide(() =>
    subset.includes([{ document: narrower, schema: narrower.root }], { document: wider, schema: wider.root }),
  );
}

class Subset implements Prover {
  readonly proof = new Proof();
  readonly #numbered = new Numbered();

  /** Whatever satisfies all of the narrower ones satisfies the wider one. */
  includes(narrower: readonly Located[], wider: Located): boolean {
    if (wider.schema === true) return true;
    const all = flatten(this.proof, narrower);
    return all === undefined || this.#includesAll(all, wider);
  }

  #keyOf(all: Conjunction): string {
    const numbers = all.map(({ schema, without = '' }) => this.#numbered.of(schema) + without);
    return [...new Set(numbers)].sort().join('&');
  }

  #includesAll(all: Conjunction, wider: Located): boolean {
    const constraints = flatten(this.proof, [wider], 'asked for');
    const key = `${this.#keyOf(all)}<${constraints === undefined ? '' : this.#keyOf(constraints)}`;
    return this.proof.claim(key, () => {
      this.proof.step(weightOf(all));
      return (
        typesOf(all).every((type) => this.#includesType(all, type, wider)) ||
        this.#includesBranches(all, wider)
      );
    });
  }

  /** One alternative of the narrower side after the other: it accepts no more than they do together. */
  #includesBranches(all: Conjunction, wider: Located): boolean {
    for (const constraint of all) {
      for (const name of ['anyOf', 'oneOf'] as const) {
        const branches = innersOf(constraint, name);
        if (branches.length === 0 || constraint.without !== undefined) continue;
        const rest = all.map((each) => (each === constraint ? { ...each, without: name } : each));
        return branches.every((branch) => {
          const more = flatten(this.proof, [branch]);
          return more === undefined || this.#includesAll([...rest, ...more], wider);
        });
      }
    }
    return false;
  }

  #includesType(all: Conjunction, type: JsonType, wider: Located): boolean {
    const constraints = flatten(this.proof, [wider], 'asked for');
    if (constraints === undefined) return this.#isEmpty(all, type);
    const left = `${this.#keyOf(all)}:${type}<`;
    return constraints.every((constraint) =>
      this.proof.claim(left + this.#numbered.of(constraint.schema), () => {
        this.proof.step(weightOf(all));
        return this.#implies(all, type, constraint);
      }),
    );
  }

  #isEmpty(all: Conjunction, type: JsonType): boolean {
    return this.#valuesLeft(all, type)?.length === 0;
  }

  /** Where there are only so many, the values that are left. */
  #valuesLeft(all: Conjunction, type: JsonType): readonly Json[] | undefined {
    return finiteValues(all, type)?.filter((value) =>
      all.every((constraint) => satisfies(this.proof, value, constraint) !== 'no'),
    );
  }

  #implies(all: Conjunction, type: JsonType, wider: Constraint): boolean {
    if (all.some(({ schema }) => schema === wider.schema)) return true;
    const values = this.#valuesLeft(all, type);
    if (values?.every((value) => satisfies(this.proof, value, wider) === 'yes') === true) return true;
    return (
      allowsType(wider, type) &&
      this.#impliesValues(values, wider) &&
      this.#impliesLogic(all, type, wider) &&
      this.#impliesKeywords(all, type, wider)
    );
  }

  #impliesValues(values: readonly Json[] | undefined, wider: Constraint): boolean {
    const allowed = valuesOf(wider);
    return allowed === undefined || (values?.every((value) => isAmong(allowed, value)) ?? false);
  }

  #impliesLogic(all: Conjunction, type: JsonType, wider: Constraint): boolean {
    const anyOf = innersOf(wider, 'anyOf');
    const oneOf = innersOf(wider, 'oneOf');
    const not = innerOf(wider, 'not');
    return (
      (anyOf.length === 0 || anyOf.some((branch) => this.#includesType(all, type, branch))) &&
      (oneOf.length === 0 ||
        oneOf.some(
          (branch, i) =>
            this.#includesType(all, type, branch) &&
            oneOf.every((other, j) => i === j || isDisjointFor(this.proof, all, type, other)),
        )) &&
      (not === undefined || isDisjointFor(this.proof, all, type, not)) &&
      this.#impliesCondition(all, type, wider)
    );
  }

  #impliesCondition(all: Conjunction, type: JsonType, wider: Constraint): boolean {
    const condition = innerOf(wider, 'if');
    if (condition === undefined) return true;
    const [then, otherwise] = [innerOf(wider, 'then'), innerOf(wider, 'else')];
    return (
      (then === undefined ||
        isDisjointFor(this.proof, all, type, condition) ||
        this.#includesType(all, type, then)) &&
      (otherwise === undefined ||
        this.#includesType(all, type, condition) ||
        this.#includesType(all, type, otherwise))
    );
  }

  #impliesKeywords(all: Conjunction, type: JsonType, wider: Constraint): boolean {
    switch (type) {
      case 'null':
      case 'boolean':
        return true;
      case 'integer':
      case 'number':
        return numberImplies(all, type, wider);
      case 'string':
        return stringImplies(all, wider);
      case 'array':
        return arrayImplies(this, all, wider);
      case 'object':
        return objectImplies(this, all, wider);
    }
  }

  /** The same words on both sides: for keywords that only their own repetition proves. */
  repeats(all: Conjunction, wider: Constraint, name: string): boolean {
    const value = keyword(wider, name);
    if (value === undefined) return true;
    const words = canonicalJson(value);
    if (words.includes('"$ref"')) return false; // the same words of another document mean something else
    return all.some((each) => {
      const own = keyword(each, name);
      const isSameDraft = each.document.draft === wider.document.draft;
      return isSameDraft && own !== undefined && canonicalJson(own) === words;
    });
  }
}
