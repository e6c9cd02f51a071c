import { dataPresets } from './data.ts';
import { marketingPresets } from './marketing.ts';
import { messagePresets } from './messages.ts';
import type { Preset } from './preset.ts';

export type { Preset, PresetDestination } from './preset.ts';

/** All presets, by name. */
export const presets: readonly Preset[] = [...messagePresets, ...marketingPresets, ...dataPresets].sort((a, b) =>
  a.name.localeCompare(b.name, 'en'),
);

/** The presets that fit a text: in their names, or in what they are for. */
export function presetsLike(text: string): readonly Preset[] {
  const wanted = text.trim().toLowerCase();
  return presets.filter(({ name, about }) => `${name} ${about}`.toLowerCase().includes(wanted));
}
