// Sets the theme before the first paint, so that a night room never sees a white flash, and asks for the typeface early; but not in the
// rooms for slow lines, where it would be a third of the page and the device's own does. Not a module on purpose: modules are deferred.
// `?tema=gelap|terang` wins, then what this browser chose before, then the system.
(() => {
  const asked = new URLSearchParams(location.search).get("tema");
  let chosen = asked === "gelap" ? "dark" : asked === "terang" ? "light" : null;
  try {
    chosen ??= localStorage.getItem("tanggap.theme");
  } catch {
    // Storage may be blocked; the system's preference is good enough.
  }
  // The wall is a screen in a room at night, unless its address says otherwise.
  if (!asked && /^#?\/dinding\b/.test(location.hash || location.pathname)) chosen = "dark";
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  const { pathname, hash, search } = location;
  if (/^#?\/(antrean|verifikasi|wilayah|laporan)\b/.test(hash || pathname) || /[?&]tab=(antrean|verifikasi)\b/.test(search)) {
    document.documentElement.dataset.plain = "";
    return;
  }
  const font = document.createElement("link");
  Object.assign(font, { rel: "preload", as: "font", type: "font/woff2", crossOrigin: "", href: "/assets/vendor/inter/inter-latin-wght-normal.woff2" });
  document.head.append(font);
})();
