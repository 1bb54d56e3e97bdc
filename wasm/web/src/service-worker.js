// Keeps all files of the page, so that it works offline. The build fills in the version and the list.
const cacheName = `symlint ${VERSION}`;
const assets = ASSETS;

self.addEventListener("install", (event) => {
  // It waits until no page of an earlier version is open: such a page still loads files of that version.
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(assets)));
});

self.addEventListener("activate", (event) => {
  const old = async () => {
    for (const name of await caches.keys()) if (name.startsWith("symlint ") && name !== cacheName) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(old());
});

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  // Built files have their content in their names; the page itself is requested, so that a new version is noticed.
  const answer = async () => {
    const cache = await caches.open(cacheName);
    if (event.request.mode !== "navigate") return (await cache.match(event.request)) ?? fetch(event.request);
    try {
      return await fetch(event.request);
    } catch (error) {
      const page = await cache.match("./");
      if (page) return page;
      throw error;
    }
  };
  event.respondWith(answer());
});
