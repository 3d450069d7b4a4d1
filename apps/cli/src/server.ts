import { Option } from 'commander';

export interface KeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const given = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

/**
 * `LAKEWARDEN_ACCESS_KEY_ID`, `LAKEWARDEN_SECRET_ACCESS_KEY` and `LAKEWARDEN_SESSION_TOKEN`, else AWS's own variables:
 * an import from AWS needs both at once.
 * @throws Error naming the variable that is missing
 */
export function keyPairOf(environment: NodeJS.ProcessEnv): KeyPair {
  const prefix = given(environment['LAKEWARDEN_ACCESS_KEY_ID']) === undefined ? 'AWS' : 'LAKEWARDEN';
  const need = (name: string): string => {
    const value = given(environment[name]);
    if (value === undefined) {
      throw new Error(`${name} is not set: put the access key pair of an IAM user into the environment.`);
    }
    return value;
  };
  const sessionToken = given(environment[`${prefix}_SESSION_TOKEN`]);
  return {
    accessKeyId: need(`${prefix}_ACCESS_KEY_ID`),
    secretAccessKey: need(`${prefix}_SECRET_ACCESS_KEY`),
    ...(sessionToken !== undefined && { sessionToken }),
  };
}

export const urlOption = (): Option =>
  new Option('--url <url>', 'the server').default(
    given(process.env['LAKEWARDEN_PUBLIC_URL']) ??
      given(process.env['AWS_ENDPOINT_URL']) ??
      'http://127.0.0.1:8181',
  );

/** @throws Error */
export function requireUrl(option: string, url: string): void {
  if (!URL.canParse(url)) throw new Error(`${option} ${url} is not a URL such as http://127.0.0.1:8181.`);
}
