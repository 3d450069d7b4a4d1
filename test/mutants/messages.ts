import type { Ignorer, NodePath } from '@stryker-mutator/api/ignore';
import { PluginKind } from '@stryker-mutator/api/plugin';

interface SyntaxNode {
  readonly type: string;
  readonly name?: unknown;
  readonly callee?: SyntaxNode;
  readonly arguments?: readonly SyntaxNode[];
  readonly key?: SyntaxNode;
}

declare module '@stryker-mutator/api/ignore' {
  /** Babel's, as far as it is read here; Stryker leaves it to plugins to say. */
  interface NodePath {
    readonly node: SyntaxNode;
    readonly parentPath: NodePath | null;
  }
}

/** Make errors of words, as LakewardenError does; which error it is, is no word of it. */
const MAKERS: readonly unknown[] = [
  'Error',
  'invalid',
  'denied',
  'notFound',
  'refuse',
  'fault',
  'alreadyExists',
];
const WORDS = ['StringLiteral', 'TemplateLiteral'];

/**
 * Leaves alone the words of messages, and the actions that gate 1 and the audit trail are told: they decide nothing here,
 * and the tests in process read neither.
 */
const messages: Ignorer = {
  shouldIgnore(path) {
    if (!WORDS.includes(path.node.type)) return undefined;
    let inner = path;
    for (let at: NodePath | null = path.parentPath; at !== null; at = at.parentPath) {
      const { type, callee, key, arguments: given } = at.node;
      if (type === 'ObjectProperty' && key?.name === 'action') return 'an action';
      if (type.endsWith('Statement') || type.endsWith('FunctionExpression')) return undefined;
      if (callee?.name === 'LakewardenError' && given?.[0] !== inner.node) return 'a message';
      if (MAKERS.includes(callee?.name)) return 'a message';
      inner = at;
    }
    return undefined;
  },
};

export const strykerPlugins = [{ kind: PluginKind.Ignore, name: 'messages', value: messages }];
