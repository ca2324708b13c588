/** Draws what is inside a bubble: plain text, a card, or an arriving notice. */

import { h, icon, safeLink } from './dom.js';
import { t } from './texts.js';

const FOLD_AFTER = 500;
const PRESSED_FOR = 600;
// “(20%)이”, “오후 2:30” and “#{고객명}” stay on one line: browsers would break between the two.
const UNBROKEN = /([)\]”’][가-힣]{1,4}|오[전후] \d{1,2}(?::\d{2}|시)[가-힣]{0,3}|#\{[^{}\s]{1,20}\}[.,]?)/;

/** `onTap(button)` is called for actions; links open by themselves in a new window. */
export function drawCard(card, { language, onTap }) {
  const isCard = Boolean(card.title || card.items?.length || card.buttons?.length || card.notice);
  if (!isCard) return h('div', { class: 'bubble' }, foldedText(card.text ?? '', language));
  return h(
    'div',
    { class: card.notice ? 'card notice' : 'card' },
    card.notice ? h('div', { class: 'notice-bar' }, icon('bell'), t('noticeArrived', {}, language)) : null,
    h(
      'div',
      { class: 'card-body' },
      card.title ? h('div', { class: 'card-title' }, card.title) : null,
      card.text ? foldedText(card.text, language) : null,
      card.items?.length ? itemList(card.items) : null,
    ),
    card.buttons?.length ? buttonList(card, language, onTap) : null,
  );
}

const unbroken = (text) =>
  text.split(UNBROKEN).map((part, index) => (index % 2 ? h('span', { class: 'unbroken' }, part) : part));

function foldedText(text, language) {
  const letters = Array.from(text);
  const paragraph = h('p', { class: 'text' }, unbroken(text));
  if (letters.length <= FOLD_AFTER) return paragraph;
  const short = `${letters.slice(0, FOLD_AFTER).join('')}…`;
  const toggle = h('button', { type: 'button', class: 'fold', 'aria-expanded': 'false', 'data-testid': 'fold' });
  const show = (open) => {
    paragraph.replaceChildren(...unbroken(open ? text : short));
    toggle.textContent = t(open ? 'fold' : 'showFull', {}, language);
    toggle.setAttribute('aria-expanded', String(open));
  };
  toggle.addEventListener('click', () => show(toggle.getAttribute('aria-expanded') === 'false'));
  show(false);
  return h('div', { class: 'folded' }, paragraph, toggle);
}

const itemList = (items) =>
  h('dl', { class: 'items' }, items.map((item) => h('div', {}, h('dt', {}, item.name), h('dd', {}, item.value))));

function buttonList(card, language, onTap) {
  const aside = card.side_by_side && card.buttons.length === 2;
  return h(
    'div',
    { class: aside ? 'buttons side-by-side' : 'buttons' },
    card.buttons.map((button) => (button.url ? linkButton(button, language) : actionButton(button, onTap))),
  );
}

function linkButton(button, language) {
  const props = { class: 'card-button', 'data-testid': 'card-button' };
  const href = safeLink(button.url);
  if (!href) {
    return h('button', { ...props, type: 'button', disabled: true, title: t('linkBlocked', {}, language) }, button.label);
  }
  const aside = h('span', { class: 'visually-hidden' }, ` (${t('newWindow', {}, language)})`);
  return h('a', { ...props, href, target: '_blank', rel: 'noopener noreferrer' }, button.label, aside);
}

/** A tapped button rests for a moment; aria-disabled rather than disabled, so that it keeps the focus. */
export function actionButton(button, onTap, props = { class: 'card-button', 'data-testid': 'card-button' }) {
  const element = h('button', { ...props, type: 'button' }, button.label);
  element.addEventListener('click', () => {
    if (element.getAttribute('aria-disabled') === 'true') return;
    element.setAttribute('aria-disabled', 'true');
    setTimeout(() => element.removeAttribute('aria-disabled'), PRESSED_FOR);
    onTap(button);
  });
  return element;
}
