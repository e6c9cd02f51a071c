import { z } from 'zod';
import { describedRight, role, roleInput, rolePatch } from '../accounts/role.ts';
import { newToken, token, tokenInput, tokenPatch } from '../accounts/token.ts';
import { invitedUser, user, userInput, userPatch, userStatus } from '../accounts/user.ts';
import { pageOf, pageQuery } from '../records/page.ts';
import { api, tagged } from '../route.ts';
import { textFilter } from './fields.ts';

/** Users, roles, and the tokens of all users. */
export const userRoutes = {
  ...tagged('users', {
    listUsers: api('GET /users', 'users:view', 'List users, newest first', {
      query: pageQuery({ email: textFilter, status: userStatus.optional(), roleId: textFilter }),
      output: pageOf(user),
    }),
    createUser: api(
      'POST /users',
      'users:manage',
      'Create a user; without a password the response contains `inviteUrl`, returned once',
      { audit: 'create user', body: userInput, output: invitedUser, status: 201 },
    ),
    getUser: api('GET /users/{id}', 'users:view', 'Get a user', { output: user }),
    changeUser: api('PATCH /users/{id}', 'users:manage', 'Change a user (JSON Merge Patch)', {
      audit: 'change user',
      body: userPatch,
      output: user,
    }),
    inviteUser: api(
      'POST /users/{id}/invite',
      'users:manage',
      'Create a new one-time link to set a password; the previous one stops working',
      { audit: 'invite user', output: invitedUser },
    ),
    deleteUser: api('DELETE /users/{id}', 'users:manage', 'Delete a user with all sessions and tokens', {
      audit: 'delete user',
    }),
  }),
  ...tagged('roles', {
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
  }),
  ...tagged('tokens', {
    listTokens: api('GET /tokens', 'users:view', 'List the tokens of all users, newest first', {
      query: pageQuery({ name: textFilter, userId: textFilter }),
      output: pageOf(token),
    }),
    createToken: api('POST /tokens', 'users:manage', 'Create a token of your own; its value is returned once', {
      audit: 'create token',
      body: tokenInput,
      output: newToken,
      status: 201,
    }),
    getToken: api('GET /tokens/{id}', 'users:view', 'Get a token', { output: token }),
    changeToken: api('PATCH /tokens/{id}', 'users:manage', 'Change a token (JSON Merge Patch)', {
      audit: 'change token',
      body: tokenPatch,
      output: token,
    }),
    deleteToken: api('DELETE /tokens/{id}', 'users:manage', 'Delete a token', { audit: 'revoke token' }),
  }),
  ...tagged('roles', {
    listRights: api('GET /rights', 'users:view', 'List all rights with their display names', {
      output: z.strictObject({ data: z.array(describedRight) }),
    }),
  }),
};
