import { z } from 'zod';
import { settings } from '../../documents/settings.ts';
import { api } from '../../route.ts';

export const settingsRoutes = {
  getSettings: api(
    'GET',
    '/settings',
    ['settings:view'],
    'Get the settings of the installation: what is in effect, and whether it comes from the default, the operator or here',
    { tag: 'settings', output: settings },
  ),
  changeSettings: api(
    'PATCH',
    '/settings',
    ['settings:manage'],
    'Change settings of the installation (JSON Merge Patch); null goes back to the default. What the operator set is read-only',
    {
      tag: 'settings',
      body: z.record(z.string(), z.unknown()),
      output: settings,
      audit: { act: 'change', kind: 'settings' },
    },
  ),
};
