/* Shows our prominent notices on another site. Quiet where there are none, and where we do not answer. */
(() => {
  const script = document.currentScript;
  if (!script?.src) return;
  const en = !/^ja\b/i.test(script.dataset.lang || document.documentElement.lang || 'ja');
  const source = new URL(`../${en ? 'en/' : ''}banner.json`, script.src);
  const COLOURS = { fault: '#a90000,#fdeeee', delay: '#8b3200,#ffeee2', recovered: '#115a36,#e6f5ec' };
  const MINUTE = 6e4;
  let timer;
  let told;
  let seenAt = 0;
  let askedAt = 0;

  const make = (name, css, ...children) => {
    const element = document.createElement(name);
    // Unlike an attribute, strict policies allow this.
    element.style.cssText = css;
    element.append(...children);
    return element;
  };
  const region = make('div', '');
  Object.assign(region, { className: 'shirase-banner', lang: en ? 'en' : 'ja' });
  region.setAttribute('role', 'region');
  region.setAttribute('aria-label', en ? 'Important notices' : '重要なお知らせ');
  region.setAttribute('aria-live', 'polite');
  const asOf = make('div', '');

  const lineOf = ({ stamp, title, url }) => {
    const words = make('span', '', (en && title.en) || title.ja);
    if (en && !title.en) words.lang = 'ja';
    const link = make('a', 'display:block;padding:.25em 0;color:inherit;text-decoration:underline', `${stamp} `, words);
    link.href = url;
    return make('li', '', link);
  };

  const show = (text) => {
    asOf.remove();
    if (text === told) return;
    const { state, notices } = JSON.parse(text);
    const lines = make('ul', 'margin:0;padding:0;list-style:none', ...notices.map(lineOf));
    const [ink, paper] = (COLOURS[state] || '#4d4d4d,#f2f2f2').split(',');
    region.style.cssText = `padding:.4em 1em;border-left:.5em solid;font-weight:bold;color:${ink};background:${paper}`;
    region.replaceChildren(lines);
    told = text;
    if (!notices.length) region.remove();
    else if (document.body.contains(script)) script.before(region);
    else document.body.prepend(region);
  };

  const ask = async () => {
    const control = new AbortController();
    const limit = setTimeout(() => control.abort(), 3e3);
    try {
      const answer = await fetch(source, {
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        signal: control.signal,
      });
      if (answer.ok) {
        show(await answer.text());
        seenAt = Date.now();
      }
    } catch {}
    clearTimeout(limit);
    if (Date.now() - seenAt < 5 * MINUTE) return;
    const at = new Date(seenAt).toLocaleString(region.lang, { timeZoneName: 'short' });
    asOf.textContent = en ? `As of ${at}` : `${at} 現在`;
    region.append(asOf);
  };

  const tick = () => {
    clearTimeout(timer);
    // Not all in the same second.
    timer = setTimeout(tick, (0.8 + Math.random() * 0.4) * MINUTE);
    if (document.hidden) return;
    askedAt = Date.now();
    ask();
  };
  document.addEventListener('visibilitychange', () => Date.now() - askedAt > MINUTE && tick());
  if (document.body) tick();
  else document.addEventListener('DOMContentLoaded', tick);
})();
