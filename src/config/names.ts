import type { Setting } from './setting.ts';
import { type SettingName, settings } from './settings.ts';

export const settingNames = Object.keys(settings) as SettingName[]; // the keys of a constant object are its key type

/** The variable and the flag of the YAML file. It is not a setting, so the file can't contain it. */
export const configFile = { env: 'MILLRACE_CONFIG', flag: '--config' } as const;

/** `dataDir` → `MILLRACE_DATA_DIR`. */
export function envName(name: SettingName): string {
  return `MILLRACE_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
}

/** `dataDir` → `--data-dir`. */
export function flagName(name: SettingName): string {
  return `--${name.replace(/[A-Z]/g, '-$&').toLowerCase()}`;
}

/** The settings as flags of the commands that run the server. */
export function settingFlags() {
  return settingNames.map((name) => {
    const { description, isSwitch }: Setting<unknown> = settings[name];
    return { name, flag: flagName(name), description, isSwitch };
  });
}

/** The known word nearest to an unknown one; null when none is close enough to be a typing error. */
export function nearest(word: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(1, Math.floor(word.length / 4)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Levenshtein distance: insertions, deletions and replacements of one character. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
