// While something runs, its part of the page is asked for again; without scripts there is a link.
"use strict";
async function again() {
  const old = document.getElementById("live");
  const seconds = Number(old?.dataset.again);
  if (!seconds) return;
  await new Promise((done) => { setTimeout(done, seconds * 1000); });
  try {
    const answer = await fetch(location.href, { redirect: "error" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live");
    if (fresh && !old.contains(document.activeElement)) old.replaceWith(fresh);
  } catch { return; } // signed out, or the server rests: the link is still there
  again();
}
again();
