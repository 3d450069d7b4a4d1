import type { LakewardenError } from '@lakewarden/kernel';

/** One item's failure inside a batch's answer (spec/catalog.md §1.10). */
export const errorDetail = ({ code, message }: LakewardenError) => ({
  ErrorCode: code,
  ErrorMessage: message,
});
