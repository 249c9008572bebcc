// Shows the door's page on a tablet without network. Served at /consultations/door/worker.js, so that it answers
// for the door's addresses alone. It keeps the page, which names nobody, and the files that the page is made
// of; names are kept by store.js, never here.

const CACHE = `obste-door ${self.registration.scope}`;
const TABLET = /\/consultations\/door\/[0-9a-f-]{36}\/tablet$/;
const DOOR = /\/consultations\/door\/[0-9a-f-]{36}$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/** {keep: path} or {forget: path}; answered when it is done. */
self.addEventListener("message", (event) => {
  const { keep: kept, forget: gone } = event.data;
  const work = kept ? keep(kept) : forget(gone);
  event.waitUntil(work.then(() => event.ports[0]?.postMessage(true), () => event.ports[0]?.postMessage(false)));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && TABLET.test(url.pathname)) event.respondWith(show(event, url.pathname));
  else if (request.mode === "navigate" && DOOR.test(url.pathname)) event.respondWith(list(request, url.pathname));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
});

/** The kept page at once, which works whoever is signed in; it is made new for the next time. */
async function show(event, path) {
  const kept = await match(path);
  if (!kept) return fetch(event.request);
  event.waitUntil(keep(path).catch(() => false));
  return kept;
}

/** The simple list, or without network the tablet's page. */
async function list(request, path) {
  try {
    return await fetch(request);
  } catch (lost) {
    if (await match(`${path}/tablet`)) return Response.redirect(`${path}/tablet`);
    throw lost;
  }
}

async function file(request) {
  return (await match(request)) ?? fetch(request);
}

async function match(request) {
  const cache = await caches.open(CACHE);
  return cache.match(request, { ignoreVary: true });
}

/** Keep a page as it is now, and what it is made of; a page of sign-in is not kept in its place. */
async function keep(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok || answer.redirected) return false;
  const cache = await caches.open(CACHE);
  const addresses = filesIn(await answer.clone().text(), location.href);
  for (const address of addresses) {
    if (await cache.match(address)) continue;
    const found = await fetch(address);
    if (!found.ok) throw new Error(`${address} ${found.status}`);
    if (address.includes(".css")) for (const font of fontsIn(await found.clone().text(), found.url)) await keepFile(cache, font);
    await cache.put(address, found);
  }
  await cache.put(path, answer);
  return true;
}

async function keepFile(cache, address) {
  if (!(await cache.match(address))) await cache.add(address);
}

function filesIn(html, base) {
  const found = [...html.matchAll(/"(\/static\/[^"\s]+\.(?:js|css|woff2|svg)[^"\s]*)"/g)];
  return new Set(found.map(([, address]) => new URL(address.replaceAll("&amp;", "&"), base).href));
}

function fontsIn(css, base) {
  return [...css.matchAll(/url\("?([^")]+\.woff2[^")]*)"?\)/g)].map(([, address]) => new URL(address, base).href);
}

/** Take a page away, and with the last one everything. */
async function forget(path) {
  const cache = await caches.open(CACHE);
  await cache.delete(path, { ignoreVary: true });
  const left = await cache.keys();
  if (!left.some(({ url }) => TABLET.test(new URL(url).pathname))) await caches.delete(CACHE);
  return true;
}
