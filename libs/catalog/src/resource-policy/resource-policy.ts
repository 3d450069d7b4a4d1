import { createHash } from 'node:crypto';

import { type PolicyDocument, parsePolicyDocument } from '@lakewarden/identity';
import { type ArnHome, catalogArn, invalid, LakewardenError } from '@lakewarden/kernel';

/** The policy on the catalog as a whole; Glue has none on single resources. */
export interface ResourcePolicy {
  readonly accountId: string;
  /** As it was put, byte for byte. */
  readonly policy: string;
  readonly hash: string;
  readonly enableHybrid: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** As in Glue. */
const MAX_POLICY_BYTES = 10_240;

const GLUE_RESOURCE = /^arn:[^:]+:glue:[^:]*:([^:]*):/;

/** Of the text: whoever sends it back means this very policy. */
export const policyHash = (policy: string): string => createHash('sha256').update(policy).digest('base64');

/** Malformed is InvalidInputException here: Glue's model knows no other. @throws InvalidInputException */
function parsed(policy: string): PolicyDocument {
  try {
    return parsePolicyDocument(policy, { allowPrincipal: true, maxBytes: MAX_POLICY_BYTES });
  } catch (error) {
    if (!(error instanceof LakewardenError)) throw error;
    throw new LakewardenError('InvalidInputException', error.message, { cause: error });
  }
}

/** It speaks of this account's catalog and of nothing else. @throws InvalidInputException */
export function refuseForeignPolicy(policy: string, accountId: string): void {
  for (const [i, { resources }] of parsed(policy).statements.entries()) {
    for (const pattern of resources?.patterns ?? []) {
      if (pattern === '*') continue;
      const owner = GLUE_RESOURCE.exec(pattern)?.[1];
      const isOwn = owner !== undefined && (owner === accountId || /[*?]/.test(owner));
      if (!isOwn) {
        throw invalid(
          `The policy names a resource outside this catalog, in Statement[${String(i)}]: ${pattern}. ` +
            `It may name resources of arn:aws:glue:*:${accountId}.`,
        );
      }
    }
  }
}

/** The catalog's own ARN says no more than none. @throws InvalidInputException */
export function refuseResourceArn(home: ArnHome, arn: string | undefined): void {
  if (arn !== undefined && arn !== catalogArn(home)) {
    // Glue's own words (spec/catalog.md §12).
    throw invalid('Glue resource level policy is not currently supported');
  }
}
