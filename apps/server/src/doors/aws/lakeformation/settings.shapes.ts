import { z } from 'zod';

/** Service model lakeformation: DataLakeAdmins and the other lists of principals hold at most 30. */
export const MAX_PRINCIPALS = 30;

export const settingsParameters = z.record(z.string().min(1).max(255), z.string().max(512_000));
export const resourceOwners = z.array(z.string().min(1).max(255)).max(100);
export const sessionTagValues = z.array(z.string().min(1).max(255)).max(100);
