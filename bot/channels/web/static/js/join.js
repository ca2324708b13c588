/** The pane of a role that needs an invite. */

import { h } from './dom.js';
import { Refused } from './session.js';
import { onPageLanguage, t } from './texts.js';

export class JoinPane {
  #demo = false;
  #error = null;

  /** `onJoin({invite} | {demo: true})` resolves when the phone is in, or rejects. */
  constructor({ role, onJoin }) {
    Object.assign(this, { role, onJoin });
    this.title = h('h3', {});
    this.hint = h('p', { class: 'join-hint', id: `join-hint-${role}` });
    this.label = h('label', { for: `join-code-${role}` });
    this.code = h('input', { id: `join-code-${role}`, type: 'text', class: 'join-code', 'data-testid': 'join-code' });
    for (const [name, value] of Object.entries({
      autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', maxlength: 200, 'aria-describedby': this.hint.id,
    })) this.code.setAttribute(name, value);
    this.submit = h('button', { type: 'submit', class: 'join-submit', 'data-testid': 'join-submit' });
    this.demoButton = h('button', { type: 'button', class: 'join-demo', 'data-testid': 'join-demo' });
    this.demoHint = h('p', { class: 'join-demo-hint' });
    this.alert = h('p', { class: 'join-error', role: 'alert', 'data-testid': 'join-error' });
    const form = h('form', { class: 'join-form' }, this.label, this.code, this.submit);
    const picture = h('img', { src: `/static/img/${role}.svg`, alt: '', width: 76, height: 76 });
    this.demoPart = h('div', { class: 'join-demo-part', hidden: true }, this.demoButton, this.demoHint);
    this.element = h('div', { class: 'join' }, picture, this.title, this.demoPart, this.hint, form, this.alert);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#tryCode();
    });
    this.demoButton.addEventListener('click', () => this.#try({ demo: true }));
    onPageLanguage(() => this.#translate());
  }

  set demo(value) {
    this.#demo = value;
    this.demoPart.hidden = !value;
    this.submit.classList.toggle('primary', !value);
  }

  /** Says why a code did not work, keeping it there to be corrected. */
  explain(error, code = '') {
    if (code) this.code.value = code;
    this.#error = error;
    this.#translate();
  }

  #tryCode() {
    const invite = this.code.value.trim();
    if (invite) return this.#try({ invite });
    this.#error = 'joinEmpty';
    this.#translate();
    this.code.focus();
  }

  async #try(request) {
    this.#setBusy(true);
    this.#error = null;
    this.#translate();
    try {
      await this.onJoin(request);
    } catch (error) {
      this.explain(error);
    } finally {
      this.#setBusy(false);
    }
  }

  #setBusy(busy) {
    for (const button of [this.submit, this.demoButton]) button.disabled = busy;
  }

  #translate() {
    this.title.textContent = t(`joinTitle_${this.role}`);
    this.hint.textContent = t('joinHint');
    this.label.textContent = t('joinCode');
    this.submit.textContent = t('joinButton');
    this.demoButton.textContent = t('joinDemo');
    this.demoHint.textContent = t('joinDemoHint');
    this.alert.textContent = this.#explanation();
  }

  #explanation() {
    if (!this.#error) return '';
    if (typeof this.#error === 'string') return t(this.#error);
    if (this.#error instanceof Refused) return this.#error.message || t('joinRefused');
    return t('joinFailed');
  }
}
