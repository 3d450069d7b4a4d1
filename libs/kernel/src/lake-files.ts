/**
 * The table files that the server itself may write: those at `file://` locations inside LAKEWARDEN_LOCAL_ROOTS
 * (contract.md §2). Anything else is an engine's business.
 */
export interface LakeFiles {
  /**
   * Whether the server can write at this location.
   * @returns false for another scheme than file://
   * @throws InvalidInputException a file:// location that is none, or lies outside the roots
   */
  reaches(location: string): boolean;
  /**
   * Writes a new file and never replaces one. When this returns, the file is whole and survives a power cut.
   * @param path below the location, such as `metadata/v1.json`
   * @returns the file's own location
   * @throws InvalidInputException a link or a file stands in the way, or the server may not write there
   */
  create(location: string, path: string, text: string): Promise<string>;
  /** Takes back what `create` has just written. What cannot be removed stays as an orphan: nothing points at it. */
  discard(location: string, path: string): Promise<void>;
}
