import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ComponentType, type ReactNode, useRef } from 'react';
import { transferKindOf } from '../../../contract/documents/transfer-kinds.ts';
import { terms } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';
import { lazyPart } from '../../shell/lazy-part.ts';
import { LoadedPage } from '../../shell/page.tsx';
import { EditPlaceOf } from '../form/edit-place.tsx';
import { DetailTabs, GuardedButton, Icon } from '../parts.ts';
import { ShowAs, ShownTexts } from '../payload/show-as.tsx';
import { type DialogProps, useDeletion } from './delete-dialog.tsx';
import { type DocumentKind, type StoredDocument, useToList } from './document-kind.ts';

const VersionsTab = lazyPart(() => import('../payload/versions-tab.tsx'), 'VersionsTab');

/** Tabs that are the same for all kinds: pages don’t give their panels. */
type Common = 'versions' | 'yaml';

type Panel<Stored> = (document: Stored) => ReactNode;
type Panels<Stored, Tab extends string> = Readonly<
  Record<Exclude<Tab, Common>, Panel<Stored>> & Partial<Record<Tab, Panel<Stored>>>
>;

type Props<Stored extends StoredDocument, Tab extends string> = {
  kind: DocumentKind<Stored>;
  lead?: Panel<Stored>;
  /** Buttons before Show as and Delete. */
  actions?: Panel<Stored>;
  /** Why it can't be deleted now: the button is grey and says so. null: it can. */
  blockedBy?: (document: Stored) => string | null;
  /** Whether it can't be changed: it has no versions. */
  isFixed?: (document: Stored) => boolean;
  /** The question before it is deleted, where the consequences have to be counted. */
  deletion?: ComponentType<DialogProps<Stored>>;
  /** The names of the tabs in their order; the address holds the one that is open. */
  tabs?: Readonly<Record<Tab, string>>;
  panels?: Panels<Stored, NoInfer<Tab>>;
  /** The tab that a document opens at, if it is not the first. */
  opensAt?: (document: Stored) => NoInfer<Tab>;
  /** The tab that stays mounted behind the others: a form with secrets, which are not kept in a draft. */
  kept?: NoInfer<Tab>;
  /** The content above the tabs, or of a page without tabs. */
  children?: Panel<Stored>;
};

/** The page of one document: its content in tabs, Show as, Delete. */
export function DocumentPage<Stored extends StoredDocument, Tab extends string = never>(
  props: Props<Stored, Tab>,
): ReactNode {
  const { kind, lead, actions, blockedBy, isFixed, deletion, tabs, panels, opensAt, kept, children } = props;
  const { [kind.parameter]: id = '' } = useParams({ strict: false }) as Readonly<Record<string, string>>; // of this page's route
  const { tab: chosen } = useSearch({ strict: false }) as { tab?: string }; // the same
  const navigate = useNavigate();
  const toList = useToList(kind);
  const mayManage = useMay(kind.manage);
  const query = useQuery({ ...kind.query(id), enabled: useMay(kind.view) });
  const { remove, dialog } = useDeletion(kind, deletion, toList);
  const isOne = query.data !== undefined && isFixed?.(query.data) === true;
  const names = (Object.keys(tabs ?? {}) as Tab[]).filter((name) => !isOne || name !== 'versions'); // the keys of a literal
  const opened = useRef<Tab>(undefined);
  if (query.data !== undefined) opened.current ??= opensAt?.(query.data);
  const tab = names.find((name) => name === chosen) ?? opened.current ?? names[0];
  // Kinds that files can hold also have versions, and are restored after they were deleted.
  const inFiles = transferKindOf(kind.kind);
  const named = (document: Stored) => ({ id: document.id, name: kind.nameOf(document) });
  const panelOf = (name: Tab, document: Stored): ReactNode => {
    const own: Panel<Stored> | undefined = panels?.[name];
    if (own !== undefined || inFiles === undefined) return own?.(document);
    if (name === 'versions') return <VersionsTab kind={inFiles} document={document} mayManage={mayManage} />;
    return <ShownTexts kind={`${inFiles}s`} document={named(document)} />;
  };
  return (
    <LoadedPage
      query={query}
      one={kind.one}
      part={tab === undefined ? undefined : tabs?.[tab]}
      nameOf={kind.nameOf}
      isRestorable={inFiles !== undefined}
      right={kind.view}
      crumbs={kind.crumbs}
      lead={lead}
      actions={(document) => (
        <>
          {actions?.(document)}
          {inFiles === undefined || names.includes('yaml' as Tab) ? null : (
            <ShowAs kind={`${inFiles}s`} document={named(document)} />
          )}
          {mayManage ? (
            <GuardedButton
              leftSection={<Icon name="trash" />}
              blockedBy={blockedBy?.(document) ?? null}
              onClick={() => remove(document)}
            >
              {terms.delete}
            </GuardedButton>
          ) : null}
        </>
      )}
    >
      {(document) => (
        <>
          {children?.(document)}
          {tab === undefined || tabs === undefined ? null : (
            <DetailTabs
              label={kind.one}
              names={Object.fromEntries(names.map((name) => [name, tabs[name]])) as Record<Tab, string>} // some of them
              kept={kept}
              shown={tab}
              onShow={(next) => void navigate({ to: '.', search: { tab: next } as never })} // the page's own address
              panels={(name) => <EditPlaceOf isShown={name === tab}>{panelOf(name, document)}</EditPlaceOf>}
            />
          )}
          {dialog}
        </>
      )}
    </LoadedPage>
  );
}
