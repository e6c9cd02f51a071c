import { Button, Skeleton, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Answer } from '../../../client/client.ts';
import { rights } from '../../../contract/accounts/rights.ts';
import { apiQuery, useApi } from '../../data/api.ts';
import { fieldErrors } from '../../data/field-errors.ts';
import { parts } from '../../messages/en/parts.ts';
import { privacy as words } from '../../messages/en/privacy.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { durationOf, durationText } from '../../parts/form/duration-text.ts';
import { lineErrorAt } from '../../parts/form/form-controls.tsx';
import { linesOf } from '../../parts/form/form-fields.ts';
import { type PrivacyDraft, privacyDraftOf, privacyOf } from '../../parts/form/privacy-draft.ts';
import { PrivacyFields } from '../../parts/form/privacy-fields.tsx';
import { SaveBar } from '../../parts/form/save-bar.tsx';
import { useUnsavedGuard } from '../../parts/form/unsaved-guard.tsx';
import { notifyDone } from '../../parts/notify.ts';
import { Panel } from '../../parts/panel.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { ErasePanel } from './erase-panel.tsx';
import css from './settings.module.css';

type Settings = Answer<'getSettings'>;
type TimeName = 'days' | 'bytes' | 'auditDays' | 'bodies';
type Draft = PrivacyDraft & { stored: string } & Record<TimeName, string>;

/** Settings › Retention & privacy. */
export function PrivacyPage(): ReactNode {
  const { data, error, refetch } = useQuery(apiQuery('getSettings'));
  return (
    <Page
      title={words.title}
      lead={words.lead}
      crumbs={[{ label: shell.pages.settings, to: '/settings' }]}
      right="settings:view"
    >
      {error !== null && data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {data === undefined && error === null ? <Skeleton height={480} aria-busy="true" /> : null}
      {data === undefined ? null : <PrivacyForm present={data} />}
    </Page>
  );
}

function PrivacyForm({ present }: { present: Settings }): ReactNode {
  const mayManage = useMay('settings:manage');
  // What the form was opened with: later news must not overwrite what is being typed.
  const [stored, setStored] = useState(present);
  const [draft, setDraft] = useState(() => draftOf(stored));
  const change = useApi('changeSettings');
  const isDirty = JSON.stringify(draft) !== JSON.stringify(draftOf(stored));
  const guard = useUnsavedGuard(isDirty, () => {});
  const errors = fieldErrors(change.error);
  const isAtFields = Object.keys(errors).length > 0;
  const set = (next: Partial<Draft>) => {
    change.reset();
    setDraft((present) => ({ ...present, ...next }));
  };

  function save() {
    const patch = patchOf(draft, stored);
    change.mutate(
      { body: patch, ifMatch: stored.version },
      {
        onSuccess: (saved) => {
          setStored(saved);
          setDraft(draftOf(saved));
          guard.release();
          notifyDone(words.retention.saved);
        },
      },
    );
  }

  const time = (name: TimeName, pointer: string, label: string, hint = '') => {
    const origin = stored.origins[pointer] ?? 'default';
    return (
      <TextInput
        label={label}
        description={[hint, words.retention.origins[origin]].filter(Boolean).join(' ')}
        value={draft[name]}
        onChange={(event) => set({ [name]: event.currentTarget.value })}
        error={errors[pointer.slice(1).replace('/', '.')]}
        disabled={!mayManage || origin === 'operator'}
        autoComplete="off"
      />
    );
  };
  const { retention, bodies } = words;
  return (
    <>
      {mayManage ? null : <Text c="dimmed">{retention.noRight(rights['settings:manage'])}</Text>}
      <div className={css['panels']}>
        <Panel title={retention.title} text={retention.text}>
          {time('days', '/retention/days', retention.days)}
          {time('bytes', '/retention/bytes', retention.bytes, retention.none)}
          {time('bodies', '/retention/bodiesMs', retention.bodies, retention.bodiesHint)}
          {time('auditDays', '/retention/auditDays', retention.auditDays)}
        </Panel>
        <Panel title={words.fields.title} text={words.fields.text}>
          <PrivacyFields draft={draft} errors={errors} isDisabled={!mayManage} onChange={set} />
        </Panel>
        <Panel title={words.stored.title} text={words.stored.text}>
          <Textarea
            label={bodies.mask}
            description={bodies.maskHint}
            value={draft.stored}
            onChange={(event) => set({ stored: event.currentTarget.value })}
            error={lineErrorAt(errors, 'privacy.stored')}
            disabled={!mayManage}
            autosize
            minRows={2}
            maxRows={10}
            spellCheck={false}
          />
        </Panel>
        <ErasePanel isDisabled={!mayManage} />
      </div>
      {change.error !== null && !isAtFields ? <Problem error={change.error} /> : null}
      <SaveBar isDirty={isDirty}>
        <Button loading={change.isPending} disabled={!mayManage} onClick={save}>
          {terms.save}
        </Button>
        <Button variant="subtle" color="gray" onClick={() => set(draftOf(stored))}>
          {parts.cancel}
        </Button>
      </SaveBar>
      {guard.dialog}
    </>
  );
}

function draftOf({ retention, privacy }: Settings): Draft {
  return {
    ...privacyDraftOf(privacy),
    stored: privacy.stored.join('\n'),
    days: String(retention.days),
    bytes: retention.bytes === null ? '' : String(retention.bytes),
    auditDays: String(retention.auditDays),
    bodies: retention.bodiesMs === null ? '' : durationText(retention.bodiesMs),
  };
}

/** Only what was changed, so that what comes from elsewhere stays where it comes from. An empty text goes back to the default. */
function patchOf(draft: Draft, stored: Settings): Record<string, unknown> {
  const before = draftOf(stored);
  const times: Record<string, unknown> = {};
  for (const name of ['days', 'bytes', 'auditDays'] as const)
    if (draft[name] !== before[name]) times[name] = draft[name].trim() === '' ? null : numberOr(draft[name]);
  if (draft.bodies !== before.bodies)
    times['bodiesMs'] = draft.bodies.trim() === '' ? null : (durationOf(draft.bodies) ?? draft.bodies);
  return { retention: times, privacy: { ...privacyOf(draft), stored: linesOf(draft.stored) } };
}

/** What is no number is sent as it is: the server says at its field what it must be. */
function numberOr(text: string): number | string {
  return /^\d+$/.test(text.trim()) ? Number(text) : text;
}
