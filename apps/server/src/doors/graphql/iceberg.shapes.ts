import { validate } from '@lakewarden/aws-wire';
import type { IcebergInput } from '@lakewarden/catalog';

import { icebergInput } from '../aws/glue/open-table-format.shapes.ts';
import { given } from './catalog.shapes.ts';

export interface IcebergTableInput {
  readonly formatVersion?: number | null;
  readonly location: string;
  readonly fields: readonly {
    readonly id: number;
    readonly name: string;
    readonly type: unknown;
    readonly required: boolean;
    readonly doc?: string | null;
  }[];
  readonly identifierFieldIds?: readonly number[] | null;
  readonly partitionSpec?:
    | readonly {
        readonly sourceId: number;
        readonly transform: string;
        readonly name: string;
        readonly fieldId?: number | null;
      }[]
    | null;
  readonly writeOrder?:
    | readonly {
        readonly sourceId: number;
        readonly transform: string;
        readonly direction: 'ASC' | 'DESC';
        readonly nullOrder: 'NULLS_FIRST' | 'NULLS_LAST';
      }[]
    | null;
  readonly properties?: Readonly<Record<string, string>> | null;
}

const DIRECTIONS = { ASC: 'asc', DESC: 'desc' } as const;
const NULL_ORDERS = { NULLS_FIRST: 'nulls-first', NULLS_LAST: 'nulls-last' } as const;

/** As Glue's own input, whose bounds it is then held to. @throws ValidationException */
export const fromIcebergTable = (input: IcebergTableInput): IcebergInput =>
  validate(icebergInput, {
    MetadataOperation: 'CREATE',
    Version: String(input.formatVersion ?? 2),
    CreateIcebergTableInput: given({
      Location: input.location,
      Schema: given({
        IdentifierFieldIds: input.identifierFieldIds,
        Fields: input.fields.map(({ id, name, type, required, doc }) =>
          given({ Id: id, Name: name, Type: type, Required: required, Doc: doc }),
        ),
      }),
      PartitionSpec: input.partitionSpec && {
        Fields: input.partitionSpec.map(({ sourceId, transform, name, fieldId }) =>
          given({ SourceId: sourceId, Transform: transform, Name: name, FieldId: fieldId }),
        ),
      },
      WriteOrder: input.writeOrder && {
        Fields: input.writeOrder.map(({ sourceId, transform, direction, nullOrder }) => ({
          SourceId: sourceId,
          Transform: transform,
          Direction: DIRECTIONS[direction],
          NullOrder: NULL_ORDERS[nullOrder],
        })),
      },
      Properties: input.properties,
    }),
  });
