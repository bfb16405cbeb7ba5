// Which letter is which action on a desk.

import { KEYS } from "../deed/deed.js";

/** @typedef {import("../deed/types").Action} Action */

/** @type {Action[]} */
export const ACTIONS = ["accept", "redirect", "dispatch", "complete", "close", "ask", "answer", "reopen"];

/** @type {Map<string, Action>} */
export const KEY_OF = new Map(ACTIONS.map((action) => [KEYS[action], action]));
