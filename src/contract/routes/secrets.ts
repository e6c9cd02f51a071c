import { api } from '../route.ts';
import { rotateInput, sealing } from '../sealing.ts';

export const secretRoutes = {
  getSealing: api(
    'GET',
    '/secrets',
    ['settings:view'],
    'Which keys seal the stored secrets, and how a rotation stands',
    {
      tag: 'secrets',
      output: sealing,
    },
  ),
  rotateSecrets: api(
    'POST',
    '/secrets/rotate',
    ['settings:manage'],
    'Seal every stored secret anew with the first key, beside the running work; ask again for how it stands',
    { tag: 'secrets', audit: { act: 'reseal', kind: 'secrets' }, body: rotateInput, output: sealing, status: 202 },
  ),
};
