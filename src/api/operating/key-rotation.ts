import type { ApiParts, Handlers } from '../call/call.ts';

/** The keys of stored secrets. */
export function secretHandlers({ sealing }: Pick<ApiParts, 'sealing'>): Handlers<'getSealing' | 'rotateSecrets'> {
  return {
    getSealing: () => sealing.state(),
    async rotateSecrets({ body, record }) {
      const state = await sealing.rotate(body());
      await record({ id: state.keyId });
      return state;
    },
  };
}
