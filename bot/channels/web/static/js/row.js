/** Draws one message with its surroundings: day, avatar, name, time, unread mark, what went wrong. */

import { drawCard } from './card.js';
import { h, icon } from './dom.js';
import { t } from './texts.js';
import { clockTime, dayOf, longDay, minuteOf } from './when.js';

/** `actions` has `tap(button, entry)`, `retry(entry)` and `discard(entry)`. */
export function drawRow(entry, language, actions) {
  const mine = entry.from === 'me';
  const body = mine
    ? drawCard({ text: entry.card.text }, { language })
    : drawCard(entry.card, { language, onTap: (button) => actions.tap(button, entry) });
  const meta = h('div', { class: 'meta' }, mine ? sendState(language) : null, timeMark(entry, language));
  const line = h('div', { class: 'line' }, mine ? [meta, body] : [body, meta]);
  const name = h('div', { class: mine ? 'name visually-hidden' : 'name' }, t(mine ? 'me' : 'bot', {}, language));
  return h(
    'div',
    { class: mine ? 'row me' : 'row bot', 'data-seq': entry.seq },
    h('div', { class: 'day' }, h('span', {}, longDay(entry.at, language))),
    mine ? null : h('img', { class: 'avatar', src: '/static/img/bot.svg', alt: '', width: 40, height: 40 }),
    h('div', { class: 'stack' }, name, line, mine ? failure(entry, language, actions) : null),
  );
}

const timeMark = (entry, language) => h('time', { datetime: entry.at }, clockTime(entry.at, language));

const sendState = (language) => [
  h('span', { class: 'one', role: 'img', 'aria-label': t('notRead', {}, language) }, '1'),
  h('span', { class: 'sending', role: 'img', 'aria-label': t('sending', {}, language) }, icon('clock')),
];

function failure(entry, language, actions) {
  return h(
    'div',
    { class: 'failure' },
    h('span', { class: 'failure-text' }, entry.error || t('failed', {}, language)),
    h('button', { type: 'button', onclick: () => actions.retry(entry) }, t('retry', {}, language)),
    h('button', { type: 'button', onclick: () => actions.discard(entry) }, t('discard', {}, language)),
  );
}

/** Marks what depends on the neighbours: first of a day, first and last of a run, unread, pending, failed. */
export function arrange(entries) {
  const lastBot = entries.findLastIndex((entry) => entry.from === 'bot');
  entries.forEach((entry, index) => {
    const marks = entry.node.classList;
    const [before, next] = [entries[index - 1], entries[index + 1]];
    const newDay = !before || dayOf(before.at) !== dayOf(entry.at);
    marks.toggle('new-day', newDay);
    marks.toggle('first', newDay || !sameRun(before, entry));
    marks.toggle('last', !next || !sameRun(entry, next));
    marks.toggle('unread', entry.from === 'me' && entry.state === 'sent' && index > lastBot);
    marks.toggle('pending', entry.state === 'pending');
    marks.toggle('failed', entry.state === 'failed');
  });
}

const sameRun = (one, other) => one.from === other.from && minuteOf(one.at) === minuteOf(other.at);
