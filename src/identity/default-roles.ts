import { administratorRoleId, allRights, type Right } from '../contract/accounts/rights.ts';

/** The built-in role with all rights, shown with the stored roles; it can't be changed. */
export const administratorRole = {
  id: administratorRoleId,
  name: 'Administrator',
  description: 'Full access, including rights added in later versions.',
  rights: allRights,
  version: 1,
  createdAt: 0,
  updatedAt: 0,
  updatedBy: 'millrace',
};

/** The roles of a new installation; they can be changed and deleted like others. */
export const defaultRoles: readonly { name: string; description: string; rights: readonly Right[] }[] = [
  {
    name: 'Integrator',
    description: 'Builds connections, templates and actions, and sees what they send.',
    rights: [
      'connections:manage',
      'actions:manage',
      'behaviors:manage',
      'parameters:manage',
      'collectors:manage',
      'deliveries:manage',
      'payloads:view',
      'events:view',
      'settings:view',
    ],
  },
  {
    name: 'Marketer',
    description: 'Decides which behavior triggers which action, using existing connections.',
    rights: [
      'connections:view',
      'actions:manage',
      'behaviors:manage',
      'parameters:manage',
      'collectors:view',
      'deliveries:view',
      'payloads:view',
      'events:view',
      'settings:view',
    ],
  },
  {
    name: 'Analyst',
    description: 'Views all events and deliveries, including personal data; changes nothing.',
    rights: [
      'connections:view',
      'actions:view',
      'behaviors:view',
      'parameters:view',
      'collectors:view',
      'deliveries:view',
      'payloads:view',
      'events:view',
      'settings:view',
    ],
  },
  {
    name: 'Operator',
    description:
      'Operates the server: retries, cancels and replays deliveries, changes settings; sees ids of visitors, but no payloads.',
    rights: [
      'connections:view',
      'actions:view',
      'behaviors:view',
      'parameters:view',
      'collectors:view',
      'deliveries:manage',
      'events:view',
      'settings:manage',
      'audit:view',
    ],
  },
];
