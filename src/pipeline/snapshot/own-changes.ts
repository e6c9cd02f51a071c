import { byItself } from '../../contract/by-itself.ts';
import { settingsId } from '../../contract/documents/settings.ts';
import { settingsOf } from './effective-settings.ts';
import type { Configuration } from './snapshot.ts';

// Changes of the configuration that the server makes, and no person.

/** Holds all deliveries, until a person changes the setting. */
export async function holdAll(configuration: Configuration, now: number): Promise<void> {
  await configuration.change({ ...byItself, act: 'change' }, (snapshot) => {
    const stored = snapshot.documents.settings.get(settingsId);
    const body = { ...settingsOf(snapshot), deliveries: { held: true } };
    const updatedAt = new Date(now).toISOString();
    const { version = 0, createdAt = updatedAt } = stored ?? {};
    const stamp = { version: version + 1, createdAt, updatedAt, updatedBy: byItself.principal };
    return [{ op: 'put', document: { kind: 'settings', id: settingsId, body, ...stamp } }];
  });
}

/** A destination that responded 410 is gone: nothing more is sent until a person resumes it. */
export async function pauseDestination(
  configuration: Configuration,
  destinationId: string,
  now: number,
): Promise<void> {
  await configuration.change({ ...byItself, act: 'pause' }, ({ documents }) => {
    const document = documents.destination.get(destinationId);
    if (document === undefined || document.body.status !== 'enabled') return [];
    const body = { ...document.body, status: 'paused' as const };
    const updatedAt = new Date(now).toISOString();
    return [
      {
        op: 'put',
        document: { ...document, body, version: document.version + 1, updatedAt, updatedBy: byItself.principal },
        unlisted: true,
      },
    ];
  });
}
