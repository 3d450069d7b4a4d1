import { LakewardenError } from '@lakewarden/kernel';

/** Whether a text is a policy document's outer form: one JSON object. */
function isJsonObject(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** @throws MalformedPolicyDocumentException */
export function refuseMalformedTrustPolicy(document: string): void {
  if (isJsonObject(document)) return;
  throw new LakewardenError(
    'MalformedPolicyDocumentException',
    'The trust policy is malformed: AssumeRolePolicyDocument must be a JSON object.',
  );
}
