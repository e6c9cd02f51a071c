import type { Delivery, RenderResult } from '../contract/delivery.ts';
import type { DestinationBody } from '../contract/destination.ts';
import type { Preview, SampleInput } from '../contract/routes.ts';

/**
 * Trying things out, on the same path as delivery. Inputs are parsed; unknown ids throw AppError `not_found`. `draft` is
 * `input.draft` laid over the stored destination and parsed, secrets in place; null: the destination as it is stored.
 */
export interface Studio {
  /** The request that this sample would send; nothing is sent. */
  preview(destinationId: string, input: SampleInput, draft: DestinationBody | null): Promise<Preview>;
  /** Really sends, once, and answers with the finished delivery and its attemptLog (marked `test`). */
  testSend(destinationId: string, input: SampleInput, draft: DestinationBody | null): Promise<Delivery>;
  render(input: RenderInput): Promise<{ result: RenderResult; durationMs: number }>;
}

export type RenderInput = {
  template: string;
  contentType: string;
  escape: 'auto' | 'json' | 'html' | 'url' | 'none';
  data: Record<string, unknown>[];
  events?: Record<string, unknown>[] | undefined;
  meta?: Record<string, unknown> | undefined;
};
