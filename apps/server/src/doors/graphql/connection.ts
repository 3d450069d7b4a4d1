import { malformed, type Page } from '@lakewarden/kernel';

export interface Edge<Node> {
  readonly node: Node;
  readonly cursor: string;
}

export interface Connection<Node> {
  readonly edges: readonly Edge<Node>[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | undefined };
}

export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
}

/** @throws ValidationException `first` is out of bounds */
export function pageRequest({ first, after }: PageArguments, max: number): { limit: number; token?: string } {
  const limit = first ?? Math.min(100, max);
  if (limit < 1 || limit > max) {
    throw malformed(
      `1 validation error detected: Value '${String(limit)}' at 'first' failed to satisfy constraint: ` +
        `Member must have value between 1 and ${String(max)}`,
    );
  }
  return { limit, ...(typeof after === 'string' && { token: after }) };
}

/** A page as Relay has it. Cursors are signed when they are asked for: most clients want the last one alone. */
export function toConnection<Item, Node>(page: Page<Item>, toNode: (item: Item) => Node): Connection<Node> {
  return {
    edges: page.items.map((item, index) => ({
      node: toNode(item),
      get cursor() {
        return page.cursorAt(index);
      },
    })),
    pageInfo: {
      hasNextPage: page.next !== undefined,
      get endCursor() {
        return page.next ?? (page.items.length === 0 ? undefined : page.cursorAt(page.items.length - 1));
      },
    },
  };
}
