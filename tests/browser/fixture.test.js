// The stand-in for the program must refuse and repeat as the program does, or the tests of the pages test something else. Needs no browser.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { FIRST, SECOND } from "./at-desk.js";
import { Fixture } from "./harness.js";

/** @type {Fixture} */
let fixture;

before(async () => { fixture = await Fixture.start(); });
after(() => fixture?.down());

/** Says something of an incident. */
const say = (path, body, { token = SECOND, key } = {}) => fetch(`${fixture.url}/v1/incidents/${path}`, {
  method: "POST", body: typeof body === "string" ? body : JSON.stringify(body),
  headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}), ...(key ? { "idempotency-key": key } : {}) },
});

describe("the fixture server", () => {
  it("refuses and repeats what is said of incidents as the program does", async () => {
    const items = async (unit) => (await (await fetch(`${fixture.url}/v1/inbox?unit=${unit}`)).json()).items;
    const all = await items("D-BM");
    const [lone, other] = all.filter(({ witnesses }) => witnesses === 1).map(({ channel, id }) => `${channel}:${id}`);
    const group = all.find(({ witnesses }) => witnesses === 4).incident;
    const merge = (to) => ({ with: to, reason: "kejadian_sama" });
    const split = (report) => ({ report, reason: "lain_kejadian" });
    // As api/tests/http/incidents.rs has it.
    for (const [token, path, body, status] of [
      ["", `${lone}/merge`, merge(other), 401],
      ["fixture-leader-1", `${lone}/merge`, merge(other), 403],
      ["fixture-verifier-99.71.01", `${lone}/merge`, merge(other), 403],
      [SECOND, `${lone}/merge`, merge("qlue:nowhere"), 404],
      [SECOND, `${lone}/merge`, merge(lone), 422],
      [SECOND, `${lone}/merge`, { with: other, reason: "Sama saja" }, 400],
      [SECOND, `${lone}/merge`, "{", 400],
      [SECOND, `${lone}/split`, split(other), 422],
      [SECOND, `${lone}/split`, split(lone), 422],
      [SECOND, "qlue:nowhere/split", split("qlue:nowhere"), 404],
      ["fixture-operator-1", `${group}/split`, split(group), 201],
    ]) {
      assert.equal((await say(path, body, { token })).status, status, `${token} ${path} ${JSON.stringify(body)}`);
    }
    const key = "merge-0001";
    const first = await (await say(`${lone}/merge`, merge(other), { key })).json();
    assert.deepEqual([`${first.channel}:${first.id}`, first.status, first.seen], [lone, "linked", true]);
    assert.deepEqual(await (await say(`${lone}/merge`, merge(other), { key })).json(), first);
    assert.equal((await say(`${lone}/merge`, merge(other))).status, 422, "they are one");
    assert.equal((await say(`${lone}/merge`, merge(group), { key })).status, 422, "another wish under the same key");
    assert.equal((await say(`${lone}/merge`, merge(group), { key: "short" })).status, 400);
    const log = await (await fetch(`${fixture.url}/fixture/bonds`)).json();
    assert.deepEqual(log.map(({ what, report }) => [what, report]), [["split", group], ["merge", lone]]);
  });

  it("gives a photo to staff only, by the hash of what was uploaded", async () => {
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);
    const { sha256 } = await (await fetch(`${fixture.url}/v1/photos`, { method: "POST", headers: { "content-type": "image/jpeg" }, body: jpeg })).json();
    const get = (name, token) => fetch(`${fixture.url}/v1/photos/${name}`, { headers: token ? { authorization: `Bearer ${token}` } : {} });
    assert.equal((await get(sha256, "")).status, 401);
    assert.equal((await get("a".repeat(64), FIRST)).status, 404);
    const photo = await get(sha256, FIRST);
    assert.deepEqual([photo.status, photo.headers.get("content-type"), Buffer.from(await photo.arrayBuffer())], [200, "image/jpeg", jpeg]);
  });
});
