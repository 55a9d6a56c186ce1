/* Puts a button beside each text that is there to be copied. Without this script it is selected and copied by hand. */
for (const text of document.querySelectorAll('textarea[data-copy]')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button secondary';
  button.textContent = text.dataset.copy;
  // Which of them is copied is said with it.
  button.setAttribute('aria-describedby', `${text.id}-label`);
  const said = document.createElement('span');
  said.setAttribute('role', 'status');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      // Not over https, or not allowed.
      text.select();
      document.execCommand('copy');
    }
    said.textContent = text.dataset.copied;
  });
  text.after(button, ' ', said);
}
