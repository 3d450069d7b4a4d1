/** A backup that cannot be made or restored; its text is for the operator. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}
