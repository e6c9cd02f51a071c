/** The fields that GET returns and a write ignores. */
export const readOnlyFields = ['id', 'version', 'createdAt', 'updatedAt', 'updatedBy', 'health', 'warnings'] as const;
