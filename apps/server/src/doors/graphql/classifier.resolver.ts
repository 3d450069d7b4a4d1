import { validate } from '@lakewarden/aws-wire';
import {
  type Classifier,
  type ClassifierKind,
  createClassifier,
  deleteClassifier,
  getClassifier,
  getClassifiers,
  updateClassifier,
} from '@lakewarden/catalog';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';

import { changedClassifier, newClassifier, splitVersion } from '../aws/glue/classifier.shapes.ts';
import { nameString } from '../aws/glue/shapes.ts';
import { given } from './catalog.shapes.ts';
import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { orNull } from './or-null.ts';

const MAX_PAGE = 1000;

type Members = Readonly<Record<string, unknown>>;

interface ClassifierMembers {
  readonly name: string;
  readonly version?: number | null;
  readonly grok?: Members | null;
  readonly xml?: Members | null;
  readonly json?: Members | null;
  readonly csv?: Members | null;
}

/** GraphQL's name of a kind, and of each of its members, for Glue's. */
const KINDS = {
  grok: {
    kind: 'GrokClassifier',
    members: { classification: 'Classification', pattern: 'GrokPattern', customPatterns: 'CustomPatterns' },
  },
  xml: { kind: 'XMLClassifier', members: { classification: 'Classification', rowTag: 'RowTag' } },
  json: { kind: 'JsonClassifier', members: { path: 'JsonPath' } },
  csv: {
    kind: 'CsvClassifier',
    members: {
      delimiter: 'Delimiter',
      quoteSymbol: 'QuoteSymbol',
      containsHeader: 'ContainsHeader',
      header: 'Header',
      disableValueTrimming: 'DisableValueTrimming',
      allowSingleColumn: 'AllowSingleColumn',
      customDatatypeConfigured: 'CustomDatatypeConfigured',
      customDatatypes: 'CustomDatatypes',
      serde: 'Serde',
    },
  },
} as const satisfies Record<string, { kind: ClassifierKind; members: Readonly<Record<string, string>> }>;

const FIELDS = ['grok', 'xml', 'json', 'csv'] as const;

/** Glue's document, for its shape to check. */
const toGlue = (input: ClassifierMembers) =>
  given(
    Object.fromEntries(
      FIELDS.map((field): [string, unknown] => {
        const { kind, members } = KINDS[field];
        const asked = input[field];
        if (asked === undefined || asked === null) return [kind, undefined];
        const named = Object.entries(members).map(([name, glue]): [string, unknown] => [glue, asked[name]]);
        const member = given({ ...Object.fromEntries(named), Name: input.name, Version: input.version });
        return [kind, member];
      }),
    ),
  );

const toNode = ({ kind, definition, ...classifier }: Classifier) => {
  const field = FIELDS.find((each) => KINDS[each].kind === kind) ?? 'csv';
  const named = Object.entries(KINDS[field].members).map(([name, glue]): [string, unknown] => [
    name,
    definition[glue],
  ]);
  return { ...classifier, kind: field.toUpperCase(), [field]: Object.fromEntries(named) };
};

@Resolver('Classifier')
export class ClassifierResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('classifier')
  async classifier(@CurrentCaller() caller: Caller, @Args('name') name: string) {
    const command = { name: validate(nameString, name) };
    const found = await orNull(this.#useCases.run(caller, getClassifier, command));
    return found && toNode(found);
  }

  @Query('classifiers')
  async classifiers(@CurrentCaller() caller: Caller, @Args() args: PageArguments) {
    return toConnection(
      await this.#useCases.run(caller, getClassifiers, pageRequest(args, MAX_PAGE)),
      toNode,
    );
  }

  @Mutation('createClassifier')
  async createClassifier(@CurrentCaller() caller: Caller, @Args('input') input: ClassifierMembers) {
    const command = validate(newClassifier, toGlue(input));
    return { classifier: toNode(await this.#useCases.run(caller, createClassifier, command)) };
  }

  @Mutation('updateClassifier')
  async updateClassifier(@CurrentCaller() caller: Caller, @Args('input') input: ClassifierMembers) {
    const command = splitVersion(validate(changedClassifier, toGlue(input)));
    return { classifier: toNode(await this.#useCases.run(caller, updateClassifier, command)) };
  }

  @Mutation('deleteClassifier')
  async deleteClassifier(@CurrentCaller() caller: Caller, @Args('input') input: { readonly name: string }) {
    const name = validate(nameString, input.name);
    await this.#useCases.run(caller, deleteClassifier, { name });
    return { name };
  }
}
