/** What survives a reload: the page's language, read marks, and what has not been acknowledged yet. */

const PREFIX = 'ssak3.';
const memory = new Map();

export function load(key) {
  try {
    return JSON.parse(window.localStorage.getItem(PREFIX + key));
  } catch {
    return memory.get(key) ?? null;
  }
}

export function save(key, value) {
  memory.set(key, value);
  try {
    window.localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // A full or forbidden storage costs the reload, not the chat.
  }
}

/** Frames said but not acknowledged, kept per person so that nobody sends another person's words. */
export class Outbox {
  #key;

  constructor(personId) {
    this.#key = `outbox.${personId}`;
  }

  all() {
    const frames = load(this.#key);
    return Array.isArray(frames) ? frames : [];
  }

  has(clientId) {
    return this.all().some((kept) => kept.frame.client_id === clientId);
  }

  add(frame, at) {
    save(this.#key, [...this.all(), { frame, at }]);
  }

  remove(clientId) {
    if (this.has(clientId)) save(this.#key, this.all().filter((kept) => kept.frame.client_id !== clientId));
  }
}

export const readMark = (personId) => load(`read.${personId}`) ?? 0;
export const setReadMark = (personId, seq) => save(`read.${personId}`, seq);
