import type { Replay } from '../../../contract/records/replay.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { parts } from '../../messages/en/parts.ts';
import { replays as words } from '../../messages/en/replays.ts';
import { formatAbsolute } from '../../messages/format.ts';

const w = words.what;

/** What a replay takes up, in a few words; `nameOf` names an id, or gives it back. */
export function whatOf(
  { of, ids, filter }: Pick<Replay, 'of' | 'ids' | 'filter'>,
  nameOf: (id: string) => string,
): string {
  if (ids !== null) return of === 'events' ? w.chosenEvents(ids.length) : w.chosenDeliveries(ids.length);
  const said = Object.entries(filter ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' ? partOf(name, value, nameOf) : [],
  );
  return said.length === 0 ? w.all[of] : w.parts(w.some[of], said);
}

function partOf(name: string, value: string, nameOf: (id: string) => string): string {
  if (name === 'status' && value in parts.status) return parts.status[value as keyof typeof parts.status]; // just looked up
  if (name === 'errorKind' && value in outcomes.errorKind)
    return outcomes.errorKind[value as keyof typeof outcomes.errorKind].short; // likewise
  if (name === 'reason' && value in outcomes.reason)
    return outcomes.reason[value as keyof typeof outcomes.reason].short; // likewise
  if (name === 'replayId') return w.replay;
  if (name.endsWith('After')) return w.from(formatAbsolute(new Date(value)).local);
  if (name.endsWith('Before')) return w.until(formatAbsolute(new Date(value)).local);
  return nameOf(value);
}
