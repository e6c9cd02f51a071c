import { Anchor, PasswordInput, SegmentedControl, Stack, Switch, Text, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useId } from 'react';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { users as words } from '../../messages/en/users.ts';
import { options } from '../../parts/form/options.ts';
import { Panel } from '../../parts/panel.tsx';
import { useMe } from '../../session/rights.ts';
import { RoleChoice } from './role-choice.tsx';
import type { User } from './user.ts';
import type { UserDraft } from './user-draft.ts';

type Props = {
  /** null: a new user. */
  stored: User | null;
  draft: UserDraft;
  /** Words about fields. */
  errors: Readonly<Record<string, string>>;
  isDisabled: boolean;
  onChange: (change: Partial<UserDraft>) => void;
};

/** Who signs in, how, and with which roles. */
export function UserForm({ stored, draft, errors, isDisabled, onChange }: Props): ReactNode {
  const isYou = useMe()?.user?.id === stored?.id;
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
        <TextInput
          label={terms.email}
          description={words.emailHint}
          value={draft.email}
          onChange={({ currentTarget }) => onChange({ email: currentTarget.value })}
          error={errors['email']}
          disabled={isDisabled}
          inputMode="email"
          autoComplete="off"
          spellCheck={false}
          required
        />
        {stored === null ? (
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
              {draft.entry === 'invitation' ? (
                <Text c="dimmed" size="sm">
                  {words.invitationHint}
                </Text>
              ) : null}
            </Stack>
            {draft.entry === 'password' ? password(terms.password, words.passwordHint) : null}
          </>
        ) : isYou ? (
          <Anchor component={Link} to="/settings/account">
            {words.ownPassword}
          </Anchor>
        ) : (
          password(words.newPassword, words.newPasswordHint)
        )}
        <Switch
          label={parts.status.enabled}
          description={words.isEnabledHint}
          checked={draft.isEnabled}
          onChange={({ currentTarget }) => onChange({ isEnabled: currentTarget.checked })}
          disabled={isDisabled}
        />
      </Panel>
      <Panel title={terms.roles} text={stored?.sso === true ? words.rolesSso : words.rolesText}>
        <RoleChoice
          value={draft.roleIds}
          had={stored?.roleIds ?? []}
          error={errors['roleIds']}
          isDisabled={isDisabled}
          onChange={(roleIds) => onChange({ roleIds })}
        />
      </Panel>
    </Stack>
  );
}
