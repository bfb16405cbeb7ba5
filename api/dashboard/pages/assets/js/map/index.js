// Chooses the map: WebGL 2 where the browser has it, a canvas where not (thin clients, `?peta=kanvas`). The engine that is
// not used is never loaded.

/** @typedef {import("../types").HeatMap} HeatMap */

/**
 * @param {HTMLElement} place
 * @param {{ theme: "light" | "dark", onPick: (index: number) => void, onProblem: (what: string) => void }} options
 * @returns {Promise<HeatMap>}
 */
export async function openMap(place, options) {
  const asked = new URLSearchParams(location.search).get("peta");
  if (asked !== "kanvas" && hasWebGl2()) {
    const { GlMap } = await import("./gl.js");
    return GlMap.open(place, options);
  }
  const { CanvasMap } = await import("./canvas.js");
  return CanvasMap.open(place, options);
}

function hasWebGl2() {
  try {
    const context = document.createElement("canvas").getContext("webgl2");
    context?.getExtension("WEBGL_lose_context")?.loseContext();
    return context !== null;
  } catch {
    return false;
  }
}
