import { count } from '../counts.ts';

/** Words of the API tokens. */
export const tokens = {
  title: 'API tokens',
  lead: 'For programs that use the API. A token can’t exceed its owner’s current permissions.',
  leadOwn: 'For your programs that use the API. A token can’t exceed your current permissions.',
  create: 'New token',
  rights: count.rights,
  expired: 'Expired',
  mine: 'Mine',
  adminToken: 'Administrator token',
  emptyText: 'Create one for each program that uses the API or the command line, with only the rights it needs.',
  details: 'Token',
  nameHint: 'Where it is used, e.g. “Nightly import on host 7”',
  expiresHint: 'Expiring tokens are safer.',
  spans: { '7': 'In 7 days', '30': 'In 30 days', '90': 'In 90 days', '365': 'In a year', never: 'Never' },
  neverText: 'Works until it is deleted.',
  rightsText: 'Only what the program needs. Manage includes View.',
  needsRight: 'Choose at least one right.',
  make: 'Create token',
  madeText: 'Copy it now: we don’t store it, so it can’t be shown again. Treat it like a password.',
  copy: 'Copy token',
  deleteText: 'Programs that use it are rejected from now on. Tokens created with it are deleted too.',
  lastUsed: 'Last used:',
  noRightToDelete: 'To delete other people’s tokens you need the right “Manage Users”.',
  onlyAdministrators: 'Only administrators can delete an administrator’s token.',
} as const;
