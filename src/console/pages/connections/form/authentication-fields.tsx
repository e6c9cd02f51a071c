import { Code, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { connectionFacts as facts } from '../../../data/schema-facts.ts';
import { connectionForm } from '../../../messages/en/connection-form.ts';
import { connections as words } from '../../../messages/en/connections.ts';
import { formatRelative } from '../../../messages/format.ts';
import { controlsOf } from '../../../parts/form/form-controls.tsx';
import { FieldGrid } from '../../../parts/form/sections.tsx';
import { More } from '../../../parts/more.tsx';
import { assertions, authenticationFields, choiceFields, fieldsIn } from './authentication-draft.ts';
import type { FormProps } from './connection-form.tsx';
import { decodedJwt } from './decoded-jwt.ts';

const w = words.details;

/** The fields of the chosen kind of authentication. */
export function AuthenticationFields(form: FormProps): ReactNode {
  const { draft, errors } = form;
  const fields = { ...authenticationFields, ...choiceFields, ...fieldsIn(draft) };
  const field = controlsOf(fields, facts, connectionForm.fields, form);
  const token = (name: 'token' | 'jwt') =>
    field(name, {
      isCode: true,
      ...(decodedJwt(draft[name]) !== null || name === 'jwt' ? { description: <JwtHelp text={draft[name]} /> } : {}),
    });
  switch (draft.authType) {
    case 'none':
      return null;
    case 'basic':
      return [field('username'), field('password')];
    case 'bearer':
      return token('token');
    case 'oauth2':
      return (
        <>
          {field('grant', { options: w.grants })}
          {field('clientId')}
          {field('clientSecret')}
          {field('accessTokenUrl', { inputMode: 'url' })}
          {field('scope')}
          {draft.grant === 'password' ? [field('username'), field('password')] : null}
          {draft.grant === 'refresh_token' ? field('refreshToken', { isCode: true }) : null}
          {draft.grant === 'jwt' ? (
            <>
              {field('jwtSource', { options: connectionForm.jwtSources, error: null })}
              {draft.jwtSource === 'signed' ? (
                <AssertionFields {...form} name="jwtAssertion" />
              ) : (
                <>
                  {token('jwt')}
                  <JwtClaims text={draft.jwt} />
                </>
              )}
            </>
          ) : null}
          {field('clientAuth', {
            options: w.clientAuths,
            error: errors['auth.clientAuth'] ?? errors['auth.clientAssertion'],
          })}
          {draft.clientAuth === 'private_key_jwt' ? <AssertionFields {...form} name="clientAssertion" /> : null}
        </>
      );
  }
}

/** A token that is signed for each use: the key, and what the token says. */
function AssertionFields({
  name,
  draft,
  stored,
  onChange,
  ...form
}: FormProps & { name: keyof typeof assertions }): ReactNode {
  const field = controlsOf(assertions[name], facts, connectionForm.assertion, {
    ...form,
    draft: draft[name],
    stored: stored[name],
    onChange: (change) => onChange({ [name]: { ...draft[name], ...change } }),
  });
  const { options: algorithms = [] } = facts[assertions[name].algorithm.path] ?? {};
  return (
    <>
      {field('privateKey', { isCode: true })}
      <FieldGrid>
        {field('algorithm', { options: Object.fromEntries(algorithms.map((one) => [one, one])) })}
        {(['keyId', 'issuer', 'subject', 'audience', 'lifetime'] as const).map((one) => field(one))}
      </FieldGrid>
      {field('claims', { isCode: true })}
    </>
  );
}

function JwtClaims({ text }: { text: unknown }): ReactNode {
  const read = decodedJwt(text);
  if (read === null) return null;
  return (
    <More summary={connectionForm.jwtClaims}>
      <Code block>{JSON.stringify({ header: read.header, claims: read.claims }, null, 2)}</Code>
    </More>
  );
}

function JwtHelp({ text }: { text: unknown }): ReactNode {
  if (typeof text !== 'string' || text.trim() === '') return null;
  const read = decodedJwt(text);
  if (read === null) return w.jwtBroken;
  const when = read.expiresAt === null ? null : formatRelative(read.expiresAt, Date.now());
  const isOver = read.expiresAt !== null && read.expiresAt.getTime() < Date.now();
  return (
    <>
      {w.jwtIs(read.algorithm, read.subject ?? w.jwtNobody)}{' '}
      <Text component="span" size="sm" {...(isOver ? { c: 'var(--mantine-color-error)', fw: 600 } : {})}>
        {when === null ? w.jwtNoExpiry : isOver ? w.jwtExpired(when) : w.jwtExpires(when)}
      </Text>
    </>
  );
}
