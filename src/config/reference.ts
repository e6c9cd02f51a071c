import { configFile, envName, flagName, settingNames } from './names.ts';
import type { Setting } from './setting.ts';
import { settings } from './settings.ts';

/** The text of docs/configuration.md. */
export function configurationReference(): string {
  const rows = settingNames.map((name) => {
    const setting: Setting<unknown> = settings[name];
    const isValue = setting.default !== null && setting.defaultText !== '';
    const shown = isValue ? `\`${setting.defaultText}\`` : setting.defaultText || '–';
    const accepts = setting.isSecret ? `${setting.accepts}; a secret` : setting.accepts;
    return `### \`${envName(name)}\`

${setting.description}

Flag \`${flagName(name)}\` · YAML key \`${name}\` · default ${shown} · ${accepts}
`;
  });
  return `# Configuration

<!-- Made from src/config/settings.ts by npm run docs. -->

Each setting has one name in three spellings. For each the first that is there holds:

1. the flag: \`millrace start --port 9000\`
2. the environment variable: \`MILLRACE_PORT=9000\`
3. the file that the variable with \`_FILE\` names: \`MILLRACE_ADMIN_TOKEN_FILE=/run/secrets/token\` (a line break at its
   end is dropped)
4. the YAML file that \`${configFile.flag}\` or \`${configFile.env}\` names: \`port: 9000\`
5. the default

An empty variable counts as absent. A variable beginning with \`MILLRACE_\` or a YAML key that is not listed here is
refused, and so is a value out of bounds: the program says which in one line and exits. Flags are seen by everybody on
the machine: give secrets by file or environment.

Sizes take \`KB MB GB TB\` (powers of 1,000) and \`KiB MiB GiB TiB\` (powers of 1,024), durations \`ms s m h d\`. Lists
are separated by commas, in YAML they may be lists.

${rows.join('\n')}`;
}
