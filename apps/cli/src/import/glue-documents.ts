import type {
  Column,
  Database,
  DatabaseInput,
  Partition,
  PartitionInput,
  Table,
  TableInput,
  UserDefinedFunction,
  UserDefinedFunctionInput,
  ViewDefinition,
  ViewDefinitionInput,
} from '@aws-sdk/client-glue';

/** What Glue answers, as it wants it said: without what the server alone decides. */

/** Absent members stay absent: an answer compared with another must not differ by an `undefined`. */
const defined = <Members extends object>(members: Members): Members =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Members; // a subset of its own members

/** A link is shown with its target's properties; its own are its name and where it leads. */
export const toDatabaseInput = (database: Database): DatabaseInput =>
  database.TargetDatabase === undefined
    ? toOwnDatabaseInput(database)
    : { Name: database.Name?.toLowerCase(), TargetDatabase: database.TargetDatabase };

const toOwnDatabaseInput = (database: Database): DatabaseInput =>
  defined({
    Name: database.Name?.toLowerCase(),
    Description: database.Description,
    LocationUri: database.LocationUri,
    Parameters: database.Parameters,
    CreateTableDefaultPermissions: database.CreateTableDefaultPermissions,
    FederatedDatabase: database.FederatedDatabase,
  });

/** Glue folds the names of partition keys, and reads a missing type as string. */
const toPartitionKey = (key: Column): Column => ({
  ...key,
  Name: key.Name?.toLowerCase(),
  Type: key.Type ?? 'string',
});

const toViewDefinitionInput = (view: ViewDefinition): ViewDefinitionInput =>
  defined({
    IsProtected: view.IsProtected,
    Definer: view.Definer,
    SubObjects: view.SubObjects,
    Representations: view.Representations?.map(({ IsStale: _computed, ...representation }) => representation),
  });

export const toTableInput = (table: Table): TableInput =>
  table.TargetTable === undefined
    ? toOwnTableInput(table)
    : { Name: table.Name?.toLowerCase(), TargetTable: table.TargetTable };

const toOwnTableInput = (table: Table): TableInput =>
  defined({
    Name: table.Name?.toLowerCase(),
    Description: table.Description,
    Owner: table.Owner,
    LastAccessTime: table.LastAccessTime,
    LastAnalyzedTime: table.LastAnalyzedTime,
    Retention: table.Retention,
    StorageDescriptor: table.StorageDescriptor,
    PartitionKeys: table.PartitionKeys?.map(toPartitionKey),
    ViewOriginalText: table.ViewOriginalText,
    ViewExpandedText: table.ViewExpandedText,
    TableType: table.TableType,
    Parameters: table.Parameters,
    ViewDefinition: table.ViewDefinition && toViewDefinitionInput(table.ViewDefinition),
  });

export const toPartitionInput = (partition: Partition): PartitionInput =>
  defined({
    Values: partition.Values,
    LastAccessTime: partition.LastAccessTime,
    LastAnalyzedTime: partition.LastAnalyzedTime,
    StorageDescriptor: partition.StorageDescriptor,
    Parameters: partition.Parameters,
  });

export const toFunctionInput = (found: UserDefinedFunction): UserDefinedFunctionInput =>
  defined({
    FunctionName: found.FunctionName,
    ClassName: found.ClassName,
    OwnerName: found.OwnerName,
    OwnerType: found.OwnerType,
    FunctionType: found.FunctionType,
    ResourceUris: found.ResourceUris,
  });
