// Sets the theme before the first paint, so that a night room never sees a white flash. Not a module on purpose: modules
// are deferred. `?tema=gelap|terang` wins, then what this browser chose before, then the system.
(() => {
  const asked = new URLSearchParams(location.search).get("tema");
  let chosen = asked === "gelap" ? "dark" : asked === "terang" ? "light" : null;
  try {
    chosen ??= localStorage.getItem("tanggap.theme");
  } catch {
    // Storage may be blocked; the system's preference is good enough.
  }
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
