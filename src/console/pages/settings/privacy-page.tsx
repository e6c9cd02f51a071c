import { Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import { rights } from '../../../contract/accounts/rights.ts';
import { apiQuery, queryClient, useApiQuery } from '../../data/data.ts';
import { settingsFacts as facts } from '../../data/schema-facts.ts';
import { destinations, parts, privacy as words } from '../../messages/en.ts';
import { controlsOf } from '../../parts/form/form-controls.tsx';
import * as f from '../../parts/form/form-fields.ts';
import { type PrivacyDraft, privacyDraftOf, privacyOf, privacyProblems } from '../../parts/form/privacy-draft.ts';
import { PrivacyFields } from '../../parts/form/privacy-fields.tsx';
import { useEditor } from '../../parts/form/use-editor.tsx';
import { AutoGrid, notifyDone, Panel } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { LoadedPage, settingsCrumb } from '../../shell/page.tsx';
import { ErasePanel } from './erase-panel.tsx';

const fields = {
  days: f.number('retention.days'),
  bytes: f.size('retention.bytes'),
  bodies: f.duration('retention.bodiesMs'),
  auditDays: f.number('retention.auditDays'),
  stored: f.lines('privacy.stored'),
};
const labels: Readonly<Record<keyof typeof fields, f.FieldWords>> = {
  ...words.retention.fields,
  stored: destinations.fields.bodiesMask,
};

/** The settings in the form of a document. */
type Settings = RouteResponse<'getSettings'> & { id: string; updatedAt: string; updatedBy: string };
type Draft = PrivacyDraft & f.DraftOf<typeof fields>;

/** Settings › Retention & privacy. */
export function PrivacyPage(): ReactNode {
  const mayManage = useMay('settings:manage');
  return (
    <LoadedPage
      query={useApiQuery('getSettings', undefined, { select: asDocument })}
      one={words.title}
      nameOf={() => words.title}
      idOf={() => undefined}
      lead={() => words.lead}
      crumbs={[settingsCrumb]}
      right="settings:view"
    >
      {(stored) => (
        <Stack>
          <PrivacyForm stored={stored} mayManage={mayManage} />
          <ErasePanel isDisabled={!mayManage} />
        </Stack>
      )}
    </LoadedPage>
  );
}

function PrivacyForm({ stored, mayManage }: { stored: Settings; mayManage: boolean }): ReactNode {
  const load = async () => asDocument(await queryClient.fetchQuery({ ...apiQuery('getSettings'), staleTime: 0 }));
  const { frame, form, draft, base, errors, isDisabled, change } = useEditor<Settings, Draft, Settings, 'save'>({
    draftKey: 'settings.privacy',
    stored,
    draftOf,
    problemsOf: (typed) => ({ ...f.problemsBy(fields, facts, typed, labels), ...privacyProblems(typed) }),
    shownOf(typed, from, theirs) {
      const { retention, privacy } = from === null ? bodyOf(typed) : patchOf(typed, from);
      return { retention: { ...theirs?.retention, ...retention }, privacy };
    },
    create: load, // there is always a stored one
    replace: async (from, typed, over) =>
      asDocument(await client().call('changeSettings', { body: patchOf(typed, from), ...over })),
    load,
    blockedBy: mayManage ? null : parts.mayNotChange(rights['settings:manage']),
    how: 'save',
    onSaved: () => notifyDone(words.retention.saved),
    onCancel: () => {},
  });
  const field = controlsOf(fields, facts, labels, form);
  const retained = (name: keyof typeof words.retention.fields) => {
    const origin = base?.origins[`/${fields[name].path.replace('.', '/')}`] ?? 'default';
    return field(name, {
      description: [labels[name][1], words.retention.origins[origin]].filter(Boolean).join(' '),
      disabled: isDisabled || origin === 'operator',
    });
  };
  return frame(
    <AutoGrid min="24rem">
      <Panel title={words.retention.title} text={words.retention.text}>
        {retained('days')}
        {retained('bytes')}
        {retained('bodies')}
        {retained('auditDays')}
      </Panel>
      <Panel title={words.fields.title} text={words.fields.text}>
        <PrivacyFields draft={draft} errors={errors} isDisabled={isDisabled} onChange={change} />
      </Panel>
      <Panel title={words.stored.title} text={words.stored.text}>
        {field('stored')}
      </Panel>
    </AutoGrid>,
  );
}

const asDocument = (one: RouteResponse<'getSettings'>): Settings => ({
  ...one,
  id: 'settings',
  updatedAt: one.updatedAt ?? '',
  updatedBy: one.updatedBy ?? '',
});

const draftOf = (stored: Settings | null): Draft => ({
  ...f.draftBy(fields, facts, stored),
  ...privacyDraftOf(stored?.privacy ?? { drop: [], mask: [], maskIp: false }),
});

function bodyOf(draft: Draft) {
  const { retention, privacy } = f.bodyBy(fields, facts, draft) as Pick<Settings, 'retention' | 'privacy'>; // the fields are the contract's
  return { retention, privacy: { ...privacyOf(draft), ...privacy } };
}

/** Retention as far as it was changed: what is a default, or set by the operator, stays where it is set. */
function patchOf(draft: Draft, stored: Settings) {
  const { retention, privacy } = bodyOf(draft);
  const before: Readonly<Record<string, unknown>> = stored.retention;
  const changed = Object.entries(retention).filter(([name, value]) => value !== before[name]);
  return { retention: Object.fromEntries(changed), privacy };
}
