import { Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { terms, connectionForm as words } from '../../../messages/en.ts';
import { controlsOf } from '../../form/form-controls.tsx';
import { secret, text, within } from '../../form/form-fields.ts';
import { HeaderRows } from '../../form/header-rows.tsx';
import { RowList } from '../../form/row-list.tsx';
import { Advanced, Section } from '../../form/sections.tsx';
import { FieldGrid, Note } from '../../parts.ts';
import { isPublic, signalFields } from './authentication-draft.ts';
import type { Field, FormProps } from './connection-draft.ts';

/** The settings of a connection that have good defaults. */
export function AdvancedFields({ field, ...form }: FormProps & { field: Field }): ReactNode {
  const { draft, errors } = form;
  const g = words.groups;
  return (
    <Advanced
      title={terms.advanced}
      text={words.advancedText}
      hasErrors={Object.keys(errors).some((path) =>
        /^settings\.|^auth\.(extra|refreshOn|token(Fields|Body|Params|Header))/.test(path),
      )}
    >
      <Section title={g.time} text={g.timeText}>
        {field('retrySchedule')}
        <FieldGrid>
          {field('timeout')}
          {field('connectTimeout')}
          {field('retryJitter')}
          {field('idempotencyHeader')}
          {field('heldMaxAge')}
        </FieldGrid>
      </Section>
      <Section title={g.pace} text={g.paceText}>
        <FieldGrid>
          {field('rateLimit')}
          {field('ratePer')}
          {field('concurrency')}
          {field('breakerRatio')}
          {field('breakerMinimum')}
          {field('breakerWindow')}
          {field('breakerOpen')}
        </FieldGrid>
      </Section>
      <Section title={g.headers} text={g.headersText}>
        <HeaderRows {...form} />
      </Section>
      {draft.authType === 'oauth2' ? (
        <Section title={g.token} text={g.tokenText}>
          <Pairs {...form} name="extraParams" words={words.params} />
          <Pairs {...form} name="extraHeaders" words={words.tokenHeaders} />
          <Part {...words.tokenSending}>
            <FieldGrid>
              {field('tokenBody', { options: words.tokenBodies })}
              {field('grantTypeName')}
              {field('clientIdName')}
              {field('usernameName')}
              {field('passwordName')}
              {field('tokenHeaderName')}
              {field('tokenScheme')}
            </FieldGrid>
          </Part>
          <Part {...words.tokenFields}>
            <FieldGrid>
              {field('tokenAt')}
              {field('expiresAt')}
              {field('typeAt')}
              {field('refreshTokenAt')}
            </FieldGrid>
          </Part>
          <Signals {...form} />
        </Section>
      ) : null}
      <Section title={g.tls} text={g.tlsText}>
        {field('tlsCa', { isCode: true })}
        {field('tlsCert', { isCode: true })}
        {field('tlsKey', { isCode: true })}
        {field('tlsMinVersion', { options: words.tlsMinVersions })}
      </Section>
      <Section title={g.proxy} text={g.proxyText}>
        <FieldGrid>
          {field('proxyUrl')}
          {field('proxyUsername')}
          {field('proxyPassword')}
        </FieldGrid>
      </Section>
      <Section title={g.signing} text={g.signingText}>
        <FieldGrid>
          {field('signing', { options: words.signings })}
          {field('signingSecret')}
          {field('signingAlgorithm', { options: words.signingAlgorithms })}
          {field('signingEncoding', { options: words.signingEncodings })}
          {field('signingHeader')}
          {field('signingFormat')}
          {field('signingPreviousSecret')}
          {field('signingPreviousUntil')}
        </FieldGrid>
      </Section>
    </Advanced>
  );
}

type PairsProps = FormProps & {
  name: 'extraParams' | 'extraHeaders';
  words: typeof words.params | typeof words.tokenHeaders;
};

/** Parameters or headers of token requests. In the API they are members of an object, so errors have their names. */
function Pairs({ name: list, words: w, draft, stored, errors, isDisabled, onChange }: PairsProps): ReactNode {
  return (
    <Part {...w}>
      <RowList
        list={draft[list]}
        empty={{ name: '', value: '' }}
        words={{ add: w.add, remove: ({ name }) => w.remove(name === '' ? terms.noName : name) }}
        columns="minmax(0, 1fr) minmax(0, 1.4fr)"
        isDisabled={isDisabled}
        onChange={(pairs) => onChange({ [list]: pairs })}
      >
        {(pair, at, change) => {
          const { row, name, value } = pair;
          const isText = isPublic(name) && (value === null || typeof value === 'string');
          const field = controlsOf(
            { name: text('name'), value: isText ? text('value') : secret('value') },
            {},
            { name: [terms.name], value: [isText ? terms.value : w.value(at + 1)] },
            {
              draft: pair,
              stored: { ...pair, value: stored[list].find((one) => one.row === row)?.value ?? null },
              errors: {},
              isDisabled,
              onChange: change,
            },
          );
          return (
            <>
              {field('name', { 'aria-label': w.name(at + 1), error: errors[`auth.${list}.${name.trim()}`] })}
              {field('value', { 'aria-label': w.value(at + 1) })}
            </>
          );
        }}
      </RowList>
    </Part>
  );
}

function Signals({ draft, errors, isDisabled, onChange }: FormProps): ReactNode {
  const w = words.signals;
  return (
    <Part {...w}>
      <RowList
        list={draft.refreshOn}
        empty={{ status: '', headerName: '', headerContains: '', bodyContains: '' }}
        words={{ add: terms.addRule, remove: (_signal, at) => w.remove(at + 1) }}
        columns="7rem repeat(3, minmax(0, 1fr))"
        isDisabled={isDisabled}
        onChange={(refreshOn) => onChange({ refreshOn })}
      >
        {(signal, at, change) => {
          const cell = { draft: signal, stored: signal, errors, isDisabled, onChange: change };
          const field = controlsOf(within(`auth.refreshOn.${at}`, signalFields), {}, w.fields, cell);
          return (['status', 'headerName', 'headerContains', 'bodyContains'] as const).map((name) =>
            field(name, { 'aria-label': w.of[name](at + 1) }),
          );
        }}
      </RowList>
    </Part>
  );
}

function Part({ title, text, children }: { title: string; text: string; children: ReactNode }): ReactNode {
  return (
    <Stack gap="sm">
      <div>
        <Title order={4} size="sm">
          {title}
        </Title>
        <Note>{text}</Note>
      </div>
      {children}
    </Stack>
  );
}
