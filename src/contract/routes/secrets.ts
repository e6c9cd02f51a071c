import { api, tagged } from '../route.ts';
import { rotateInput, sealing } from '../sealing.ts';

export const secretRoutes = tagged('secrets', {
  getSealing: api(
    'GET /secrets',
    'settings:view',
    'Get the keys that encrypt stored secrets, and the progress of a rotation',
    { output: sealing },
  ),
  rotateSecrets: api(
    'POST /secrets/rotate',
    'settings:manage',
    'Encrypt every stored secret again with the first key, in the background; the same request returns the progress',
    { audit: 'reseal secrets', body: rotateInput, output: sealing, status: 202 },
  ),
});
