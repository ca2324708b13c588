/** Puts the page together: three phones, tabs, language, and the demo's switches. */

import { Demo } from './demo.js';
import { Phone } from './phone.js';
import { fetchConfig, takeInvites } from './session.js';
import { onPageLanguage, setPageLanguage, translatePage } from './texts.js';
import { Tabs } from './tabs.js';

const ROLES = ['customer', 'cleaner', 'operator'];

function languageButtons() {
  for (const button of document.querySelectorAll('[data-language]')) {
    button.addEventListener('click', () => setPageLanguage(button.dataset.language));
    onPageLanguage((language) => button.setAttribute('aria-pressed', String(button.dataset.language === language)));
  }
  onPageLanguage(() => translatePage());
}

function start() {
  const invites = takeInvites();
  languageButtons();
  const phones = Object.fromEntries(
    ROLES.map((role) => [role, new Phone({ role, onUnread: (count) => tabs?.setUnread(role, count) })]),
  );
  document.querySelector('.phones').append(...ROLES.map((role) => phones[role].frame.element));
  const invited = ROLES.find((role) => invites[role]);
  tabs = new Tabs(document.querySelector('.tabs'), phones, invited);
  for (const role of ROLES) phones[role].start(invites[role]);
  return phones;
}

let tabs;
const phones = start();
const { demo } = await fetchConfig();
for (const role of ROLES) phones[role].demo = demo === true;
if (demo === true) new Demo(document.querySelector('.demo')).start();
