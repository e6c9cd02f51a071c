import { z } from 'zod';
import { settings } from '../../documents/settings.ts';
import { api, tagged } from '../../route.ts';

export const settingsRoutes = tagged('settings', {
  getSettings: api(
    'GET /settings',
    'settings:view',
    'Get the settings of the installation, and whether each value is a default, set by the operator or set here',
    { output: settings },
  ),
  changeSettings: api(
    'PATCH /settings',
    'settings:manage',
    'Change settings of the installation (JSON Merge Patch); null restores the default. Values set by the operator are read-only',
    { body: z.record(z.string(), z.unknown()), output: settings, audit: 'change settings' },
  ),
});
