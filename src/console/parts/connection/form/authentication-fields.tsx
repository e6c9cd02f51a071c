import { Code, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { connectionFacts as facts } from '../../../data/schema-facts.ts';
import { connectionForm, formatRelative, connections as words } from '../../../messages/en.ts';
import { has } from '../../form/form-fields.ts';
import { FieldGrid, More } from '../../parts.ts';
import { type AuthenticationDraft, authenticationFields } from './authentication-draft.ts';
import type { Field, FormProps } from './connection-draft.ts';
import { decodedJwt } from './decoded-jwt.ts';

const w = words.details;

/** The fields of the chosen kind of authentication. */
export function AuthenticationFields({ field, draft, errors }: FormProps & { field: Field }): ReactNode {
  if (draft.authType !== 'oauth2')
    return (
      <>
        {field('username')}
        {field('password')}
        {field('token', {
          isCode: true,
          ...(decodedJwt(draft.token) && { description: <JwtHelp text={draft.token} /> }),
        })}
      </>
    );
  return (
    <>
      {field('grant', { options: w.grants })}
      {field('clientId')}
      {field('clientSecret')}
      {field('accessTokenUrl', { inputMode: 'url' })}
      {field('scope')}
      {field('username')}
      {field('password')}
      {field('refreshToken', { isCode: true })}
      {field('jwtSource', { options: connectionForm.jwtSources })}
      {field('jwt', { isCode: true, description: <JwtHelp text={draft.jwt} /> })}
      {draft.grant === 'jwt' && draft.jwtSource === 'pasted' ? <JwtClaims text={draft.jwt} /> : null}
      <AssertionFields field={field} draft={draft} of="jwtAssertion" />
      {field('clientAuth', {
        options: w.clientAuths,
        error: errors['auth.clientAuth'] ?? errors['auth.clientAssertion'],
      })}
      <AssertionFields field={field} draft={draft} of="clientAssertion" />
    </>
  );
}

type AssertionProps = { field: Field; draft: AuthenticationDraft; of: 'jwtAssertion' | 'clientAssertion' };

/** A token that is signed for each use: the key, and what the token says. */
function AssertionFields({ field, draft, of }: AssertionProps): ReactNode {
  const algorithm = authenticationFields[`${of}.algorithm`];
  if (!has(algorithm, draft)) return null;
  const { options: algorithms = [] } = facts[algorithm.path] ?? {};
  return (
    <>
      {field(`${of}.privateKey`, { isCode: true })}
      <FieldGrid>
        {field(`${of}.algorithm`, { options: Object.fromEntries(algorithms.map((one) => [one, one])) })}
        {field(`${of}.keyId`)}
        {field(`${of}.issuer`)}
        {field(`${of}.subject`)}
        {field(`${of}.audience`)}
        {field(`${of}.lifetime`)}
      </FieldGrid>
      {field(`${of}.claims`, { isCode: true })}
    </>
  );
}

function JwtClaims({ text }: { text: unknown }): ReactNode {
  const read = decodedJwt(text);
  if (read === null) return null;
  const { header, claims } = read;
  return (
    <More summary={connectionForm.jwtClaims}>
      <Code block>{JSON.stringify({ header, claims }, null, 2)}</Code>
    </More>
  );
}

function JwtHelp({ text }: { text: unknown }): ReactNode {
  if (typeof text !== 'string' || text.trim() === '') return null;
  const read = decodedJwt(text);
  if (read === null) return w.jwtBroken;
  const { alg = '?' } = read.header;
  const { sub, iss } = read.claims;
  const { expiresAt } = read;
  const when = expiresAt === null ? '' : formatRelative(expiresAt, Date.now());
  const isOver = expiresAt !== null && expiresAt.getTime() < Date.now();
  return (
    <>
      {w.jwtIs(String(alg), String(sub ?? iss ?? w.jwtNobody))}{' '}
      <Text component="span" size="sm" {...(isOver ? { c: 'var(--mantine-color-error)', fw: 600 } : {})}>
        {expiresAt === null ? w.jwtNoExpiry : isOver ? w.jwtExpired(when) : w.jwtExpires(when)}
      </Text>
    </>
  );
}
