import { Button, Checkbox, Group, PasswordInput, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import type { CallInput } from '../../../client/client.ts';
import { emailPattern, lengthProblem } from '../../../contract/accounts/credentials.ts';
import { covers, rights } from '../../../contract/accounts/rights.ts';
import { parts, terms, users as words } from '../../messages/en.ts';
import { useToList } from '../../parts/document/document-kind.ts';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { newDocumentPage } from '../../parts/document/new-document-page.tsx';
import { useDocumentEditor } from '../../parts/document/use-document-editor.ts';
import { bind, options } from '../../parts/form/bind.ts';
import { controlsOf, type FormState } from '../../parts/form/form-controls.tsx';
import * as f from '../../parts/form/form-fields.ts';
import { Icon, Note, notifyDone, Panel, TextLink, Time } from '../../parts/parts.ts';
import { useMe } from '../../session/rights.ts';
import { type Role, type User, useProtection, useRoles, userKind } from './user.ts';
import { DeleteUser, InviteUser, ShownInvitation } from './user-dialogs.tsx';
import { UserStatus } from './user-status.tsx';

export function UserPage(): ReactNode {
  const me = useMe();
  const protection = useProtection();
  const [invited, invite] = useState<User | null>(null);
  return (
    <DocumentPage
      kind={userKind}
      lead={(user) => <Facts user={user} />}
      actions={(user) =>
        protection(user) !== null || me?.user?.id === user.id ? null : (
          <Button leftSection={<Icon name="key" />} onClick={() => invite(user)}>
            {words.invite}
          </Button>
        )
      }
      blockedBy={protection}
      deletion={DeleteUser}
    >
      {(user) => (
        <>
          <UserEditor key={user.id} stored={user} />
          <InviteUser document={invited} onClose={() => invite(null)} />
        </>
      )}
    </DocumentPage>
  );
}

export const NewUserPage = newDocumentPage(userKind, UserEditor);

/** The form of a user with its buttons; then the link of the invitation. `stored`: null for a new one. */
function UserEditor({ stored }: { stored: User | null }): ReactNode {
  const protection = useProtection();
  const toList = useToList(userKind);
  const [invitation, show] = useState<{ email: string; url: string } | null>(null);
  const { frame, form, base } = useDocumentEditor(userKind, stored, {
    draftOf,
    kept: keptOf,
    problemsOf,
    atFields,
    bodyOf,
    shownOf,
    blockedBy: protection(stored ?? { roleIds: [] }),
    onCreated({ email, inviteUrl: url }) {
      if (url !== undefined) return show({ email, url });
      notifyDone(terms.createdNow(email));
      toList();
    },
  });
  return (
    <>
      {frame(<UserForm {...form} user={base} />)}
      <ShownInvitation invitation={invitation} onDone={toList} />
    </>
  );
}

/** What the server said about fields; an e-mail that is taken belongs to the field E-mail, a role to the roles. */
function atFields(told: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(told).map(([path, text]) => [
      path === 'name' ? 'email' : path.startsWith('roleIds') ? 'roleIds' : path,
      text,
    ]),
  );
}

function Facts({ user }: { user: User }): ReactNode {
  const { createdAt, lastSignInAt, updatedAt, updatedBy } = user;
  return (
    <Group gap="xs">
      <UserStatus user={user} />
      <span>
        {terms.lastSignIn} {lastSignInAt === null ? terms.never : <Time at={lastSignInAt} />}
      </span>
      <span>
        {terms.created} <Time at={createdAt} />
      </span>
      <span>
        {terms.modified} <Time at={updatedAt} /> {terms.by(updatedBy)}
      </span>
    </Group>
  );
}

/** Who signs in, how, and with which roles. */
function UserForm({ user, ...form }: FormState<UserDraft> & { user: User | null }): ReactNode {
  const { draft, errors, isDisabled, onChange } = form;
  const field = controlsOf(fields, {}, labels, form);
  const isYou = useMe()?.user?.id === user?.id;
  const id = useId();
  const password = (label: string, description: string) => (
    <PasswordInput
      label={label}
      description={description}
      {...bind(draft.password, (password) => onChange({ password }))}
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

type RolesProps = {
  value: readonly string[];
  /** Roles that the user has already: people who can change users can remove and add them. */
  had: readonly string[];
  error?: ReactNode;
  isDisabled: boolean;
  onChange: (roleIds: readonly string[]) => void;
};

/** All roles to tick; those that the signed-in user can't assign say why. */
function RoleChoice({ value, had, error, isDisabled, onChange }: RolesProps): ReactNode {
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

const fields = {
  email: f.needed(f.text('email')),
  isEnabled: f.enabled(),
  /** In the order of their ids, so that the same roles are the same draft. */
  roleIds: f.initially([], f.choice<readonly string[]>('roleIds')),
  /** How a new user gets in for the first time. */
  entry: f.asked<keyof typeof words.entries>('invitation'),
  /** Empty: the present one stays. */
  password: f.asked(''),
};

const labels: Readonly<Record<keyof typeof fields, f.FieldWords>> = {
  email: [terms.email, words.emailHint],
  isEnabled: [parts.status.enabled, words.isEnabledHint],
  roleIds: [terms.roles],
  entry: [words.entry],
  password: [terms.password],
};

/** A user as the form holds it. */
type UserDraft = f.DraftOf<typeof fields>;

function draftOf(user: User | null): UserDraft {
  const draft = f.draftBy(fields, {}, user);
  return { ...draft, roleIds: draft.roleIds.toSorted() };
}

/** What of a draft may be kept in the browser: all but the password. */
function keptOf({ password: _, ...kept }: UserDraft): Partial<UserDraft> {
  return kept;
}

const setsPassword = ({ entry, password }: UserDraft, isNew: boolean) =>
  isNew ? entry === 'password' : password !== '';

/** The body that saves a draft, without its password. */
const shownOf = (draft: UserDraft) => f.bodyBy(fields, {}, draft) as CallInput<'createUser'>['body'] & object; // by the fields

/** The body that saves a draft. */
function bodyOf(draft: UserDraft, stored: User | null) {
  return { ...shownOf(draft), ...(setsPassword(draft, stored === null) ? { password: draft.password } : {}) };
}

/** What the form itself can tell to be wrong, by field. */
function problemsOf(draft: UserDraft, isNew: boolean): Record<string, string> {
  const problem = setsPassword(draft, isNew) ? lengthProblem(draft.password) : null;
  return {
    ...(emailPattern.test(draft.email.trim()) ? {} : { email: words.wrongEmail }),
    ...(problem === null ? {} : { password: terms.passwords[problem] }),
  };
}
