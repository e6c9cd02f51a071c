import { allRights, closure, covers, type Right } from '../../../contract/accounts/rights.ts';
import { roles as words } from '../../messages/en.ts';

export type Area = keyof typeof words.areas;

/** The areas in their order, each with those of its rights that there are. */
export const areas = (Object.keys(words.areas) as Area[]).map((area) => ({
  // the table's own keys
  area,
  view: rightOf(area, 'view'),
  manage: rightOf(area, 'manage'),
}));

/** A closed set with one right more or less: Manage brings View, and without View there is no Manage. */
export function withRight(rights: readonly Right[], right: Right, isGiven: boolean): Right[] {
  if (isGiven) return [...closure([...rights, right])];
  return rights.filter((one) => one !== right && !covers(new Set([one]), right));
}

function rightOf(area: Area, what: 'view' | 'manage'): Right | undefined {
  return allRights.find((right) => right === `${area}:${what}`);
}
