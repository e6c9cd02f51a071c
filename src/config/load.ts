import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import type { ConfiguredValue } from '../contract/documents/settings.ts';
import { isObject } from '../contract/json.ts';
import { Secret } from '../contract/secret.ts';
import { configFile, envName, flagName, nearest, settingNames } from './names.ts';
import { type Setting, WrongValue } from './setting.ts';
import { type Config, type SettingName, settings } from './settings.ts';

/** An invalid configuration. The message names the problem and its place in one line, without the value. */
export class ConfigError extends Error {}

/**
 * `flags` by setting name (`dataDir`), and `config`: the YAML file. `presets` replace defaults. `now` is the time of
 * last change for secrets, ms since the epoch.
 */
type ConfigSources = {
  flags: Readonly<Record<string, string | undefined>>;
  env: Readonly<Record<string, string | undefined>>;
  presets?: Readonly<Record<string, string | undefined>>;
  now: number;
};

/**
 * Reads the configuration. Precedence: flag, environment variable, file named by the variable with `_FILE`, YAML file,
 * preset, default. An empty variable counts as absent. Throws ConfigError for an unknown name, an invalid value or an
 * unreadable file.
 */
export function loadConfig({ flags, env, presets = {}, now }: ConfigSources): Config {
  refuseUnknownVariables(env);
  const file = flags['config'] ?? (env[configFile.env] || undefined);
  const yaml = file === undefined ? {} : readYaml(file);
  const readAt = new Date(now).toISOString();
  const given = new Set<SettingName>();
  const entries = settingNames.map((name) => {
    const setting: Setting<unknown> = settings[name];
    const found = find(name, { flags, env, yaml, file });
    if (found !== null) given.add(name);
    const preset = presets[name];
    const source = found ?? (preset === undefined ? null : { text: preset, from: name });
    return [name, source === null ? setting.default : readValue(setting, source, readAt)];
  });
  const config = Object.freeze(Object.fromEntries(entries)) as Config; // built from the table that the type is made from
  givenOf.set(config, given);
  return config;
}

const givenOf = new WeakMap<Config, ReadonlySet<SettingName>>();

/** The settings of a loaded configuration that the operator set; the others are defaults or presets. */
export function givenSettings(config: Config): ReadonlySet<SettingName> {
  return givenOf.get(config) ?? new Set();
}

/** The operator's settings as they are in effect; of secrets only whether they are set. */
export function configuredValues(config: Config): ConfiguredValue[] {
  const given = givenSettings(config);
  // `url` is a setting of the commands, not of the server.
  const names = settingNames.filter((name) => name !== 'url');
  return names.map((name) => {
    const { description, isSecret }: Setting<unknown> = settings[name];
    const value = config[name];
    const shown = isSecret || value instanceof Secret ? { set: value !== null } : value;
    const variable = envName(name);
    return { name, variable, description, value: shown, origin: given.has(name) ? 'operator' : 'default' };
  }) as ConfiguredValue[]; // values are texts, numbers, switches and lists of texts
}

type Found = { text: string; from: string };

type SettingSources = Pick<ConfigSources, 'flags' | 'env'> & { yaml: Record<string, string>; file: string | undefined };

function find(name: SettingName, at: SettingSources): Found | null {
  const variable = envName(name);
  const flag = at.flags[name];
  if (flag !== undefined) return { text: flag, from: flagName(name) };
  const value = at.env[variable];
  const path = at.env[`${variable}_FILE`];
  if (value && path) throw new ConfigError(`Set ${variable} or ${variable}_FILE, not both.`);
  if (value) return { text: value, from: variable };
  if (path) {
    return { text: readText(path, `${variable}_FILE`).replace(/\r?\n$/, ''), from: `The file of ${variable}_FILE` };
  }
  const kept = at.yaml[name];
  return kept === undefined ? null : { text: kept, from: `${name} in ${at.file}` };
}

function readValue<T>(setting: Setting<T>, { text, from }: Found, readAt: string): T {
  try {
    return setting.read(text.trim(), readAt);
  } catch (error) {
    if (error instanceof WrongValue) throw new ConfigError(`${from} must be ${error.message}.`);
    throw error;
  }
}

/** Of the client libraries' examples, which a person runs in the same shell. */
const clientToken = 'MILLRACE_TOKEN';

function refuseUnknownVariables(env: ConfigSources['env']) {
  const known = [configFile.env, ...settingNames.map(envName)];
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith('MILLRACE_') || variable === clientToken || known.includes(variable)) continue;
    const base = variable.replace(/_FILE$/, '');
    if (base !== variable && base !== configFile.env && known.includes(base)) continue;
    throw new ConfigError(`${variable} is not a setting.${hint(variable, known)}`);
  }
}

function readYaml(file: string): Record<string, string> {
  let content: unknown;
  try {
    // Loaded on first use: the module is large, and most installations have no such file.
    const { parse }: typeof Yaml = createRequire(import.meta.url)('yaml');
    content = parse(readText(file, configFile.env)) ?? {};
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
    throw new ConfigError(`${file} is not valid YAML: ${line.replace(/:$/, '')}.`);
  }
  if (!isObject(content)) {
    throw new ConfigError(`${file} must contain settings, each as "name: value".`);
  }
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(content)) {
    if (!settingNames.some((known) => known === name)) {
      throw new ConfigError(`${name} in ${file} is not a setting.${hint(name, settingNames)}`);
    }
    const items = Array.isArray(value) ? value : [value];
    if (items.some((item) => !['string', 'number', 'boolean'].includes(typeof item))) {
      if (value === null) continue;
      throw new ConfigError(`${name} in ${file} must be one value or a list of values.`);
    }
    texts[name] = items.join(',');
  }
  return texts;
}

function readText(path: string, from: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    throw new ConfigError(`${from} names ${path}, which can't be read (${code}).`);
  }
}

function hint(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === null ? ' docs/configuration.md lists all settings.' : ` Did you mean ${near}?`;
}
