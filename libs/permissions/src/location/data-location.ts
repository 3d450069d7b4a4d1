import type { LocationPath } from './location-path.ts';

/** A prefix under the data lake's control (service model lakeformation, `ResourceInfo`). */
export interface DataLocation {
  readonly catalogId: string;
  readonly location: LocationPath;
  readonly roleArn: string;
  readonly withFederation: boolean;
  readonly hybridAccessEnabled: boolean;
  readonly withPrivilegedAccess: boolean;
  readonly expectedOwnerAccount?: string | undefined;
  readonly updatedAt: Date;
}
