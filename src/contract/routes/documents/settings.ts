import { z } from 'zod';
import { settings } from '../../documents/settings.ts';
import { api } from '../../route.ts';

export const settingsRoutes = {
  getSettings: api(
    'GET',
    '/settings',
    ['settings:view'],
    'Get the settings of the installation, and whether each value is a default, set by the operator or set here',
    { tag: 'settings', output: settings },
  ),
  changeSettings: api(
    'PATCH',
    '/settings',
    ['settings:manage'],
    'Change settings of the installation (JSON Merge Patch); null restores the default. Values set by the operator are read-only',
    {
      tag: 'settings',
      body: z.record(z.string(), z.unknown()),
      output: settings,
      audit: { act: 'change', kind: 'settings' },
    },
  ),
};
