// What the command line does to a server's data while the server is stopped.
export { readSettings, type Settings, SettingsError } from '../settings/settings.ts';
export { type MasterKeyRotation, rotateMasterKey } from './rotate-master-key.ts';
