export { type AccessKeyPair, newAccessKeyPair } from './access-key/access-key.ts';
export * from './account/accounts.ts';
export { authorizeAdministrators } from './authorize.ts';
export { type AccessKeyHolder, findAccessKeyHolder } from './caller/principal.repository.ts';
export { MasterKeys } from './secrets/master-keys.ts';
export type { AccessKey, User } from './user/user.ts';
export * from './user/users.ts';
