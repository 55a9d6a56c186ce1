/*
 * Tells who has a page open that there is news. The page can be read without it.
 *
 * Every 30 to 60 seconds, and only while the page can be seen, it asks /edition.json. Where another edition stands it looks at its own
 * page: only one whose own mark is another is offered anew, and only its reader loads it. Readers came at different moments and each
 * waits for another time, so they do not all ask at once.
 */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** After so long without a touch nobody reads any more. */
const IDLE = 120 * MINUTE;
const LONGEST = 10 * MINUTE;

const meta = document.querySelector('meta[name="edition"]');
const bar = document.getElementById('live');
const status = bar.querySelector('[role="status"]');
const button = bar.querySelector('button');
const words = bar.dataset;

/** The edition of which is known that this page is as it says. */
let known = meta.dataset.edition ?? meta.content;
/** The edition for which it was looked once; a proxy may have had it before it had the page. */
let doubted;
let checkedAt;
let failures = 0;
let due = 0;
let timer;
let touched = Date.now();
let looking = false;
let act = () => {};

const between = (shortest, longest) => shortest + Math.random() * (longest - shortest);

function wait(milliseconds) {
  due = Date.now() + milliseconds;
  clearTimeout(timer);
  if (document.visibilityState === 'visible') timer = setTimeout(look, milliseconds);
}

function end() {
  due = Number.POSITIVE_INFINITY;
  clearTimeout(timer);
}

/** What is said once is not said again; without text the bar is gone. */
function say(text, label, action) {
  const held = document.activeElement === button;
  if (status.textContent !== text) status.textContent = text;
  button.textContent = label ?? '';
  button.hidden = !label;
  bar.classList.toggle('shown', Boolean(text));
  act = action ?? (() => {});
  if (held && !label) document.getElementById('main').focus({ preventScroll: true });
}

async function ask(path) {
  const answer = await fetch(path, { cache: 'no-cache', signal: AbortSignal.timeout?.(20 * SECOND) });
  if (answer.ok) return answer;
  throw Object.assign(new Error(answer.statusText), { after: Number(answer.headers.get('retry-after')) * SECOND });
}

/** Whether this page, as the server has it now, is another than the one that is read. */
async function isOther() {
  const text = await (await ask(location.pathname)).text();
  const mark = new DOMParser().parseFromString(text, 'text/html').querySelector('meta[name="edition"]');
  if (!mark) throw new Error('this is not our page');
  return mark.content !== meta.content;
}

async function look() {
  clearTimeout(timer);
  if (looking) return;
  looking = true;
  await (Date.now() - touched > IDLE ? rest() : check());
  looking = false;
}

function rest() {
  end();
  say(words.resting, words.resume, again);
}

async function check() {
  const byHand = document.activeElement === button;
  try {
    const { edition, shown } = await (await ask('/edition.json')).json();
    if (!edition || !shown) throw new Error('this is not our edition');
    if (edition !== known && (await isOther())) {
      end();
      say(words.news, words.show, () => location.reload());
      return;
    }
    if (doubted === edition) known = edition;
    doubted = edition;
    checkedAt = shown[document.documentElement.lang];
    failures = 0;
    say(byHand ? words.same.replace('AT', checkedAt) : '');
    const place = document.getElementById('live-at');
    if (place) place.textContent = words.checked.replace('AT', checkedAt);
    wait(between(30 * SECOND, MINUTE));
  } catch (error) {
    failures += 1;
    // One question may get lost.
    if (failures > 1 || byHand || !navigator.onLine) lose();
    const pause = Math.min(MINUTE * 2 ** (failures - 1), LONGEST);
    wait(Math.max(between(pause / 2, pause), error.after || 0));
  }
}

function lose() {
  say(words.lost + (checkedAt ? ` ${words.last.replace('AT', checkedAt)}` : ''), words.again, again);
}

function again() {
  touched = Date.now();
  status.textContent = '';
  look();
}

button.addEventListener('click', () => act());
for (const sign of ['pointerdown', 'keydown', 'scroll']) {
  addEventListener(sign, () => (touched = Date.now()), { passive: true });
}

document.addEventListener('visibilitychange', () => {
  clearTimeout(timer);
  if (document.visibilityState !== 'visible' || due === Number.POSITIVE_INFINITY) return;
  touched = Date.now();
  wait(Math.max(0, due - Date.now()));
});
addEventListener('offline', () => {
  if (due !== Number.POSITIVE_INFINITY) lose();
});
// Many come back at the same moment where a line was repaired.
addEventListener('online', () => {
  if (due !== Number.POSITIVE_INFINITY) wait(between(0, 15 * SECOND));
});
// Out of the browser's own store it may be of yesterday.
addEventListener('pageshow', (event) => {
  if (event.persisted && due !== Number.POSITIVE_INFINITY) wait(0);
});

const [arrival] = performance.getEntriesByType('navigation');
wait(arrival?.transferSize === 0 ? 0 : between(30 * SECOND, MINUTE));
const line = document.getElementById('live-line');
if (line) line.hidden = false;
