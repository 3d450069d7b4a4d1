import { createHash } from 'node:crypto';

import { type Clock, defineRead, defineWrite, invalid, LakewardenError } from '@lakewarden/kernel';
import {
  calculateJwkThumbprint,
  type CryptoKey as JoseKey,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  jwtVerify,
  SignJWT,
} from 'jose';
import { LRUCache } from 'lru-cache';

import type { MasterKeys } from '../secrets/master-keys.ts';
import {
  insertSigningKey,
  listSigningKeys,
  lockSigningKeys,
  retireSigningKeys,
  type StoredSigningKey,
} from './signing-key.repository.ts';

/** RFC 8037. */
const ALGORITHM = 'EdDSA';
export const TOKEN_LIFETIME_SECONDS = 3_600;
/** A retired key's tokens have run out long before. */
const RETIRED_KEY_LIFETIME_MS = 24 * 60 * 60 * 1000;
const REMEMBERED_TOKENS = 10_000;

interface SigningKey {
  readonly id: string;
  readonly privateKey: JoseKey;
  readonly publicKey: JoseKey;
  readonly publicJwk: JWK;
  readonly isRetired: boolean;
}

/** Whose a token is. Rights are looked up, never read from a token. */
export interface TokenSubject {
  readonly accountId: string;
  readonly principalId: string;
}

const invalidToken = () =>
  new LakewardenError(
    'UnrecognizedClientException',
    'The bearer token is invalid. Get a new one with `lakewarden token`.',
  );

/** A key for the database's first server; another server finds it there. */
export const ensureSigningKey = defineWrite({
  action: 'lakewarden:EnsureSigningKey',

  async run(scope, keys: MasterKeys): Promise<void> {
    await lockSigningKeys(scope.tx);
    if ((await listSigningKeys(scope.tx, keys)).some(({ retiredAt }) => retiredAt === undefined)) return;
    await insertSigningKey(scope.tx, keys, await newSigningKey(), scope.now);
  },
});

/** A new key signs from now on; the old one's tokens run out. */
export const rotateSigningKey = defineWrite({
  action: 'lakewarden:RotateSigningKey',

  async run(scope, keys: MasterKeys): Promise<void> {
    await lockSigningKeys(scope.tx);
    await retireSigningKeys(scope.tx, scope.now);
    await insertSigningKey(scope.tx, keys, await newSigningKey(), scope.now);
    scope.changed({ accountId: '', kind: 'identity', subjectId: 'signing-keys' });
  },
});

const readSigningKeys = defineRead({
  action: 'lakewarden:ReadSigningKeys',
  run: (scope, keys: MasterKeys): Promise<StoredSigningKey[]> => listSigningKeys(scope.tx, keys),
});

async function newSigningKey() {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const id = await calculateJwkThumbprint(publicJwk);
  return { id, privateJwk: JSON.stringify(await exportJWK(privateKey)), publicJwk: { ...publicJwk } };
}

const isCryptoKey = (key: unknown): key is JoseKey => key instanceof CryptoKey;

async function imported(stored: StoredSigningKey): Promise<SigningKey> {
  const { d, ...publicPart } = JSON.parse(stored.privateJwk) as JWK; // written by newSigningKey
  const privateKey = await importJWK({ ...publicPart, ...(d !== undefined && { d }) }, ALGORITHM);
  const publicKey = await importJWK(publicPart, ALGORITHM);
  if (!isCryptoKey(privateKey) || !isCryptoKey(publicKey))
    throw new Error(`signing key ${stored.id} is no Ed25519 key`);
  return {
    id: stored.id,
    privateKey,
    publicKey,
    publicJwk: { ...publicPart, kid: stored.id, alg: ALGORITHM, use: 'sig' },
    isRetired: stored.retiredAt !== undefined,
  };
}

/** Issues and checks bearer tokens; holds the signing keys it has read. */
export class TokenService {
  readonly #issuer: string;
  readonly #clock: Clock;
  readonly #readStored: () => Promise<StoredSigningKey[]>;
  #keys: readonly SigningKey[] = [];
  /** Checked signatures by the token's hash, so that a busy client's token is verified once. */
  readonly #verified = new LRUCache<string, TokenSubject & { readonly expiresAt: number }>({
    max: REMEMBERED_TOKENS,
  });

  constructor(issuer: string, clock: Clock, readStored: () => Promise<StoredSigningKey[]>) {
    this.#issuer = issuer;
    this.#clock = clock;
    this.#readStored = readStored;
  }

  /** @param notAfter where what the token is made from ends sooner than a token does */
  async issue(subject: TokenSubject, notAfter?: Date): Promise<{ token: string; expiresAt: Date }> {
    const key =
      this.#keys.find(({ isRetired }) => !isRetired) ??
      (await this.#reload()).find(({ isRetired }) => !isRetired);
    if (key === undefined) throw new Error('the database has no signing key');
    const issuedAt = Math.floor(this.#clock.now().getTime() / 1000);
    const expiresAt = Math.min(
      issuedAt + TOKEN_LIFETIME_SECONDS,
      Math.floor((notAfter?.getTime() ?? Infinity) / 1000),
    );
    const token = await new SignJWT({ account: subject.accountId })
      .setProtectedHeader({ alg: ALGORITHM, kid: key.id })
      .setSubject(subject.principalId)
      .setIssuer(this.#issuer)
      .setAudience(this.#issuer)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(key.privateKey);
    return { token, expiresAt: new Date(expiresAt * 1000) };
  }

  /** @throws UnrecognizedClientException, ExpiredTokenException */
  async verify(token: string): Promise<TokenSubject> {
    const now = this.#clock.now();
    const hash = createHash('sha256').update(token).digest('base64');
    const known = this.#verified.get(hash);
    if (known !== undefined && known.expiresAt > now.getTime()) return known;
    try {
      const { payload } = await jwtVerify(
        token,
        async ({ kid }) => {
          const find = (keys: readonly SigningKey[]) => keys.find(({ id }) => id === kid);
          const key = find(this.#keys) ?? find(await this.#reload());
          if (key === undefined) throw invalidToken();
          return key.publicKey;
        },
        {
          issuer: this.#issuer,
          audience: this.#issuer,
          algorithms: [ALGORITHM],
          currentDate: now,
          requiredClaims: ['exp', 'sub'],
        },
      );
      const { sub, account, exp } = payload;
      if (sub === undefined || typeof account !== 'string' || exp === undefined) throw invalidToken();
      const subject = { accountId: account, principalId: sub, expiresAt: exp * 1000 };
      this.#verified.set(hash, subject);
      return subject;
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        throw new LakewardenError(
          'ExpiredTokenException',
          'The bearer token has expired. Get a new one with `lakewarden token`.',
        );
      }
      if (error instanceof errors.JOSEError) throw invalidToken();
      throw error;
    }
  }

  get issuer(): string {
    return this.#issuer;
  }

  /** RFC 7517, for whoever checks these tokens himself. */
  async jwks(): Promise<{ keys: readonly JWK[] }> {
    return { keys: (await this.#reload()).map(({ publicJwk }) => publicJwk) };
  }

  /** After a rotation. */
  forget(): void {
    this.#keys = [];
    this.#verified.clear();
  }

  async #reload(): Promise<readonly SigningKey[]> {
    const oldest = this.#clock.now().getTime() - RETIRED_KEY_LIFETIME_MS;
    const stored = await this.#readStored();
    const usable = stored.filter(({ retiredAt }) => retiredAt === undefined || retiredAt.getTime() > oldest);
    this.#keys = await Promise.all(usable.map(imported));
    return this.#keys;
  }
}

export { readSigningKeys };

export interface GetWebIdentityToken {
  readonly tokens: TokenService;
  readonly audience: readonly string[];
}

/**
 * A bearer token for the caller, from his signed request: STS's GetWebIdentityToken, for this server's own doors.
 * @throws InvalidInputException another audience than this server
 */
export const getWebIdentityToken = defineRead({
  action: 'sts:GetWebIdentityToken',
  isAlwaysAudited: true,

  async run(
    { caller },
    { tokens, audience }: GetWebIdentityToken,
  ): Promise<{ token: string; expiresAt: Date }> {
    const { session } = caller;
    if (session?.isNarrowed === true) {
      // A bearer token stands for the whole role: it would undo what the session policy takes away.
      throw invalid('A session that a session policy narrows gets no bearer token.');
    }
    if (session?.tags !== undefined || session?.sourceIdentity !== undefined) {
      // Nor does it carry these, and a policy may deny by them.
      throw invalid('A session with tags or a source identity gets no bearer token.');
    }
    if (audience.some((each) => each !== tokens.issuer && each !== 'lakewarden')) {
      throw invalid(`Tokens are issued for this server only: ask for the audience ${tokens.issuer}.`);
    }
    return tokens.issue({ accountId: caller.accountId, principalId: caller.principalId }, session?.expiresAt);
  },
});
