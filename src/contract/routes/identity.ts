import { z } from 'zod';
import { allRights } from '../rights.ts';
import { api } from '../route.ts';

export const identityRoutes = {
  getMe: api('GET', '/me', [], 'Who is asking, and with which rights', {
    tag: 'identity',
    output: z.strictObject({ name: z.string(), rights: z.array(z.enum(allRights)) }),
  }),
};
