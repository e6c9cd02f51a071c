import type { ApiParts, Handlers } from '../call/call.ts';

/** The encryption keys of stored secrets, and their rotation. */
export function secretHandlers({ sealing }: Pick<ApiParts, 'sealing'>) {
  return {
    getSealing: () => sealing.state(),
    async rotateSecrets({ body, record }) {
      const state = await sealing.rotate(body());
      await record({ id: state.keyId });
      return state;
    },
  } satisfies Partial<Handlers>;
}
