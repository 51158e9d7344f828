"use strict";
// Shows what goes on as it goes; without this file the page shows it whenever it is loaded.

// Screen readers hear of a new state, not of every record.
const status = document.querySelector("[data-says]");
const say = (state) => {
  const words = state?.textContent.trim();
  if (status && words && status.textContent !== words) status.textContent = words;
};

// Whoever is on the way to another page is not called back to this one. A download looks like
// leaving, too, and leaves the page where it is.
let leaving = false;
window.addEventListener("beforeunload", () => {
  leaving = true;
  setTimeout(() => { leaving = false; }, 60000);
});
const show = (page) => {
  if (leaving) setTimeout(show, 1000, page);
  else location.replace(page);
};

for (const place of document.querySelectorAll("[data-live]")) {
  let stream = null;

  const follow = () => {
    stream = new EventSource(place.dataset.live);
    stream.addEventListener("shown", (event) => {
      place.innerHTML = event.data;
      say(place.querySelector("[data-state]"));
    });
    // What can be done to a run is another thing once it is over.
    stream.addEventListener("over", () => {
      stream.close();
      if (place.dataset.then) show(place.dataset.then);
    });
    // It asks again by itself where a connection ended; not where it was refused.
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) setTimeout(resume, 15000);
    });
  };

  const resume = () => { if (!document.hidden) follow(); };

  // Nobody looks at a page in the background.
  document.addEventListener("visibilitychange", () => {
    stream?.close();
    resume();
  });
  resume();
}
