import { MAX_BODY_BYTES } from '../doors/aws/aws.door.ts';
import type { Settings } from '../settings/settings.ts';
import type { AdmissionLimits } from './admission.ts';

const MIB = 1024 * 1024;
/** Node looks after its connections' time limits this often. */
const CHECK_MS = 1_000;

export const admissionLimits = (settings: Settings): AdmissionLimits => ({
  maxInFlight: settings.LAKEWARDEN_MAX_IN_FLIGHT,
  maxBodyBytes: settings.LAKEWARDEN_MAX_BODIES_MIB * MIB,
  maxAnswerBytes: settings.LAKEWARDEN_MAX_ANSWERS_MIB * MIB,
  answerTimeoutMs: settings.LAKEWARDEN_ANSWER_TIMEOUT_SECONDS * 1000,
  bodyLimitBytes: MAX_BODY_BYTES,
});

/** For Node's HTTP server: slow clients are answered 408 and let go. */
export function arrivalLimits(settings: Settings) {
  const requestTimeout = settings.LAKEWARDEN_REQUEST_TIMEOUT_SECONDS * 1000;
  return {
    requestTimeout,
    http: { headersTimeout: Math.ceil(requestTimeout / 3), connectionsCheckingInterval: CHECK_MS },
  };
}
