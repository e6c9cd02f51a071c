import { api } from '../route.ts';
import { rotateInput, sealing } from '../sealing.ts';

export const secretRoutes = {
  getSealing: api(
    'GET',
    '/secrets',
    ['settings:view'],
    'Get the keys that encrypt stored secrets, and the progress of a rotation',
    {
      tag: 'secrets',
      output: sealing,
    },
  ),
  rotateSecrets: api(
    'POST',
    '/secrets/rotate',
    ['settings:manage'],
    'Encrypt every stored secret again with the first key, in the background; the same request returns the progress',
    { tag: 'secrets', audit: { act: 'reseal', kind: 'secrets' }, body: rotateInput, output: sealing, status: 202 },
  ),
};
