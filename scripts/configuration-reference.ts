import { configFile, envName, flagName, settingNames } from '../src/config/names.ts';
import type { Setting } from '../src/config/setting.ts';
import { settings } from '../src/config/settings.ts';

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

Each setting has one name in three spellings. The first source that has it wins:

1. the flag: \`millrace start --port 9000\`
2. the environment variable: \`MILLRACE_PORT=9000\`
3. the file named by the variable with \`_FILE\`: \`MILLRACE_ADMIN_TOKEN_FILE=/run/secrets/token\` (a line break at its
      end is removed)
4. the YAML file named by \`${configFile.flag}\` or \`${configFile.env}\`: \`port: 9000\`
5. the default

An empty variable counts as absent. An unknown variable that begins with \`MILLRACE_\`, an unknown YAML key and a value
out of bounds are errors: the program prints one line and exits. All users of a machine can see the flags of a process,
so give secrets by file or environment.

Sizes take \`KB MB GB TB\` (powers of 1,000) and \`KiB MiB GiB TiB\` (powers of 1,024), durations \`ms s m h d\`. Lists
are separated by commas; in YAML they can also be lists.

${rows.join('\n')}`;
}
