// What the command line does to a server's data: with the database itself, and not through a server.
export { readSettings, type Settings, SettingsError } from '../settings/settings.ts';
export { backUp, type BackupOptions } from './backup/backup.ts';
export { restore, type RestoreOptions } from './backup/restore.ts';
export { type MasterKeyRotation, rotateMasterKey } from './rotate-master-key.ts';
