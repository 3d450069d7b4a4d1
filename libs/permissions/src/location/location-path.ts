import { invalid } from '@lakewarden/kernel';

/**
 * Where data lies, as this server compares it: `s3://bucket/a/b` or `file:///a/b`, by whole path segments. Nothing else
 * in the code takes a location apart.
 */
export type LocationPath = string;

interface Parts {
  /** `s3://bucket` or `file://`. */
  readonly root: string;
  readonly path: string;
}

const SCHEME = /^([a-z][a-z0-9+.-]*):([\s\S]*)$/i;
const S3 = new Set(['s3', 's3a', 's3n']);

/** Undefined for what no data location can be registered for: another store, or no store at all. */
function partsOf(location: string): Parts | undefined {
  const [, scheme = '', rest = ''] = SCHEME.exec(location.trim()) ?? [];
  const kind = scheme.toLowerCase();
  if (kind === 'file') {
    // Hadoop prints file:/a, and file://host/a names this host or nothing.
    const [, , path = rest] = /^\/\/([^/]*)([\s\S]*)$/.exec(rest) ?? [];
    return path.startsWith('/') ? { root: 'file://', path } : undefined;
  }
  if (!S3.has(kind)) return undefined;
  const [, authority = '', path = ''] = /^\/\/([^/?#]*)([\s\S]*)$/.exec(rest) ?? [];
  // Hadoop's old s3n:// carried keys there. A host name has no case, so neither has a bucket.
  const bucket = authority
    .slice(authority.lastIndexOf('@') + 1)
    .replace(/:\d+$/, '')
    .toLowerCase();
  return bucket === '' ? undefined : { root: `s3://${bucket}`, path };
}

const join = ({ root }: Parts, segments: readonly string[]): LocationPath =>
  segments.length === 0 ? root : `${root}/${segments.join('/')}`;

/** S3's own reading: every character counts, but for the slash at the end. */
const literalSegments = (path: string): string[] => {
  const text = path.replace(/^\//, '').replace(/\/+$/, '');
  return text === '' ? [] : text.split('/');
};

/** A file system's reading, which Hadoop shares: no empty segments, `.` and `..` resolved. */
function resolvedSegments(path: string): string[] {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments;
}

/** Each run of `%xx` by itself: one that is none stands for itself and hides no other. */
const decoded = (path: string): string =>
  path.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });

/**
 * Every place that some engine may take the location for: S3 takes a key as it is written, Hadoop resolves `..` and
 * `//`, and whoever reads it as a URI decodes `%2e` and cuts a query. A rule about places has to hold for all of them.
 * Empty for what cannot be registered.
 */
export function readingsOf(location: string): LocationPath[] {
  const parts = partsOf(location);
  if (parts === undefined) return [];
  const bare = parts.path.replace(/[?#][\s\S]*$/, '');
  const readings = [parts.path, bare, decoded(parts.path), decoded(bare)].flatMap((path) => [
    join(parts, literalSegments(path)),
    join(parts, resolvedSegments(path)),
  ]);
  return [...new Set(readings)];
}

/** What stands in every location that may be taken for the place, or for one above or below it, whatever its case. */
export const markOf = (place: LocationPath): string =>
  place.startsWith('s3://') ? (place.slice('s3://'.length).split('/')[0] ?? '') : 'file:';

/** The fixed part of a template whose bucket is a variable: `s3://${bucket}/a`. */
export const mayBeAnywhere = (location: string): boolean => /^\s*s3[an]?:\/*$/i.test(location);

/** Whether the place is the other one or lies in it: `s3://b/ab` does not lie in `s3://b/a`. */
export const isAtOrUnder = (place: LocationPath, above: LocationPath): boolean =>
  place === above || place.startsWith(`${above}/`);

/** The longest of the places that the given one lies in. */
export const governing = <Registered extends { readonly location: LocationPath }>(
  place: LocationPath,
  registered: readonly Registered[],
): Registered | undefined =>
  registered
    .filter(({ location }) => isAtOrUnder(place, location))
    .reduce<Registered | undefined>(
      (longest, each) =>
        longest !== undefined && longest.location.length >= each.location.length ? longest : each,
      undefined,
    );

const S3_ARN = /^arn:aws(?:-[a-z-]+)?:s3:::([a-z0-9][a-z0-9._-]{1,62})(\/[\s\S]*)?$/;

/**
 * What a ResourceArn names: `arn:aws:s3:::bucket/prefix`, or `file:///dir` for the lake of one machine.
 * @throws InvalidInputException it names no place, or one that two readers would take for two places
 */
export function placeOfArn(arn: string): LocationPath {
  const [, bucket, path = ''] = S3_ARN.exec(arn) ?? [];
  const location = bucket === undefined ? arn : `s3://${bucket}${path}`;
  const isPlace = bucket !== undefined || arn.startsWith('file:///');
  const [place, ...others] = isPlace ? readingsOf(location) : [];
  if (place === undefined) {
    throw invalid(`${arn} names no data location: give arn:aws:s3:::BUCKET/PREFIX or file:///DIRECTORY.`);
  }
  if (others.length > 0) {
    throw invalid(`${arn} is not a plain path: leave out empty segments, ".", "..", "%", "?" and "#".`);
  }
  if (place.endsWith('/*')) throw invalid(`${arn} is not a prefix: leave /* out.`);
  return place;
}

/** As Lake Formation names it. */
export const arnOfPlace = (place: LocationPath): string =>
  place.startsWith('s3://') ? `arn:aws:s3:::${place.slice('s3://'.length)}` : place;
