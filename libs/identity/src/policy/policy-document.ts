import { conditionsAt, type PolicyCondition } from './policy-condition.ts';
import {
  isObject,
  type JsonObject,
  malformedPolicy,
  refuseBrokenVariables,
  shown,
  textsAt,
} from './policy-fault.ts';

/** `Action` or, negated, `NotAction`; `*` and `?` are wildcards. */
export interface PolicyMatch {
  readonly negated: boolean;
  readonly patterns: readonly string[];
}

/** `Principal` or, negated, `NotPrincipal`. */
export interface PolicyPrincipals {
  readonly negated: boolean;
  /** `"*"`, or `*` among the AWS principals. */
  readonly everyone: boolean;
  /** Account ids, ARNs of IAM and STS principals, unique ids. */
  readonly aws: readonly string[];
  readonly services: readonly string[];
  /** ARNs of SAML and OIDC providers, or an OIDC provider's host. */
  readonly federated: readonly string[];
}

export interface PolicyStatement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: PolicyMatch;
  /** Absent where the document may name none: a trust policy's resource is its role. */
  readonly resources?: PolicyMatch;
  readonly principals?: PolicyPrincipals;
  readonly conditions: readonly PolicyCondition[];
}

/** An IAM policy document (spec/permissions.md §11), as its text means it. */
export interface PolicyDocument {
  /** A text that says none means the older one, in which `${...}` is no variable. */
  readonly version: '2008-10-17' | '2012-10-17';
  readonly id?: string;
  readonly statements: readonly PolicyStatement[];
}

export interface PolicyRules {
  /** Characters that are no white space, as IAM counts them: 6,144, 2,048, 5,120, 10,240 by the kind of policy. */
  readonly maxBytes: number;
  /** A policy on a resource says in every statement whom it means; one attached to a principal never does. */
  readonly allowPrincipal: boolean;
  /** False for a trust policy: its resource is its role. */
  readonly allowResource?: boolean;
}

/** White space included: IAM's own bound of a policyDocumentType. */
const MAX_TEXT = 131_072;

const DOCUMENT_ELEMENTS = ['Version', 'Id', 'Statement'];
const STATEMENT_ELEMENTS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

const ACTION = /^(?:\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/;
const RESOURCE = /^(?:\*|arn:[^:]+:[^:]+:[^:]*:[^:]*:.+)$/s;
const AWS_PRINCIPAL =
  /^(?:\d{12}|A[A-Z0-9]{15,127}|arn:aws[a-z-]*:(?:iam::\d{12}:(?:root|(?:user|role)\/[^*?]+)|sts::\d{12}:(?:assumed-role|federated-user)\/[^*?]+))$/s;
const SERVICE = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;
const FEDERATED =
  /^(?:arn:aws[a-z-]*:iam::\d{12}:(?:saml|oidc)-provider\/[^*?]+|[a-z0-9-]+(?:\.[a-z0-9-]+)+)$/s;

/**
 * Reads an IAM policy document: every element, operator and value that is not known is refused, and nothing is guessed.
 *
 * @throws MalformedPolicyDocumentException with a message that names the fault and its place
 */
export function parsePolicyDocument(text: string, rules: PolicyRules): PolicyDocument {
  const size = text.length > MAX_TEXT ? text.length : Buffer.byteLength(text.replaceAll(/\s/g, ''));
  if (size > rules.maxBytes) {
    throw malformedPolicy('', `it has ${String(size)} bytes, and may have ${String(rules.maxBytes)}.`);
  }
  const document = jsonOf(text);
  if (!isObject(document)) throw malformedPolicy('', 'it is not a JSON object.');
  refuseUnknown('', document, DOCUMENT_ELEMENTS);
  const { Version: version, Id: id, Statement: statement } = document;
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17') {
    throw malformedPolicy('Version', `${shown(version)} is neither 2012-10-17 nor 2008-10-17.`);
  }
  if (id !== undefined && typeof id !== 'string') throw malformedPolicy('Id', `${shown(id)} is not a text.`);
  if (statement === undefined) throw malformedPolicy('', 'it has no Statement.');
  const list: readonly unknown[] = Array.isArray(statement) ? statement : [statement];
  if (list.length === 0) throw malformedPolicy('Statement', 'it is empty.');
  const statements = list.map((each, i) => statementAt(`Statement[${String(i)}]`, each, rules));
  refuseRepeatedSids(statements);
  return { version: version ?? '2008-10-17', ...(id !== undefined && { id }), statements };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw malformedPolicy('', `it is not JSON: ${error.message}`);
  }
}

function statementAt(place: string, value: unknown, rules: PolicyRules): PolicyStatement {
  if (!isObject(value)) throw malformedPolicy(place, `${shown(value)} is not an object.`);
  refuseUnknown(place, value, STATEMENT_ELEMENTS);
  const { Sid: sid, Effect: effect } = value;
  if (
    sid !== undefined &&
    (typeof sid !== 'string' || !(rules.allowPrincipal || /^[A-Za-z0-9]*$/.test(sid)))
  ) {
    throw malformedPolicy(`${place}.Sid`, `${shown(sid)} is not made of letters and digits.`);
  }
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw malformedPolicy(`${place}.Effect`, `${shown(effect)} is neither "Allow" nor "Deny".`);
  }
  const actions = matchAt(place, value, 'Action', ACTION, 'an action such as glue:GetTable or glue:Get*');
  if (actions === undefined) throw malformedPolicy(place, 'it has neither Action nor NotAction.');
  const resources = resourcesAt(place, value, rules);
  const principals = principalsAt(place, value, rules);
  return {
    ...(sid !== undefined && sid !== '' && { sid }),
    effect,
    actions,
    ...(resources !== undefined && { resources }),
    ...(principals !== undefined && { principals }),
    conditions: conditionsAt(`${place}.Condition`, value['Condition']),
  };
}

/** Of an element and its negation at most one. */
function elementOf(
  place: string,
  statement: JsonObject,
  name: string,
): { readonly name: string; readonly negated: boolean; readonly value: unknown } | undefined {
  const negation = `Not${name}`;
  if (statement[name] !== undefined && statement[negation] !== undefined) {
    throw malformedPolicy(place, `it has both ${name} and ${negation}.`);
  }
  if (statement[name] !== undefined) return { name, negated: false, value: statement[name] };
  if (statement[negation] !== undefined) return { name: negation, negated: true, value: statement[negation] };
  return undefined;
}

function matchAt(
  place: string,
  statement: JsonObject,
  name: string,
  form: RegExp,
  formName: string,
): PolicyMatch | undefined {
  const element = elementOf(place, statement, name);
  if (element === undefined) return undefined;
  const patterns = textsAt(`${place}.${element.name}`, element.value).map(({ place: at, text }) => {
    if (!form.test(text)) throw malformedPolicy(at, `${shown(text)} is not ${formName}.`);
    refuseBrokenVariables(at, text);
    return text;
  });
  return { negated: element.negated, patterns };
}

function resourcesAt(place: string, statement: JsonObject, rules: PolicyRules): PolicyMatch | undefined {
  const resources = matchAt(place, statement, 'Resource', RESOURCE, 'an ARN or "*"');
  const mayName = rules.allowResource ?? true;
  if (mayName && resources === undefined) {
    throw malformedPolicy(place, 'it has neither Resource nor NotResource.');
  }
  if (!mayName && resources !== undefined) {
    throw malformedPolicy(place, 'a trust policy names no Resource: it is that of its role.');
  }
  return resources;
}

const PRINCIPAL_KINDS = { AWS: AWS_PRINCIPAL, Service: SERVICE, Federated: FEDERATED } as const;

function principalsAt(
  place: string,
  statement: JsonObject,
  rules: PolicyRules,
): PolicyPrincipals | undefined {
  const element = elementOf(place, statement, 'Principal');
  if (element === undefined) {
    if (rules.allowPrincipal) throw malformedPolicy(place, 'it has neither Principal nor NotPrincipal.');
    return undefined;
  }
  const { name, negated, value } = element;
  const at = `${place}.${name}`;
  if (!rules.allowPrincipal) {
    throw malformedPolicy(at, 'a policy that is attached to a principal names none.');
  }
  if (value === '*') return { negated, everyone: true, aws: [], services: [], federated: [] };
  if (!isObject(value)) throw malformedPolicy(at, `${shown(value)} is neither "*" nor an object.`);
  refuseUnknown(at, value, Object.keys(PRINCIPAL_KINDS));
  if (Object.keys(value).length === 0) throw malformedPolicy(at, 'it names nobody.');
  const named = (kind: keyof typeof PRINCIPAL_KINDS): readonly string[] =>
    value[kind] === undefined
      ? []
      : textsAt(`${at}.${kind}`, value[kind]).map(({ place: where, text }) => {
          if (kind === 'AWS' && text === '*') return text;
          if (PRINCIPAL_KINDS[kind].test(text)) return text;
          throw malformedPolicy(where, `${shown(text)} is no principal of that kind.`);
        });
  const aws = named('AWS');
  return {
    negated,
    everyone: aws.includes('*'),
    aws: aws.filter((each) => each !== '*'),
    services: named('Service'),
    federated: named('Federated'),
  };
}

function refuseUnknown(place: string, object: JsonObject, known: readonly string[]): void {
  const unknown = Object.keys(object).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw malformedPolicy(place, `there is no element ${shown(unknown)}; it may have ${known.join(', ')}.`);
  }
}

function refuseRepeatedSids(statements: readonly PolicyStatement[]): void {
  const seen = new Set<string>();
  for (const [i, { sid }] of statements.entries()) {
    if (sid === undefined) continue;
    if (seen.has(sid)) throw malformedPolicy(`Statement[${String(i)}].Sid`, `${shown(sid)} is used twice.`);
    seen.add(sid);
  }
}
