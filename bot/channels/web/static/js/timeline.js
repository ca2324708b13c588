/** The order of one phone's messages: by the server's seq; what has none yet waits at the end. */

export class Timeline {
  entries = [];
  lastSeq = 0;
  #bySeq = new Map();
  #byClient = new Map();

  /** My own words, shown before the server has them. */
  addPending({ clientId, text, at }) {
    const entry = { key: Infinity, seq: null, from: 'me', at, clientId, card: { text }, state: 'pending' };
    this.#byClient.set(clientId, entry);
    this.#place(entry);
    return entry;
  }

  /** A message frame: its entry (new, or my pending one now in its place), or null if it was seen before. */
  accept(frame) {
    if (this.#bySeq.has(frame.seq)) return null;
    const mine = frame.client_id ? this.#byClient.get(frame.client_id) : undefined;
    const entry = mine ?? { from: frame.from, clientId: frame.client_id ?? null, card: frame.card ?? {} };
    const place = frame.place ?? frame.seq;
    Object.assign(entry, { seq: place, key: place, at: frame.at, state: 'sent', open: Boolean(frame.open) });
    this.#bySeq.set(frame.seq, entry).set(place, entry);
    if (entry.clientId) this.#byClient.set(entry.clientId, entry);
    this.lastSeq = Math.max(this.lastSeq, frame.seq);
    this.#place(entry);
    return entry;
  }

  /** A frame that replaces an entry, in its place: that entry, or null if the frame is something else. */
  change(frame) {
    const entry = this.#bySeq.get(frame.place);
    if (!entry || this.#bySeq.has(frame.seq)) return null;
    this.#bySeq.set(frame.seq, entry);
    this.lastSeq = Math.max(this.lastSeq, frame.seq);
    Object.assign(entry, { card: frame.card, open: Boolean(frame.open) });
    return entry;
  }

  /** Moves my entry on to `sent`, `failed` or back to `pending`; null if unknown or already in its final place. */
  settle(clientId, state) {
    const entry = this.#byClient.get(clientId);
    if (!entry || entry.seq !== null) return null;
    entry.state = state;
    entry.key = state === 'pending' ? Infinity : this.lastSeq + 0.5;
    this.#place(entry);
    return entry;
  }

  discard(clientId) {
    const entry = this.#byClient.get(clientId);
    this.#byClient.delete(clientId);
    this.entries = this.entries.filter((other) => other !== entry);
  }

  /** Forgets the oldest entries beyond `limit` and returns them; their seqs stay known. */
  trim(limit) {
    return this.entries.splice(0, Math.max(0, this.entries.length - limit));
  }

  /** The entry drawn right after this one, or null. */
  after(entry) {
    return this.entries[this.entries.indexOf(entry) + 1] ?? null;
  }

  lastFrom(from) {
    return this.entries.findLast((entry) => entry.from === from) ?? null;
  }

  #place(entry) {
    const others = this.entries.filter((other) => other !== entry);
    const index = others.findLastIndex((other) => other.key <= entry.key) + 1;
    others.splice(index, 0, entry);
    this.entries = others;
  }
}
