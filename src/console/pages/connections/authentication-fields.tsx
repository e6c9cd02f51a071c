import { Code, NativeSelect, Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { connectionForm } from '../../messages/en/connection-form.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatRelative } from '../../messages/format.ts';
import { options } from '../../parts/form/options.ts';
import { SecretField } from '../../parts/form/secret-field.tsx';
import { AssertionFields } from './assertion-fields.tsx';
import type { Grant } from './authentication-draft.ts';
import type { ConnectionDraft } from './connection-draft.ts';
import css from './connection-form.module.css';
import type { FormProps } from './connection-form.tsx';
import { decodedJwt } from './decoded-jwt.ts';

const w = words.details;

type TextName = 'username' | 'clientId' | 'accessTokenUrl' | 'scope';
type SecretName = 'password' | 'token' | 'clientSecret' | 'jwt' | 'refreshToken';

/** The fields of the chosen kind of authentication. */
export function AuthenticationFields(props: FormProps): ReactNode {
  const { draft, stored, errors, isDisabled, onChange } = props;
  const text = (name: TextName, label: string, given: { hint?: string; isNeeded?: boolean } = {}) => (
    <TextInput
      key={name}
      label={label}
      description={given.hint}
      value={draft[name]}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
      error={errors[`auth.${name}`]}
      disabled={isDisabled}
      required={given.isNeeded === true}
      autoComplete="off"
      autoCapitalize="off"
      spellCheck={false}
      data-field={`auth.${name}`}
    />
  );
  const secret = (name: SecretName, label: string, given: { hint?: ReactNode; isLong?: boolean } = {}) => (
    <SecretField
      key={name}
      label={label}
      description={given.hint}
      value={draft[name]}
      stored={stored[name]}
      onChange={(value) => onChange({ [name]: value })}
      error={errors[`auth.${name}`]}
      isLong={given.isLong === true}
      isDisabled={isDisabled}
    />
  );

  switch (draft.authType) {
    case 'none':
      return null;
    case 'basic':
      return [text('username', w.username), secret('password', terms.password)];
    case 'bearer':
      return secret('token', w.token, {
        hint:
          typeof draft.token === 'string' && decodedJwt(draft.token) !== null ? (
            <JwtHelp text={draft.token} />
          ) : (
            w.tokenHint
          ),
        isLong: true,
      });
    case 'oauth2':
      return (
        <>
          <NativeSelect
            label={w.grant}
            value={draft.grant}
            onChange={(event) => onChange({ grant: event.currentTarget.value as Grant })} // one of the options
            disabled={isDisabled}
            data={options(w.grants)}
          />
          {text('clientId', w.clientId, { isNeeded: true })}
          {secret('clientSecret', w.clientSecret)}
          {text('accessTokenUrl', w.accessTokenUrl, { isNeeded: true })}
          {text('scope', w.scope, { hint: w.scopeHint })}
          {draft.grant === 'password' ? text('username', w.username, { isNeeded: true }) : null}
          {draft.grant === 'password' ? secret('password', terms.password) : null}
          {draft.grant === 'refresh_token'
            ? secret('refreshToken', w.refreshToken, { hint: w.refreshTokenHint, isLong: true })
            : null}
          {draft.grant === 'jwt' ? <JwtFields {...props} secret={secret} /> : null}
          <NativeSelect
            label={w.clientAuth}
            value={draft.clientAuth}
            onChange={
              (event) => onChange({ clientAuth: event.currentTarget.value as ConnectionDraft['clientAuth'] }) // one of the options
            }
            error={errors['auth.clientAuth'] ?? errors['auth.clientAssertion']}
            disabled={isDisabled}
            data={options(w.clientAuths)}
          />
          {draft.clientAuth === 'private_key_jwt' ? (
            <AssertionFields
              draft={draft.clientAssertion}
              storedKey={stored.clientAssertion.privateKey}
              path="auth.clientAssertion"
              errors={errors}
              isDisabled={isDisabled}
              onChange={(clientAssertion) => onChange({ clientAssertion })}
            />
          ) : null}
        </>
      );
  }
}

type SecretOf = (name: SecretName, label: string, given?: { hint?: ReactNode; isLong?: boolean }) => ReactNode;

/** The token of the JSON Web Token grant: pasted, or signed afresh. */
function JwtFields({ secret, ...props }: FormProps & { secret: SecretOf }): ReactNode {
  const { draft, stored, errors, isDisabled, onChange } = props;
  return (
    <>
      <NativeSelect
        label={connectionForm.jwtSource}
        value={draft.jwtSource}
        onChange={(event) => onChange({ jwtSource: event.currentTarget.value as ConnectionDraft['jwtSource'] })} // one of the options
        disabled={isDisabled}
        data={options(connectionForm.jwtSources)}
      />
      {draft.jwtSource === 'pasted' ? (
        <>
          {secret('jwt', w.jwt, { isLong: true, hint: <JwtHelp text={draft.jwt} /> })}
          <JwtClaims draft={draft} />
        </>
      ) : (
        <AssertionFields
          draft={draft.jwtAssertion}
          storedKey={stored.jwtAssertion.privateKey}
          path="auth.assertion"
          errors={errors}
          isDisabled={isDisabled}
          onChange={(jwtAssertion) => onChange({ jwtAssertion })}
        />
      )}
    </>
  );
}

function JwtClaims({ draft }: { draft: ConnectionDraft }): ReactNode {
  const read = typeof draft.jwt === 'string' ? decodedJwt(draft.jwt) : null;
  if (read === null) return null;
  return (
    <details className={css['claims']}>
      <summary>{connectionForm.jwtClaims}</summary>
      <Code block>{JSON.stringify({ header: read.header, claims: read.claims }, null, 2)}</Code>
    </details>
  );
}

function JwtHelp({ text }: { text: ConnectionDraft['jwt'] }): ReactNode {
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
