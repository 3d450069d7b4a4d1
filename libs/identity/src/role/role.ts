/** An IAM role. */
export interface Role {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  /** `AROA...` */
  readonly uniqueId: string;
  /** The trust policy, as given. */
  readonly assumeRolePolicyDocument: string;
  readonly description?: string;
  readonly maxSessionSeconds: number;
  readonly createdAt: Date;
}
