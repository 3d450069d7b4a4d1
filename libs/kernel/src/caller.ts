/** One request, as logs, audit and answers name it. */
export interface RequestFacts {
  /** UUID; `x-amzn-RequestId` and `extensions.requestId`. */
  readonly id: string;
  readonly sourceIp?: string;
  /**
   * The revision that the client sent back: it has to see that write, and every revoke before it, on any replica
   * (contract.md §5). What this process keeps in memory may not have heard of it yet, so nothing kept is used.
   */
  readonly revision?: string;
  /** Set by the runner when the request has written: the revision of its last write. */
  writtenRevision?: string;
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
  readonly request: RequestFacts;
}

/** What an action is done to. The ARN also says whose it is. */
export interface Resource {
  readonly arn: string;
  /** The account that owns it. */
  readonly accountId: string;
}

/** Throws AccessDeniedException unless the caller may do the action to the resource. */
export type Authorize = (caller: Caller, action: string, resource: Resource) => void | Promise<void>;
