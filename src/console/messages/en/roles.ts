import type { Right } from '../../../contract/accounts/rights.ts';
import { counted } from '../format.ts';

type Area = Right extends `${infer Name}:${string}` ? Name : never;

const areas: Readonly<Record<Area, string>> = {
  connections: 'Connections',
  actions: 'Actions',
  behaviors: 'Behaviors',
  parameters: 'Parameters',
  collectors: 'Data Collection',
  deliveries: 'Deliveries',
  payloads: 'Payloads',
  events: 'Events',
  users: 'Users',
  settings: 'Settings',
  audit: 'Audit log',
};

/** Words of roles and rights. */
export const roles = {
  title: 'Roles & Rights',
  one: 'Role',
  lead: 'A role is a set of rights with a name. Whoever has several roles has the rights of all of them.',
  list: 'Roles',
  noun: { one: 'role', other: 'roles' },
  create: 'New role',
  columns: { name: 'Name', rights: 'Rights', users: 'Users', modified: 'Modified' },
  rights: (count: number, of: number) =>
    count === of ? `All ${of} rights` : counted(count, { one: 'right', other: 'rights' }),
  users: (count: number) => counted(count, { one: 'user', other: 'users' }),
  fixed: 'Fixed',
  changedBy: (who: string) => `by ${who}`,
  emptyTitle: 'No roles yet',
  emptyText: 'Give a set of rights a name, then give that role to users.',
  emptyByFilter: 'No roles match.',
  open: 'Open',
  newTitle: 'New role',
  details: 'Role',
  name: 'Name',
  description: 'Description',
  needsName: 'Must not be empty.',
  created: (name: string) => `${name} is made. Give it to users now.`,
  rightsTitle: 'Rights',
  rightsText: 'Manage comes with View. A change works at once, for everybody who has the role and for their tokens.',
  area: 'Area',
  view: 'View',
  manage: 'Manage',
  areas,
  areaNotes: {
    payloads: 'Bodies of events and deliveries, with personal data. Without it they are masked.',
    users: 'Whoever manages users can give away every right that they have.',
    audit: 'Who did what, from where.',
  } as Partial<Record<Area, string>>, // some areas explain themselves
  lacking: 'Greyed rights are ones that you lack yourself: you can’t give them to others.',
  readOnly: 'To change roles you need the right “Manage Users”.',
  fixedText:
    'This role stays as it is: it has every right, also those that later versions bring, so that somebody always can put things right.',
  delete: 'Delete',
  deleteTitle: (name: string) => `Delete ${name}?`,
  deleteText: 'Nobody has this role. It is gone for good.',
  inUse: (count: number) =>
    `${counted(count, { one: 'user has', other: 'users have' })} this role. Take it from them first:`,
} as const;
