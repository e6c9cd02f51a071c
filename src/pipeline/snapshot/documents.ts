import type { StoredDocument } from '../../catalog/catalog.ts';
import type { ActionBody } from '../../contract/documents/action.ts';
import type { AlertBody } from '../../contract/documents/alert.ts';
import type { BehaviorBody } from '../../contract/documents/behavior.ts';
import type { CollectorBody } from '../../contract/documents/collector.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { DocumentKind } from '../../contract/documents/document.ts';
import type { SettingsBody } from '../../contract/documents/settings.ts';
import type { CompiledCondition } from '../../rules/compile.ts';

/** A current document with its body typed. */
export type Document<Body> = Omit<StoredDocument, 'body'> & { body: Body };

export type Bodies = {
  connection: ConnectionBody;
  destination: DestinationBody;
  action: ActionBody;
  behavior: BehaviorBody;
  collector: CollectorBody;
  alert: AlertBody;
  parameter: { name: string; description?: string | undefined; offered?: boolean | undefined };
  settings: SettingsBody;
};

/** A rule that can match: an enabled action with its compiled condition. */
export type Rule = { id: string; action: Document<ActionBody>; condition: CompiledCondition };

/** By kind and id. */
export type Documents = { readonly [K in DocumentKind]: ReadonlyMap<string, Document<Bodies[K]>> };
