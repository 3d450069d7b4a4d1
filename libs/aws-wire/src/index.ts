export { encodeRfc3986 } from './canonical.ts';
export { isRetryable, publicError, renderError, type RenderedError, RETRY_AFTER_SECONDS } from './errors.ts';
export { decodeJson, doubleOf, encodeJson, integerOf, jsonDouble, jsonInteger } from './json.ts';
export { decodeQuery, encodeQueryAnswer, encodeQueryError, xmlList } from './query.ts';
export {
  type Protocol,
  recogniseAction,
  type Recognised,
  recogniseTarget,
  type Service,
  SERVICES,
  type ServiceName,
} from './services.ts';
export { validate } from './shapes.ts';
export {
  DEFAULT_SKEW_SECONDS,
  type PresentedCredential,
  readCredential,
  type SignedRequest,
  signRequest,
  verifySignature,
} from './sigv4.ts';
