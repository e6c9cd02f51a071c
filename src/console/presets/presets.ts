import { dataPresets } from './data.ts';
import { marketingPresets } from './marketing.ts';
import { messagePresets } from './messages.ts';
import type { Preset, PresetGroup, PresetInput } from './preset.ts';

/** All presets, by name. */
export const presets: readonly Preset[] = [
  ...grouped('messages', messagePresets),
  ...grouped('marketing', marketingPresets),
  ...grouped('data', dataPresets),
].sort((a, b) => a.name.localeCompare(b.name, 'en'));

/** The presets that fit a text: in their names, or in what they are for. */
export function presetsLike(text: string): readonly Preset[] {
  const wanted = text.trim().toLowerCase();
  return presets.filter(({ name, about }) => `${name} ${about}`.toLowerCase().includes(wanted));
}

function grouped(group: PresetGroup, inputs: readonly PresetInput[]): Preset[] {
  return inputs.map((one) => ({
    authentication: { type: 'none' },
    headers: [],
    values: [],
    ...one,
    group,
    destinations: one.destinations.map((to) => ({ method: 'POST', contentType: 'application/json', ...to })),
  }));
}
