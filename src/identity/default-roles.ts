import { allRights, type Right } from '../contract/accounts/rights.ts';
import { administratorRoleId } from '../contract/accounts/role.ts';

/** The role with all rights as it is shown beside the stored ones; nothing ever changes it. */
export const administratorRole = {
  id: administratorRoleId,
  name: 'Administrator',
  description: 'Everything, including what later versions bring.',
  rights: allRights,
  version: 1,
  createdAt: 0,
  updatedAt: 0,
  updatedBy: 'millrace',
};

/** The roles that a new installation begins with; from then on they are like others. */
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
    description: 'Decides which behaviour triggers which action, over connections that others built.',
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
    description: 'Looks at everything about events and deliveries, personal data too; changes nothing.',
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
    description: 'Keeps it running: retries, cancels and replays deliveries, changes settings; sees no personal data.',
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
