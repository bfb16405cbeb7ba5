// The token of whoever has signed in, for as long as this tab is open: a shared computer forgets it with the tab.

const NAME = "tanggap.token";

/** Where the browser keeps nothing, the page does. */
let held = "";

/** The token, or an empty text. */
export function token() {
  try {
    return sessionStorage.getItem(NAME) ?? held;
  } catch {
    return held;
  }
}

/** @param {string} text */
export function keepToken(text) {
  held = text;
  try {
    sessionStorage.setItem(NAME, text);
  } catch {
    // It is held until the page is closed.
  }
}

export function forgetToken() {
  held = "";
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // There was none to forget.
  }
}
