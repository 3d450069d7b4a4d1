/** As names are stored: by bytes (COLLATE "C"). */
export const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
