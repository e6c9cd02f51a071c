/** The rights as the API writes them, with their display names. Manage implies View of the same area. */
export const rights = {
  'connections:view': 'View Connections',
  'connections:manage': 'Manage Connections',
  'actions:view': 'View Actions',
  'actions:manage': 'Manage Actions',
  'behaviors:view': 'View Behaviors',
  'behaviors:manage': 'Manage Behaviors',
  'parameters:view': 'View Parameters',
  'parameters:manage': 'Manage Parameters',
  'collectors:view': 'View Data Collection',
  'collectors:manage': 'Manage Data Collection',
  'deliveries:view': 'View Deliveries',
  'deliveries:manage': 'Manage Deliveries',
  'payloads:view': 'View Payloads',
  'events:view': 'View Events',
  'users:view': 'View Users',
  'users:manage': 'Manage Users',
  'settings:view': 'View Settings',
  'settings:manage': 'Manage Settings',
  'audit:view': 'View Audit',
} as const;

export type Right = keyof typeof rights;

export const allRights = Object.keys(rights) as Right[]; // the keys of a constant object are its key type

/** Whether a set of granted rights covers a needed one: the set contains it, or Manage of the same area. */
export function covers(granted: ReadonlySet<Right>, needed: Right): boolean {
  if (granted.has(needed)) return true;
  const manage = needed.replace(/:view$/, ':manage');
  return manage in rights && granted.has(manage as Right); // just looked up in the table
}

/** All rights that a set of granted rights implies, in the order of the table: each Manage adds its View. */
export function closure(granted: Iterable<Right>): ReadonlySet<Right> {
  const set = new Set(granted);
  return new Set(allRights.filter((right) => covers(set, right)));
}

/** The role that has every right, including rights that later versions add. It can't be changed or deleted. */
export const administratorRoleId = 'rol_administrator';
