/* Shows only what belongs to the chosen service. Without it all stands there, under the services' names; the server takes the right ones. */
const service = document.getElementById('impacts.0.service');
const show = () => {
  for (const part of document.querySelectorAll('[data-for]')) {
    part.hidden = !part.dataset.for.split(' ').includes(service.value);
  }
};
service.addEventListener('change', show);
show();
