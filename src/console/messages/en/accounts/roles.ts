import type { Right } from '../../../../contract/accounts/rights.ts';
import { count } from '../../counts.ts';

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
  lead: 'A role is a named set of rights. Rights of several roles combine.',
  create: 'New Role',
  columns: { users: 'Users' },
  rights: (granted: number, of: number) => (granted === of ? `All ${of} rights` : count.rights(granted)),
  fixed: 'Fixed',
  emptyText: 'Name a set of rights, then assign the role to users.',
  created: (name: string) => `${name} created. You can now assign it to users.`,
  rightsText: 'Manage includes View. Changes apply at once to everyone with this role, and to their tokens.',
  area: 'Area',
  view: 'View',
  manage: 'Manage',
  areas,
  areaNotes: {
    payloads: 'Bodies of events and deliveries, with personal data. Masked without this right.',
    users: 'Can grant any right they have.',
    audit: 'Who did what, and from where.',
  } as Partial<Record<Area, string>>, // some areas explain themselves
  lacking: 'You can’t grant rights you don’t have; those are disabled.',
  fixedText: 'This role can’t be changed. It always has every right, so you can’t lock yourself out.',
  deleteText: 'No user has this role. This can’t be undone.',
  inUse: (users: number) => `${count.users(users)} with this role. Remove the role first:`,
} as const;
