/** An IAM group. */
export interface Group {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  /** `AGPA...` */
  readonly uniqueId: string;
  readonly createdAt: Date;
}
