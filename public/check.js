/* Cuts a whole address to its domain before it is sent: who asks stays with him. Without this script the server cuts it, and keeps nothing. */
const field = document.getElementById('of');
field.form.addEventListener('submit', () => {
  // With nothing behind the @ the server says what to enter, and is not told what stood before it.
  field.value = field.value.split(/[@＠]/).at(-1).trim();
});
