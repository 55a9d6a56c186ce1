/*
 * What changes by itself in the console (the board, a notice's state, its mails) counts down and is fetched anew each minute, or as
 * often as it says.
 * Nothing moves under a reader's hands: what has the focus keeps it, and a page that cannot be fetched says so.
 */
const MINUTE = 60_000;
const EVERY = Number(document.getElementById('board').dataset.every) || MINUTE;
const english = document.documentElement.lang === 'en';
let skew = 0;

const board = () => document.getElementById('board');

/** Like showDuration of the server: to the minute, at most days. */
function duration(milliseconds) {
  const minutes = Math.floor(milliseconds / MINUTE);
  const parts = [
    [Math.floor(minutes / 1440), '日', minutes >= 2880 ? ' days' : ' day'],
    [Math.floor((minutes % 1440) / 60), '時間', ' h'],
    [minutes % 60, '分', ' min'],
  ].filter(([count]) => count > 0);
  if (parts.length === 0) return english ? 'less than a minute' : '1分未満';
  return english ? parts.map(([n, , en]) => n + en).join(' ') : parts.map(([n, ja]) => n + ja).join('');
}

function count() {
  const words = board().dataset;
  const [calm, soon, over] = JSON.parse(words.stages);
  for (const place of board().querySelectorAll('[data-due]')) {
    const left = Number(place.dataset.due) - Date.now() - skew;
    const text = (left < 0 ? (place.dataset.over ?? words.over) : (place.dataset.left ?? words.left)).replace(
      'TIME',
      duration(Math.abs(left)),
    );
    if (place.textContent !== text) place.textContent = text;
    const stage = left < 0 ? over : left <= Number(words.soon) ? soon : calm;
    const badge = place.parentElement.querySelector('[data-stage]');
    if (!badge || badge.textContent === stage.word) continue;
    badge.textContent = stage.word;
    badge.className = `badge ${stage.colour}`;
    const card = place.closest('.due > .card');
    if (card) card.className = `card ${stage.colour}`;
  }
}

async function renew() {
  if (document.visibilityState !== 'visible') return;
  try {
    const answer = await fetch(location.href, { cache: 'no-store', signal: AbortSignal.timeout?.(20_000) });
    const fresh =
      answer.ok && new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('board');
    if (!fresh) throw new Error('this is not the board');
    say('');
    const held = document.activeElement;
    if (board().contains(held) && held.matches('button, input')) return;
    const again = board().contains(held) && held.getAttribute('href');
    board().replaceWith(document.adoptNode(fresh));
    if (again)
      board()
        .querySelector(`a[href="${CSS.escape(again)}"]`)
        ?.focus({ preventScroll: true });
    agree();
    count();
  } catch {
    say(board().dataset.lost);
  }
}

/** The server's clock counts: this machine's may be wrong by minutes. */
function agree() {
  skew = Number(board().dataset.now) - Date.now();
}

function say(text) {
  const status = document.getElementById('board-status');
  if (status.textContent === text) return;
  status.textContent = text;
  status.className = text ? 'warning' : 'visually-hidden';
}

agree();
setInterval(count, 5000);
setInterval(renew, EVERY);
document.addEventListener('visibilitychange', renew);
