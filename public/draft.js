/*
 * Saves a report while it is typed, and tells who else has it open. Without this script it is saved by its button. Nothing is kept in
 * the browser: what could not be saved stays in the form, and is saved as soon as that works again.
 */
const box = document.querySelector('[data-autosave]');
const form = box?.closest('form');
if (box && form) {
  const say = (text) => {
    if (box.textContent !== text) box.textContent = text;
  };
  const { texts } = box.dataset;
  const words = JSON.parse(texts);
  let url = box.dataset.autosave;
  let here = box.dataset.here;
  let dirty = false;
  let busy = null;
  let timer = 0;
  let leaving = false;

  const set = (name, value) => {
    for (const field of form.querySelectorAll(`[name="${name}"]`)) field.value = value;
  };

  const post = (address) =>
    fetch(address, {
      method: 'POST',
      body: new URLSearchParams(new FormData(form)),
      headers: { accept: 'application/json' },
    });

  const isJson = (answer) => (answer.headers.get('content-type') ?? '').startsWith('application/json');

  /* The session may have been renewed in another window: its token is another. */
  const renewed = async () => {
    const answer = await fetch(box.dataset.token, { headers: { accept: 'application/json' } });
    if (!isJson(answer)) return false;
    const { token } = await answer.json();
    for (const field of document.querySelectorAll('[name="_csrf"]')) field.value = token;
    return true;
  };

  const others = (list) => {
    if (list.length === 0) return '';
    const time = new Intl.DateTimeFormat(document.documentElement.lang, {
      timeStyle: 'short',
      timeZone: box.dataset.zone,
    });
    return ` ${words.others.replace('{names}', list.map((one) => `${one.name} (${time.format(one.since)})`).join(', '))}`;
  };

  const taken = (body) => {
    set('version', String(body.version));
    if (!here) {
      // Its buttons are called "action", so form.action is one of them.
      const base = form.getAttribute('action').split('#')[0];
      here = `${base}/${body.id}/here`;
      url = `${base}/${body.id}/autosave`;
      for (const button of form.querySelectorAll('[formaction]')) {
        button.setAttribute(
          'formaction',
          button.getAttribute('formaction').replace(/\/console\/notices(?=#|$)/, `/console/notices/${body.id}/edit`),
        );
      }
      form.setAttribute('action', body.edit);
      if (!form.querySelector('[name="version"]')) {
        form.insertAdjacentHTML('afterbegin', '<input type="hidden" name="version">');
        set('version', String(body.version));
      }
      history.replaceState(null, '', body.edit);
    }
  };

  const save = async () => {
    dirty = false;
    try {
      let answer = await post(url);
      if (!isJson(answer) && (await renewed())) answer = await post(url);
      if (!isJson(answer)) {
        dirty = true;
        say(words.expired);
      } else if (answer.ok) {
        const body = await answer.json();
        taken(body);
        say(
          words.saved.replace('{time}', new Date().toLocaleTimeString(document.documentElement.lang)) +
            others(body.others),
        );
      } else {
        say(`${(await answer.json()).message} ${words.conflict}`);
      }
    } catch {
      dirty = true;
      say(words.offline);
    }
    if (dirty) later(15000);
  };

  const run = () => {
    if (leaving) return;
    busy ??= save().finally(() => {
      busy = null;
    });
  };

  const later = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(run, milliseconds);
  };

  form.addEventListener('input', () => {
    dirty = true;
    later(1500);
  });

  /* What is under way is finished first, or the text that is sent would be older than what is saved. */
  form.addEventListener('submit', (event) => {
    clearTimeout(timer);
    if (event.submitter?.formTarget === '_blank') return;
    leaving = true;
    if (!busy) return;
    event.preventDefault();
    busy.then(() => form.requestSubmit(event.submitter));
  });

  addEventListener('beforeunload', (event) => {
    if (dirty && !leaving) event.preventDefault();
  });

  setInterval(async () => {
    if (!here || busy || leaving || document.hidden) return;
    try {
      const answer = await post(here);
      if (!isJson(answer) || !answer.ok) return;
      const body = await answer.json();
      const version = form.querySelector('[name="version"]')?.value;
      if (version !== undefined && String(body.version) !== version)
        say(words.newer.replace('{name}', body.savedBy) + others(body.others));
      else if (body.others.length > 0) say(others(body.others).trim());
    } catch {
      // Nothing typed depends on it.
    }
  }, 20000);
}
