import { z } from 'zod';
import { stamp } from '../documents/document.ts';
import { pageOf, pageQuery } from '../records/page.ts';
import { api, tagged, textFilter } from '../route.ts';
import { description, documentName } from '../text.ts';
import { allRights } from './rights.ts';

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
export const rolePatch = roleInput.extend({ description: description.unwrap() }).partial();
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

/** A right with its display name and the rights that it implies. */
export const describedRight = z.strictObject({ right, name: z.string(), implies: z.array(right) });

export const roleRoutes = tagged('roles', {
  listRoles: api('GET /roles', 'users:view', 'List roles, newest first', {
    query: pageQuery({ name: textFilter }),
    output: pageOf(role),
  }),
  createRole: api('POST /roles', 'users:manage', 'Create a role with rights that you have', {
    audit: 'create role',
    body: roleInput,
    output: role,
    status: 201,
  }),
  getRole: api('GET /roles/{id}', 'users:view', 'Get a role', { output: role }),
  changeRole: api('PATCH /roles/{id}', 'users:manage', 'Change a role (JSON Merge Patch)', {
    audit: 'change role',
    body: rolePatch,
    output: role,
  }),
  deleteRole: api('DELETE /roles/{id}', 'users:manage', 'Delete a role that no user has', { audit: 'delete role' }),
});

export const rightRoutes = tagged('roles', {
  listRights: api('GET /rights', 'users:view', 'List all rights with their display names', {
    output: z.strictObject({ data: z.array(describedRight) }),
  }),
});
