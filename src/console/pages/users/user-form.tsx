import { Checkbox, PasswordInput, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { covers, rights } from '../../../contract/accounts/rights.ts';
import { terms, users as words } from '../../messages/en.ts';
import { controlsOf, type FormState } from '../../parts/form/form-controls.tsx';
import { options } from '../../parts/form/options.ts';
import { Note, Panel, TextLink } from '../../parts/parts.ts';
import { useMe } from '../../session/rights.ts';
import { type Role, type User, useRoles } from './user.ts';
import { fields, labels, type UserDraft } from './user-draft.ts';

/** Who signs in, how, and with which roles. */
export function UserForm({ user, ...form }: FormState<UserDraft> & { user: User | null }): ReactNode {
  const { draft, errors, isDisabled, onChange } = form;
  const field = controlsOf(fields, {}, labels, form);
  const isYou = useMe()?.user?.id === user?.id;
  const id = useId();
  const password = (label: string, description: string) => (
    <PasswordInput
      label={label}
      description={description}
      value={draft.password}
      onChange={({ currentTarget }) => onChange({ password: currentTarget.value })}
      error={errors['password']}
      disabled={isDisabled}
      autoComplete="new-password"
    />
  );
  return (
    <Stack maw="46rem">
      <Panel title={terms.user}>
        {field('email', { inputMode: 'email' })}
        {user === null ? (
          <>
            <Stack gap={5} align="start">
              <Text fw={550} id={id}>
                {words.entry}
              </Text>
              <SegmentedControl
                aria-labelledby={id}
                data={options(words.entries)}
                value={draft.entry}
                onChange={(next) => onChange({ entry: next as UserDraft['entry'] })} // one of the options
              />
              {draft.entry === 'invitation' ? <Note>{words.invitationHint}</Note> : null}
            </Stack>
            {draft.entry === 'password' ? password(terms.password, words.passwordHint) : null}
          </>
        ) : isYou ? (
          <TextLink to="/settings/account">{words.ownPassword}</TextLink>
        ) : (
          password(words.newPassword, words.newPasswordHint)
        )}
        {field('isEnabled')}
      </Panel>
      <Panel title={terms.roles} text={user?.sso === true ? words.rolesSso : words.rolesText}>
        <RoleChoice
          value={draft.roleIds}
          had={user?.roleIds ?? []}
          error={errors['roleIds']}
          isDisabled={isDisabled}
          onChange={(roleIds) => onChange({ roleIds })}
        />
      </Panel>
    </Stack>
  );
}

type Props = {
  value: readonly string[];
  /** Roles that the user has already: people who can change users can remove and add them. */
  had: readonly string[];
  error?: ReactNode;
  isDisabled: boolean;
  onChange: (roleIds: readonly string[]) => void;
};

/** All roles to tick; those that the signed-in user can't assign say why. */
function RoleChoice({ value, had, error, isDisabled, onChange }: Props): ReactNode {
  const roles = useRoles();
  const me = useMe();
  const granted = new Set(me?.rights ?? []);
  function blockedBy(role: Role): string | null {
    if (had.includes(role.id)) return null;
    if (role.fixed && me?.administrator !== true) return words.onlyAdministrators;
    const lacking = role.rights.filter((right) => !covers(granted, right));
    return lacking.length === 0 ? null : words.lacks(lacking.map((right) => rights[right]).join(', '));
  }
  if (roles === undefined) return <Skeleton height={160} />;
  return (
    <Checkbox.Group
      aria-label={terms.roles}
      value={[...value]}
      onChange={(next) => onChange(next.toSorted())}
      error={error}
    >
      <Stack gap="sm" mt={6}>
        {roles.map((role) => {
          const why = blockedBy(role);
          return (
            <Checkbox
              key={role.id}
              value={role.id}
              label={role.name}
              description={why ?? role.description}
              disabled={isDisabled || why !== null}
            />
          );
        })}
      </Stack>
    </Checkbox.Group>
  );
}
