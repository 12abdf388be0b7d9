/** Cron's five fields in UTC, as the settings are checked and as the program on the host goes by them. */

/**
 * The times at which something is done.
 *
 * @typedef {object} Schedule
 * @property {readonly number[]} minutes in order, as all of these
 * @property {readonly number[]} hours
 * @property {readonly number[]} days of the month
 * @property {readonly number[]} months
 * @property {readonly number[]} weekdays 0 is Sunday
 * @property {boolean} eitherDay where both kinds of days are given, one that is either will do, see crontab(5)
 */

/** The numbers that each field takes. */
const fields = /** @type {const} */ ([
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
]);

const minute = 60_000;

/** The time by which a clock may have been wrong without being told, in milliseconds. */
export const clockTolerance = 60 * minute;
const day = 24 * 60 * minute;

/** The days within which every schedule comes that ever comes: those between two leap years around 2100. */
const mostDays = 366 * 8 + 1;

/**
 * Reads five cron fields: lists of `*`, numbers and ranges, each with a step where wanted.
 *
 * @param {string} text
 * @returns {Schedule | undefined} undefined when it is something else
 */
export function parseSchedule(text) {
  const parts = text.split(" ");
  if (parts.length !== fields.length) return undefined;
  const read = fields.map(([least, most], at) => numbersIn(parts[at] ?? "", least, most));
  const [minutes, hours, days, months, weekdays] = read;
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  const sundayIsZero = [...new Set(weekdays.map((number) => number % 7))].sort((a, b) => a - b);
  const eitherDay = !isAny(parts[2]) && !isAny(parts[4]);
  return { minutes, hours, days, months, weekdays: sundayIsZero, eitherDay };
}

/** @param {string | undefined} field */
function isAny(field) {
  return field?.startsWith("*") === true;
}

/**
 * @param {string} field
 * @param {number} least
 * @param {number} most
 * @returns {number[] | undefined} the numbers in order
 */
function numbersIn(field, least, most) {
  /** @type {Set<number>} */
  const numbers = new Set();
  for (const item of field.split(",")) {
    const match = /^(?:\*|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:\/([1-9][0-9]?))?$/.exec(item);
    if (match === null) return undefined;
    const from = Number(match[1] ?? least);
    const to = Number(match[2] ?? match[1] ?? most);
    if (from < least || to < from || to > most) return undefined;
    // As cron reads it, a number with a step goes on to the end.
    const end = match[3] !== undefined && match[2] === undefined ? most : to;
    for (let number = from; number <= end; number += Number(match[3] ?? 1)) numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}

/**
 * The first time after another, both in milliseconds since 1970.
 *
 * @param {Schedule} schedule
 * @param {number} time
 * @returns {number | undefined} undefined when none ever comes
 */
export function timeAfter(schedule, time) {
  const today = Math.floor(time / day) * day;
  for (let date = today; date <= today + mostDays * day; date += day) {
    const found = timesOn(schedule, date).find((one) => one > time);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The last time that is not after another, both in milliseconds since 1970.
 *
 * @param {Schedule} schedule
 * @param {number} time
 * @returns {number | undefined} undefined when there was none
 */
export function timeUntil(schedule, time) {
  const today = Math.floor(time / day) * day;
  for (let date = today; date >= today - mostDays * day; date -= day) {
    const found = timesOn(schedule, date).findLast((one) => one <= time);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The last time that is over and that nothing was done for yet: what is done then makes up for all before it.
 *
 * @param {Schedule} schedule
 * @param {number} now
 * @param {number} done the last time that something was done for, or since which the schedule counts
 * @returns {number | undefined}
 */
export function dueTime(schedule, now, done) {
  const time = timeUntil(schedule, now);
  return time !== undefined && time > done ? time : undefined;
}

/**
 * @param {Schedule} schedule
 * @param {number} date the day's first moment
 * @returns {number[]} its times on that day, in order
 */
function timesOn({ minutes, hours, days, months, weekdays, eitherDay }, date) {
  const on = new Date(date);
  if (!months.includes(on.getUTCMonth() + 1)) return [];
  const inMonth = days.includes(on.getUTCDate());
  const inWeek = weekdays.includes(on.getUTCDay());
  if (eitherDay ? !inMonth && !inWeek : !inMonth || !inWeek) return [];
  return hours.flatMap((hour) => minutes.map((of) => date + (hour * 60 + of) * minute));
}
