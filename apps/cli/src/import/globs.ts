/** `*` and `?`, over lower-case names. No pattern at all means everything. */
export function matcherOf(globs: readonly string[]): (name: string) => boolean {
  if (globs.length === 0) return () => true;
  const patterns = globs.map(
    (glob) =>
      new RegExp(
        `^${glob
          .toLowerCase()
          .replace(/[.+^${}()|[\]\\]/g, '\\$&')
          .replaceAll('*', '.*')
          .replaceAll('?', '.')}$`,
        'su',
      ),
  );
  return (name) => patterns.some((pattern) => pattern.test(name.toLowerCase()));
}
