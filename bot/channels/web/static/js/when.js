/** Times as the chat shows them, always in Korea's time: visits are there, and so are the bot's sentences. */

const LOCALES = { ko: 'ko-KR', en: 'en-GB' };
const ZONE = 'Asia/Seoul';
const formats = new Map();

function format(language, name, options) {
  const key = `${language}.${name}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.DateTimeFormat(LOCALES[language] ?? LOCALES.ko, { timeZone: ZONE, ...options }));
  }
  return formats.get(key);
}

const parsed = (at) => {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? new Date(0) : date;
};

export const clockTime = (at, language) =>
  format(language, 'clock', { hour: 'numeric', minute: '2-digit', hour12: true }).format(parsed(at));

export const exactTime = (at) =>
  format('en', 'exact', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(parsed(at));

export const longDay = (at, language) =>
  format(language, 'day', { year: 'numeric', month: 'long', day: 'numeric', weekday: 'long' }).format(parsed(at));

/** As cards write it: 11/27(금) 14:00. */
export function dayAndTime(at, language) {
  const parts = format(language, 'dayAndTime', {
    month: 'numeric', day: 'numeric', weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  }).formatToParts(parsed(at));
  const { month, day, weekday, hour, minute } = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${month}/${day}(${weekday}) ${hour}:${minute}`;
}

export const minuteOf = (at) => Math.floor(parsed(at).getTime() / 60_000);

/** Days since an arbitrary day, counted in Korea (UTC+9, no summer time). */
export const dayOf = (at) => Math.floor((parsed(at).getTime() / 3_600_000 + 9) / 24);
