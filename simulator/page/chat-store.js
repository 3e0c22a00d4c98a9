// What the page remembers itself: half-typed words for this tab, and up to where one has read.

const READ = "wecom-read";
const DRAFTS = "wecom-drafts";

function loaded(store, key) {
  try {
    return JSON.parse(store.getItem(key)) || {};
  } catch {
    return {};
  }
}

function saved(store, key, value) {
  try {
    store.setItem(key, JSON.stringify(value));
  } catch {
    // A full or forbidden store only means that nothing is remembered past this page.
  }
}

const drafts = loaded(sessionStorage, DRAFTS);
const read = loaded(localStorage, READ);
const key = (person, talk) => `${person} ${talk}`;

export const draftOf = (person, talk) => drafts[key(person, talk)] || "";

export function keepDraft(person, talk, words) {
  if (words.trim()) drafts[key(person, talk)] = words;
  else delete drafts[key(person, talk)];
  saved(sessionStorage, DRAFTS, drafts);
}

export const readUntil = (person, talk) => read[key(person, talk)] || 0;

export function markRead(person, talk, at) {
  if (readUntil(person, talk) >= at) return;
  read[key(person, talk)] = at;
  saved(localStorage, READ, read);
}
