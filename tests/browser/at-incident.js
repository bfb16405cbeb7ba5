// What tests of who tells of one incident do at a unit's desk: look at a report, say something of it, wait for what the page makes of it.

/** Cards of reports that four tell of, and of those that one does. */
export const many = (page) => page.locator(".cards button", { hasText: /4 saksi|4 witnesses/ });
export const alone = (page) => page.locator(".cards button", { hasNotText: /saksi|witnesses/ });

/** Looks at a report and at who tells of it; its channel and id. */
export async function look(page, card) {
  const key = await card.getAttribute("data-key");
  await card.click();
  await page.waitForFunction((id) => document.querySelector(".detail article code")?.textContent === id, key.slice(key.indexOf(":") + 1));
  await page.waitForSelector(".witnesses:not([open])");
  await page.click(".witnesses summary");
  await page.waitForSelector(".witnesses li");
  return key;
}

export const tellers = (page) => page.locator(".witnesses li").evaluateAll((list) => list.map((line) => line.dataset.report));
export const told = (page, count) => page.waitForFunction((n) => document.querySelectorAll(".witnesses li").length === n, count);
/** Waits for words in the region that screen readers are told of. */
export const said = (page, words) => page.waitForFunction((text) => document.querySelector("#app > [role=status]")?.textContent.includes(text), words);
export const shows = (page, selector, words) => page.waitForFunction(([where, text]) => document.querySelector(where)?.textContent.includes(text), [selector, words]);
export const focusOn = (page, selector) => page.waitForFunction((wanted) => document.activeElement?.matches(wanted), selector);
/** The badge stands: it is not said over what is said next. */
export const settled = (page) => page.waitForSelector('.badge:not([data-kind="connecting"])');

/** Fills the form that merges with a report of the list, or one by its number. */
export async function merging(page, other, reason = "kejadian_sama") {
  await page.click('[data-begin="merge"]');
  await page.waitForSelector('.bond-form[data-bond="merge"]');
  const listed = await page.locator(`.bond-form option[value="${other}"]`).count();
  await page.selectOption('.bond-form select[name="other"]', listed > 0 ? other : "*");
  if (listed === 0) await page.fill('.bond-form input[name="number"]', other);
  await page.check(`.bond-form input[value="${reason}"]`);
}
