import type { Clock } from '../../async/clock.ts';
import type { Parameter } from '../../contract/documents/parameter.ts';
import { quotedForms } from '../../contract/erased-text.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Notes } from '../../notes/notes.ts';
import { knownParameters } from '../../rules/known-parameters.ts';
import { maskExample } from '../../rules/mask.ts';
import { guessType, type LearntParameters, mergeLearnt, parameterLearner } from '../../rules/parameter-learner.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import type { DeliveryEvents } from './delivery-events.ts';

const noteName = 'parameters';
const known = new Map(knownParameters.map((one) => [one.name, one]));
const saveEveryMs = 10_000;
const limits = { namesMax: 5_000, examplesMax: 5 };

/**
 * The catalog of parameters: learned from traffic (kept between starts in a note), built-in
 * descriptions, and the documents that people wrote. Parameters of the configuration have their name as id.
 */
export async function startParameters(options: {
  configuration: Configuration;
  notes: Pick<Notes, 'load' | 'save'>;
  clock: Clock;
  events: Pick<DeliveryEvents, 'on'>;
  failed(error: unknown, doing: string): void;
}) {
  const { configuration, notes, clock, events } = options;
  const learner = parameterLearner(limits);
  const note = await notes.load(noteName);
  // Written by this program.
  let learnt: LearntParameters = note === null ? { events: 0, skipped: 0, parameters: [] } : JSON.parse(note);
  let hasNews = false;
  let isStopping = false;
  let cancel = clock.after(saveEveryMs, tick);

  function gather(): LearntParameters {
    learnt = mergeLearnt(learnt, learner.drain(), limits);
    return learnt;
  }

  async function save() {
    if (!hasNews) return;
    hasNews = false;
    await notes
      .save({ name: noteName, text: JSON.stringify(gather()) })
      .catch((error) => options.failed(error, 'save parameters'));
  }

  async function tick() {
    await save();
    if (!isStopping) cancel = clock.after(saveEveryMs, tick);
  }

  events.on('evaluated', (evaluated) => {
    hasNews ||= evaluated.length > 0;
    for (const [event] of evaluated) learner.observe(event);
  });

  return {
    /** Removes examples that these events may have given, from memory and storage; null: all examples. */
    async forget(events: readonly Event[] | null): Promise<void> {
      const gone =
        events === null ? null : new Set(events.flatMap(({ data, ext, session }) => examplesOf([data, ext, session])));
      const { parameters, ...counts } = gather();
      const isKept = (example: string) => gone !== null && !gone.has(example);
      learnt = { ...counts, parameters: parameters.map((one) => ({ ...one, examples: one.examples.filter(isKept) })) };
      await notes.save({ name: noteName, text: JSON.stringify(learnt) });
    },
    /** Removes parameters whose name has the text of an erased visitor, such as a key of an object of visitors. */
    async forgetNames(text: string): Promise<void> {
      const forms = quotedForms(text);
      const { parameters, ...counts } = gather();
      const left = parameters.filter(({ name }) => !forms.some((form) => name.includes(form)));
      if (left.length === parameters.length) return;
      learnt = { ...counts, parameters: left };
      await notes.save({ name: noteName, text: JSON.stringify(learnt) });
    },
    list(): Parameter[] {
      const { events, parameters } = gather();
      const seen = new Map(parameters.map((one) => [one.name, one]));
      const said = new Map(
        Array.from(configuration.snapshot.documents.parameter.values(), ({ body }) => [body.name, body]),
      );
      return [...new Set([...known.keys(), ...seen.keys(), ...said.keys()])].sort().map((name) => {
        const shipped = known.get(name);
        const learnt = seen.get(name);
        return {
          name,
          description: said.get(name)?.description ?? shipped?.description ?? '',
          type: learnt === undefined ? (shipped?.type ?? 'text') : guessType(learnt),
          share: learnt === undefined ? 0 : learnt.seen / events,
          firstSeenAt: learnt?.firstSeenAt ?? null,
          lastSeenAt: learnt?.lastSeenAt ?? null,
          examples: learnt?.examples ?? [],
          offered: said.get(name)?.offered ?? true,
          known: shipped !== undefined,
        };
      });
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      cancel();
      await save();
    },
  };
}

/** All texts in a value, in the form that an example shows. */
function examplesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [maskExample(String(value))];
  return Object.values(value).flatMap(examplesOf);
}
