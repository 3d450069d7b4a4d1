/** An IAM user. */
export interface User {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  /** `AIDA...` */
  readonly uniqueId: string;
  readonly createdAt: Date;
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly userName: string;
  readonly status: 'Active' | 'Inactive';
  readonly createdAt: Date;
}
