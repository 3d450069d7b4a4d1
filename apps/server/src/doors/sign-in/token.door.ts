import { type TokenService } from '@lakewarden/identity';
import type { FastifyInstance } from 'fastify';

/** Keys for whoever checks Lakewarden's bearer tokens himself. */
export function registerSignInDoor(
  fastify: FastifyInstance,
  { tokens, issuer }: { tokens: TokenService; issuer: string },
): void {
  fastify.get('/.well-known/jwks.json', () => tokens.jwks());
  fastify.get('/.well-known/openid-configuration', () => ({
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    id_token_signing_alg_values_supported: ['EdDSA'],
    subject_types_supported: ['public'],
    response_types_supported: ['id_token'],
  }));
}
