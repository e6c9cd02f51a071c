import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QuietHours } from '../contract/documents/alert.ts';
import { weekDays } from '../contract/documents/alert-words.ts';
import { quietUntil } from './quiet-hours.ts';

const night: QuietHours = {
  timeZone: 'Europe/Berlin',
  from: '22:00',
  to: '07:00',
  days: [...weekDays],
  exceptCritical: true,
};
const until = (quiet: QuietHours, at: string) => {
  const end = quietUntil(quiet, Date.parse(at));
  return end === null ? null : new Date(end).toISOString();
};

test('quiet hours follow the local time of their time zone, across midnight and on their days alone', () => {
  const cases: [QuietHours, string, string | null][] = [
    [night, '2026-01-07T20:59:59Z', null],
    [night, '2026-01-07T21:00:00Z', '2026-01-08T06:00:00.000Z'],
    [night, '2026-01-08T05:59:30Z', '2026-01-08T06:00:00.000Z'],
    [night, '2026-01-08T06:00:00Z', null],
    // In summer local time is one hour further ahead of UTC.
    [night, '2026-07-07T20:00:00Z', '2026-07-08T05:00:00.000Z'],
    // The quiet hours begin on Friday and end on Saturday, when none begin.
    [{ ...night, days: ['fri'] }, '2026-01-10T05:00:00Z', '2026-01-10T06:00:00.000Z'],
    [{ ...night, days: ['fri'] }, '2026-01-10T21:30:00Z', null],
    [{ ...night, days: ['sat'] }, '2026-01-10T05:00:00Z', null],
    // Quiet hours within a day.
    [{ ...night, from: '12:00', to: '13:30' }, '2026-01-10T11:15:00Z', '2026-01-10T12:30:00.000Z'],
    [{ ...night, from: '12:00', to: '13:30' }, '2026-01-10T12:30:00Z', null],
    // All day on two consecutive days.
    [
      { ...night, from: '00:00', to: '23:59', days: ['sat', 'sun'] },
      '2026-01-10T12:00:00Z',
      '2026-01-10T22:59:00.000Z',
    ],
    // The night when clocks go forward is an hour shorter; the night when they go back is an hour longer.
    [night, '2026-03-28T22:00:00Z', '2026-03-29T05:00:00.000Z'],
    [night, '2026-10-24T20:30:00Z', '2026-10-25T06:00:00.000Z'],
    // The end is in the hour that the clocks skip: 03:00 is the first time after it.
    [{ ...night, from: '03:00', to: '02:30', days: ['sat'] }, '2026-03-28T12:00:00Z', '2026-03-29T01:00:00.000Z'],
    // The gap between two windows is in the skipped hour.
    [{ ...night, from: '03:00', to: '02:30' }, '2026-03-28T12:00:00Z', '2026-03-30T00:30:00.000Z'],
    [{ ...night, from: '02:00', to: '01:59' }, '2026-10-24T23:30:00Z', '2026-10-24T23:59:00.000Z'],
    // A time zone with an offset of half an hour.
    [{ ...night, timeZone: 'Asia/Kolkata' }, '2026-01-07T16:30:00Z', '2026-01-08T01:30:00.000Z'],
  ];
  for (const [quiet, at, end] of cases) assert.equal(until(quiet, at), end, `${at} ${JSON.stringify(quiet)}`);
});
