/** An account's own managed policy. */
export interface Policy {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  /** `ANPA...` */
  readonly uniqueId: string;
  readonly description?: string;
  readonly defaultVersion: number;
  readonly lastVersion: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface PolicyVersion {
  readonly policyId: string;
  /** Shown as `v1`, `v2` ... */
  readonly version: number;
  readonly document: string;
  readonly createdAt: Date;
}
