/** Database, table and partition-key names are folded when stored and when looked up (spec/catalog.md §2). */
export const foldName = (name: string): string => name.toLowerCase();
