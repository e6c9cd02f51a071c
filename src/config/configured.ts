import type { ConfiguredValue } from '../contract/documents/settings.ts';
import { Secret } from '../contract/secret.ts';
import { givenSettings } from './load.ts';
import { envName, settingNames } from './names.ts';
import type { Setting } from './setting.ts';
import { type Config, type SettingName, settings } from './settings.ts';

/** Settings of the commands, not of the server. */
const notOfServer: ReadonlySet<SettingName> = new Set(['url']);

/** The operator's settings as they are in effect; of secrets only whether they are set. */
export function configuredValues(config: Config): ConfiguredValue[] {
  const given = givenSettings(config);
  return settingNames
    .filter((name) => !notOfServer.has(name))
    .map((name) => {
      const { description, isSecret }: Setting<unknown> = settings[name];
      const value = config[name];
      const shown = isSecret || value instanceof Secret ? { set: value !== null } : value;
      const variable = envName(name);
      return { name, variable, description, value: shown, origin: given.has(name) ? 'operator' : 'default' };
    }) as ConfiguredValue[]; // values are texts, numbers, switches and lists of texts
}
