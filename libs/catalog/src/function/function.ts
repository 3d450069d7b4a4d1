import type { Id } from '@lakewarden/kernel';

/** UserDefinedFunctionInput without FunctionName, as it came (docs/decisions/0002). */
export interface FunctionDefinition {
  readonly ClassName?: string | undefined;
  readonly OwnerName?: string | undefined;
  readonly OwnerType?: string | undefined;
  readonly FunctionType?: string | undefined;
  readonly ResourceUris?:
    readonly { readonly ResourceType?: string | undefined; readonly Uri?: string | undefined }[] | undefined;
  readonly [member: string]: unknown;
}

export interface UserDefinedFunction {
  readonly id: Id<'UserDefinedFunction'>;
  readonly databaseId: Id<'Database'>;
  readonly catalogId: string;
  readonly database: string;
  readonly name: string;
  readonly definition: FunctionDefinition;
  readonly createdAt: Date;
}

/** A function by its names, as a caller says them. */
export interface FunctionRef {
  readonly catalogId: string;
  readonly database: string;
  readonly name: string;
}
