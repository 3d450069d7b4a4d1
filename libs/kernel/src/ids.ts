import { v7 } from 'uuid';

declare const kind: unique symbol;

/** A UUIDv7 that names one thing of one kind for good. Names are attributes; grants, links and shares hold ids. */
export type Id<Kind extends string> = string & { readonly [kind]: Kind };

/** The one place where text becomes an id; call it only on a value the database or {@link newId} made. */
export const asId = <Kind extends string>(text: string): Id<Kind> => text as Id<Kind>;

export const newId = <Kind extends string>(): Id<Kind> => asId<Kind>(v7());
