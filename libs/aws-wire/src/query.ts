import { LakewardenError } from '@lakewarden/kernel';

import type { Service } from './services.ts';

const MAX_PARAMETERS = 5_000;
const MAX_DEPTH = 20;
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

interface Node {
  value?: string;
  readonly children: Map<string, Node>;
}

const newNode = (): Node => ({ children: new Map() });

/**
 * A Query form: `Tags.member.1.Key=a` and the like, taken apart (spec/wire.md §4).
 * @throws ValidationException too many parameters, or nested too deep
 */
export function decodeQuery(form: string, maxParameters = MAX_PARAMETERS): Record<string, unknown> {
  const root = newNode();
  let count = 0;
  for (const [name, value] of new URLSearchParams(form)) {
    count += 1;
    const path = name.split('.');
    if (count > maxParameters || path.length > MAX_DEPTH) {
      throw new LakewardenError(
        'ValidationException',
        'The request has too many parameters, or nests them too deep.',
      );
    }
    if (path.some((part) => FORBIDDEN.has(part))) continue;
    let node = root;
    for (const part of path) {
      const next = node.children.get(part) ?? newNode();
      node.children.set(part, next);
      node = next;
    }
    node.value = value;
  }
  return Object.fromEntries([...root.children].map(([name, node]) => [name, toValue(node)]));
}

const NUMBER = /^\d{1,6}$/;

function toValue(node: Node): unknown {
  const { children } = node;
  if (children.size === 0) return node.value ?? '';
  const only = children.size === 1 ? [...children][0] : undefined;
  if (
    only !== undefined &&
    [...only[1].children.keys()].every((key) => NUMBER.test(key)) &&
    only[1].children.size > 0
  ) {
    const items = [...only[1].children].sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);
    return only[0] === 'entry'
      ? Object.fromEntries(
          items.map((item) => [
            item.children.get('key')?.value ?? '',
            item.children.get('value')?.value ?? '',
          ]),
        )
      : items.map(toValue);
  }
  return Object.fromEntries([...children].map(([name, child]) => [name, toValue(child)]));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
};
/** Characters that XML 1.0 has no way to write: controls, U+FFFE, U+FFFF and halves of surrogate pairs. */
const isIllegal = (codePoint: number): boolean =>
  (codePoint < 0x20 && codePoint !== 0x09 && codePoint !== 0x0a && codePoint !== 0x0d) ||
  (codePoint >= 0xd800 && codePoint <= 0xdfff) ||
  codePoint === 0xfffe ||
  codePoint === 0xffff;

const legal = (text: string): string =>
  Array.from(text, (char) => (isIllegal(char.codePointAt(0) ?? 0) ? '\ufffd' : char)).join('');

const escapeXml = (text: string): string => legal(text).replace(/[&<>"\r]/g, (char) => ESCAPES[char] ?? char);

/** A list whose members have a name of their own (Redshift). */
class XmlList {
  readonly memberName: string;
  readonly items: readonly unknown[];

  constructor(memberName: string, items: readonly unknown[]) {
    this.memberName = memberName;
    this.items = items;
  }
}

export const xmlList = (memberName: string, items: readonly unknown[]): XmlList =>
  new XmlList(memberName, items);

function toXml(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  return `<${name}>${content(value)}</${name}>`;
}

function content(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof XmlList) return value.items.map((item) => toXml(value.memberName, item)).join('');
  if (Array.isArray(value)) return value.map((item) => toXml('member', item)).join('');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, member]) => toXml(name, member))
      .join('');
  }
  return escapeXml(String(value));
}

export function encodeQueryAnswer(
  service: Service,
  operation: string,
  result: object | undefined,
  requestId: string,
): string {
  const wrapped = result === undefined ? '' : toXml(`${operation}Result`, result);
  return (
    `<${operation}Response xmlns="${service.xmlNamespace ?? ''}">${wrapped}` +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`
  );
}

export function encodeQueryError(
  service: Service | undefined,
  fault: { readonly code: string; readonly message: string; readonly isReceiver: boolean },
  requestId: string,
): string {
  return (
    `<ErrorResponse xmlns="${service?.xmlNamespace ?? 'https://iam.amazonaws.com/doc/2010-05-08/'}"><Error>` +
    `<Type>${fault.isReceiver ? 'Receiver' : 'Sender'}</Type><Code>${fault.code}</Code>` +
    `<Message>${escapeXml(fault.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`
  );
}
