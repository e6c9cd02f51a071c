import { z } from 'zod';
import { stamp } from '../documents/document.ts';
import { description, documentName } from '../text.ts';
import { allRights } from './rights.ts';

/** The role that has every right, including rights that later versions add. It can't be changed or deleted. */
export const administratorRoleId = 'rol_administrator';

export const right = z.enum(allRights);

/** A set of rights without duplicates. */
export const rightList = z
  .array(right)
  .max(100)
  .transform((list) => allRights.filter((one) => list.includes(one)));

/** A role as a client writes it. Manage implies View of the same area. */
export const roleInput = z.strictObject({ name: documentName, description, rights: rightList });
export type RoleInput = z.output<typeof roleInput>;

/** A JSON Merge Patch of a role. */
export const rolePatch = z.strictObject({
  name: documentName.optional(),
  description: z.string().trim().max(1_000).optional(),
  rights: rightList.optional(),
});
export type RolePatch = z.output<typeof rolePatch>;

/** A role as GET returns it; `users` is the number of users who have it. */
export const role = z.strictObject({
  ...stamp,
  name: z.string(),
  description: z.string(),
  rights: z.array(right),
  fixed: z.boolean(),
  users: z.int(),
});
export type ShownRole = z.output<typeof role>;

/** The fields of a role that GET returns and a write ignores. */
export const roleReadOnly = ['fixed', 'users'] as const;

/** A right with its display name and the rights that it implies. */
export const describedRight = z.strictObject({ right, name: z.string(), implies: z.array(right) });
