/** A map of settings; which of them are secret is secrets.ts's to say. */
export type Properties = Readonly<Record<string, string>>;

/** Glue's AuthenticationConfiguration; its credentials are taken in and never given out (service model glue). */
export interface AuthenticationConfiguration {
  readonly AuthenticationType?: string | undefined;
  readonly SecretArn?: string | undefined;
  readonly KmsKeyArn?: string | undefined;
  readonly OAuth2Properties?: Readonly<Record<string, unknown>> | undefined;
  readonly BasicAuthenticationCredentials?:
    { readonly Username?: string | undefined; readonly Password?: string | undefined } | undefined;
  readonly CustomAuthenticationCredentials?: Properties | undefined;
}

/** Glue's ConnectionInput without Name. */
export interface ConnectionDefinition {
  readonly Description?: string | undefined;
  readonly ConnectionType: string;
  readonly MatchCriteria?: readonly string[] | undefined;
  readonly ConnectionProperties: Properties;
  readonly SparkProperties?: Properties | undefined;
  readonly AthenaProperties?: Properties | undefined;
  readonly PythonProperties?: Properties | undefined;
  readonly PhysicalConnectionRequirements?: Readonly<Record<string, unknown>> | undefined;
  readonly AuthenticationConfiguration?: AuthenticationConfiguration | undefined;
}

export interface Connection {
  /** UUIDv7; text, because the sealing context names it. */
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  /** As it is shown: without what is secret, unless the caller asked for passwords. */
  readonly definition: ConnectionDefinition;
  /** 2 where an AuthenticationConfiguration or engine properties are given, else 1. */
  readonly schemaVersion: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The ARN of who changed it last. */
  readonly updatedBy: string;
}

export interface ConnectionRef {
  readonly catalogId: string;
  /** As it was given: connection names keep their case. */
  readonly name: string;
}

export const schemaVersionOf = (definition: ConnectionDefinition): number =>
  definition.AuthenticationConfiguration === undefined &&
  definition.SparkProperties === undefined &&
  definition.AthenaProperties === undefined &&
  definition.PythonProperties === undefined
    ? 1
    : 2;
