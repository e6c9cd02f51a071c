import { NativeSelect, Text, Textarea, TextInput, Title } from '@mantine/core';
import { type ReactNode, useEffect, useId, useState } from 'react';
import { connectionForm as words } from '../../messages/en/connection-form.ts';
import { terms } from '../../messages/en/terms.ts';
import { HeaderRows } from '../../parts/form/header-rows.tsx';
import { options } from '../../parts/form/options.ts';
import { SecretField } from '../../parts/form/secret-field.tsx';
import type { ConnectionDraft } from './connection-draft.ts';
import css from './connection-form.module.css';
import type { FormProps } from './connection-form.tsx';
import { TokenRequestFields } from './token-request-fields.tsx';

type TextName = keyof typeof words.fields;
type SecretName = keyof typeof words.secrets;

/** Where the API keeps what a field holds. */
const places: Record<TextName | SecretName, string> = {
  timeout: 'settings.timeoutMs',
  connectTimeout: 'settings.connectTimeoutMs',
  retrySchedule: 'settings.retry.scheduleMs',
  retryJitter: 'settings.retry.jitter',
  idempotencyHeader: 'settings.idempotencyHeader',
  heldMaxAge: 'settings.heldMaxAgeMs',
  rateLimit: 'settings.rate.limit',
  ratePer: 'settings.rate.perMs',
  concurrency: 'settings.rate.concurrency',
  breakerRatio: 'settings.breaker.failureRatio',
  breakerMinimum: 'settings.breaker.minimum',
  breakerWindow: 'settings.breaker.windowMs',
  breakerOpen: 'settings.breaker.openMs',
  tlsCa: 'settings.tls.ca',
  tlsCert: 'settings.tls.cert',
  tlsKey: 'settings.tls.key',
  proxyUrl: 'settings.proxy.url',
  proxyUsername: 'settings.proxy.username',
  proxyPassword: 'settings.proxy.password',
  signingHeader: 'settings.signing.header',
  signingFormat: 'settings.signing.format',
  signingSecret: 'settings.signing.secret',
  signingPreviousSecret: 'settings.signing.previousSecret',
  signingPreviousUntil: 'settings.signing.previousUntil',
};

/** Everything about a connection that has a good default. Opens by itself when something in it needs attention. */
export function AdvancedFields(props: FormProps & { hasErrors: boolean }): ReactNode {
  const { draft, stored, errors, isDisabled, onChange, hasErrors } = props;
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (hasErrors) setOpen(true);
  }, [hasErrors]);
  const text = (name: TextName, isLong = false) => {
    const [label, hint] = words.fields[name];
    const shared = {
      key: name,
      label,
      description: hint === '' ? undefined : hint,
      value: draft[name],
      onChange: (event: { currentTarget: { value: string } }) => onChange({ [name]: event.currentTarget.value }),
      error: errors[places[name]] ?? errors[`${places[name]}.0`],
      disabled: isDisabled,
      autoComplete: 'off',
      spellCheck: false,
    };
    return isLong ? (
      <Textarea {...shared} key={name} autosize minRows={2} maxRows={8} classNames={{ input: css['code'] ?? '' }} />
    ) : (
      <TextInput {...shared} key={name} className={name === 'retrySchedule' ? (css['whole'] ?? '') : ''} />
    );
  };
  const secret = (name: SecretName, isLong = false) => {
    const [label, hint] = words.secrets[name];
    return (
      <SecretField
        key={name}
        label={label}
        description={hint}
        value={draft[name]}
        stored={stored[name]}
        onChange={(value) => onChange({ [name]: value })}
        error={errors[places[name]]}
        isLong={isLong}
        isDisabled={isDisabled}
      />
    );
  };
  const choice = <Name extends 'signing' | 'signingAlgorithm' | 'signingEncoding' | 'tlsMinVersion'>(
    name: Name,
    label: string,
    table: Record<ConnectionDraft[Name], string>,
  ) => (
    <NativeSelect
      label={label}
      value={draft[name]}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
      disabled={isDisabled}
      data={options(table)}
    />
  );
  const g = words.groups;

  return (
    <details
      className={css['advanced']}
      open={isOpen || hasErrors}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>{terms.advanced}</summary>
      <Text c="dimmed" size="sm" mt="xs">
        {words.advancedText}
      </Text>
      <Group title={g.time} text={g.timeText}>
        {(
          ['timeout', 'connectTimeout', 'retrySchedule', 'retryJitter', 'idempotencyHeader', 'heldMaxAge'] as const
        ).map((name) => text(name))}
      </Group>
      <Group title={g.pace} text={g.paceText}>
        {(
          [
            'rateLimit',
            'ratePer',
            'concurrency',
            'breakerRatio',
            'breakerMinimum',
            'breakerWindow',
            'breakerOpen',
          ] as const
        ).map((name) => text(name))}
      </Group>
      <Group title={g.headers} text={g.headersText} isWide>
        <HeaderRows
          headers={draft.headers}
          stored={stored.headers}
          errors={errors}
          isDisabled={isDisabled}
          onChange={(headers) => onChange({ headers })}
        />
      </Group>
      {draft.authType === 'oauth2' ? (
        <Group title={g.token} text={g.tokenText} isWide>
          <TokenRequestFields {...props} />
        </Group>
      ) : null}
      <Group title={g.tls} text={g.tlsText}>
        {text('tlsCa', true)}
        {text('tlsCert', true)}
        {secret('tlsKey', true)}
        {choice('tlsMinVersion', words.tlsMinVersion, words.tlsMinVersions)}
      </Group>
      <Group title={g.proxy} text={g.proxyText}>
        {text('proxyUrl')}
        {draft.proxyUrl.trim() === '' ? null : [text('proxyUsername'), secret('proxyPassword')]}
      </Group>
      <Group title={g.signing} text={g.signingText}>
        {choice('signing', words.signing, words.signings)}
        {draft.signing === 'none' ? null : secret('signingSecret')}
        {draft.signing === 'hmac' ? (
          <>
            {choice('signingAlgorithm', words.signingAlgorithm, words.signingAlgorithms)}
            {choice('signingEncoding', words.signingEncoding, words.signingEncodings)}
            {text('signingHeader')}
            {text('signingFormat')}
          </>
        ) : null}
        {draft.signing === 'none' ? null : [secret('signingPreviousSecret'), text('signingPreviousUntil')]}
      </Group>
    </details>
  );
}

function Group(given: { title: string; text: string; isWide?: boolean; children: ReactNode }): ReactNode {
  const id = useId();
  return (
    <section className={css['group']} aria-labelledby={id}>
      <Title order={3} id={id}>
        {given.title}
      </Title>
      <Text c="dimmed" size="sm">
        {given.text}
      </Text>
      <div className={css['grid']} data-wide={given.isWide === true}>
        {given.children}
      </div>
    </section>
  );
}
