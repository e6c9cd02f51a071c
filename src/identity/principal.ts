import type { Right } from '../contract/rights.ts';

/** Who asks. `name` stands in `updatedBy` and in the log. */
export type Principal = { name: string; rights: ReadonlySet<Right> };

/** Tells whose token this is; null when it is nobody's (any more). */
export type Authenticate = (token: string) => Principal | null | Promise<Principal | null>;
