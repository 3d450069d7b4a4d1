/** One request, as logs, audit and answers name it. */
export interface RequestFacts {
  /** UUID; `x-amzn-RequestId` and `extensions.requestId`. */
  readonly id: string;
  readonly sourceIp?: string;
  /** Whether it came over TLS, as far as this server can tell. */
  readonly isSecure?: boolean;
  /**
   * The revision that the client sent back: it has to see that write, and every revoke before it, on any replica
   * (contract.md §5). What this process keeps in memory may not have heard of it yet, so nothing kept is used.
   */
  readonly revision?: string;
  /** Set by the runner when the request has written: the revision of its last write. */
  writtenRevision?: string;
}

declare const opaque: unique symbol;

/** What gate 1 decides by; libs/identity makes it, and alone looks into it. */
export interface CallerPolicies {
  readonly [opaque]: 'CallerPolicies';
}

/** Facts of a role session. */
export interface SessionFacts {
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** When the one who assumed the role has shown a second factor; absent where he has not. */
  readonly mfaAt?: Date | undefined;
  readonly sourceIdentity?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Session policies narrow what the role may. */
  readonly isNarrowed: boolean;
}

/** Who asks: a principal of one account, with the facts of this session. */
export interface Caller {
  readonly accountId: string;
  /** `arn:aws:iam::ACCOUNT:user/NAME` or the field's other principal forms (contract.md §4). */
  readonly arn: string;
  /** IAM's unique id of the principal (`AIDA...`, `AROA...`). */
  readonly principalId: string;
  /** True for a principal that holds `AdministratorAccess` in its account. */
  readonly isAccountAdministrator: boolean;
  /**
   * What else he is, as grants may name it: his groups; in a role session the role, the SAML user that assumed it and
   * his SAML groups (spec/permissions.md §2).
   */
  readonly memberships?: readonly string[] | undefined;
  /** Who holds what this caller creates: the role of a role session. Absent: the caller himself. */
  readonly grantee?: string | undefined;
  /** Absent: nothing is allowed. */
  readonly policies?: CallerPolicies | undefined;
  /** Absent for long-lived keys. */
  readonly session?: SessionFacts | undefined;
  readonly request: RequestFacts;
}

/** What an action is done to. The ARN also says whose it is. */
export interface Resource {
  readonly arn: string;
  /** As a refusal names it, where the ARN would tell more than was asked for. */
  readonly asked?: string;
  /** The account that owns it. */
  readonly accountId: string;
  /** What it lies in: IAM asks for the catalog, the database and the table (spec/permissions.md §11). */
  readonly within?: readonly string[];
}
