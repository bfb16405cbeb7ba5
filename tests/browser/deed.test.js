// Acting without a browser: what waits to be sent and what becomes of it, what a form lacks, when a photo was taken. Runs in milliseconds.

import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { bodyOf, empty, fieldsOf, KEYS, missing, newKey, plain, reasonsOf } from "../../api/dashboard/pages/assets/js/deed/deed.js";
import { takenOf, withTaken } from "../../api/dashboard/pages/assets/js/deed/exif.js";
import { Outbox } from "../../api/dashboard/pages/assets/js/deed/outbox.js";
import { PageStore } from "../../api/dashboard/pages/assets/js/deed/store.js";
import { ACTIONS } from "../../api/dashboard/pages/assets/js/inbox/keys.js";
import { sha256 } from "../../api/dashboard/pages/assets/js/verify/export.js";

const ABOUT = { room: "inbox", report: "1", channel: "qlue", label: { id: "Sampah", en: "Rubbish" }, place: "Kelurahan 1", action: "accept", expected: 3 };
const DONE = { id: "1", channel: "qlue", status: "in_progress", version: 4, time: "2026-01-15T07:03:00Z", seen: true };
const refused = (status, more = {}) => Object.assign(new Error(), { problem: { status, title: "x", ...more } });

describe("the outbox", () => {
  let now;
  let answers;
  let given;
  let told;
  let store;

  beforeEach(() => {
    [now, answers, given, told, store] = [1_000_000, [], [], [], new PageStore()];
  });

  async function opened(account = "jalan-1") {
    const give = async (deed) => {
      given.push({ key: deed.key, expected: deed.expected, note: deed.note });
      const answer = answers.shift() ?? DONE;
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const box = new Outbox({ give, now: () => now, changed: () => {}, told: (deed, done) => told.push([deed.action, deed.state, done?.version ?? null]) });
    await box.open(store, account);
    return box;
  }

  /** Lets time pass and everything that follows from it happen. */
  async function pass(box, ms) {
    now += ms;
    box.tick();
    for (let i = 0; i < 20; i += 1) await Promise.resolve();
    await new Promise(setImmediate);
  }

  it("sends nothing before it can no longer be undone, and then once", async () => {
    const box = await opened();
    box.submit(box.begin(ABOUT));
    await pass(box, 9_900);
    assert.deepEqual(given, []);
    await pass(box, 200);
    assert.equal(given.length, 1);
    assert.deepEqual(told, [["accept", "sending", 4]]);
    await pass(box, 100_000);
    assert.equal(given.length, 1);
    assert.deepEqual([box.deeds, await store.all()], [[], []]);
    assert.equal(box.sent[0].done.status, "in_progress");
  });

  it("an undo in time leaves nothing behind, and one that comes too late says so", async () => {
    const box = await opened();
    const deed = box.begin(ABOUT);
    box.submit(deed);
    assert.equal(box.undo(deed), true);
    await pass(box, 20_000);
    assert.deepEqual([given, box.deeds], [[], []]);
    const next = box.begin(ABOUT);
    box.submit(next);
    await pass(box, 10_000);
    assert.equal(box.undo(next), false);
  });

  it("tries what got no answer again with the same key and the same words, however often it takes", async () => {
    const box = await opened();
    const deed = box.begin({ ...ABOUT, action: "ask" });
    box.change(deed, { note: "Di sisi mana?" });
    answers = [refused(0), refused(503, { waitS: 20 })];
    box.submit(deed);
    await pass(box, 10_000);
    assert.deepEqual([deed.state, deed.tried], ["unsent", true]);
    box.change(deed, { note: "another question" });
    assert.equal(box.undo(deed), false, "nobody knows whether it arrived");
    await pass(box, 2_000);
    assert.equal(given.length, 1, "it waits before it tries again");
    await pass(box, 2_000);
    assert.equal(given.length, 2);
    await pass(box, 15_000);
    assert.equal(given.length, 2, "the server asked for twenty seconds");
    await pass(box, 10_000);
    assert.equal(given.length, 3);
    assert.equal(new Set(given.map(({ key }) => key)).size, 1);
    assert.deepEqual([...new Set(given.map(({ note }) => note))], ["Di sisi mana?"]);
    assert.deepEqual(box.deeds, []);
  });

  it("what another did first is said, what was written stays, and the next try is another wish", async () => {
    const box = await opened();
    const current = { status: "dispatched", unit: "D-BM", version: 5, time: "2026-01-15T07:00:00Z" };
    answers = [refused(409, { current })];
    const deed = box.begin({ ...ABOUT, action: "close" });
    box.change(deed, { reason: "tidak_ditemukan", note: "sudah dicari" });
    box.submit(deed);
    await pass(box, 10_000);
    assert.deepEqual([deed.state, deed.current, deed.note], ["stale", current, "sudah dicari"]);
    assert.deepEqual(told.at(-1), ["close", "stale", null]);
    box.again(deed);
    await pass(box, 10_000);
    assert.deepEqual(given.map(({ expected, note }) => [expected, note]), [[3, "sudah dicari"], [5, "sudah dicari"]]);
    assert.notEqual(given[0].key, given[1].key);
  });

  it("what the server refuses comes back to be changed; what wants a sign-in waits for it and for nothing else", async () => {
    const box = await opened();
    answers = [refused(422, { detail: "no" }), refused(401)];
    const first = box.begin({ ...ABOUT, action: "close" });
    box.change(first, { reason: "duplicate" });
    box.submit(first);
    const second = box.begin({ ...ABOUT, report: "2" });
    box.submit(second);
    await pass(box, 10_000);
    assert.deepEqual([first.state, second.state, second.tried, box.locked], ["refused", "unsent", false, true]);
    await pass(box, 600_000);
    assert.equal(given.length, 2, "nobody has signed in");
    box.resume();
    await pass(box, 0);
    assert.deepEqual([given.length, box.deeds], [3, [first]]);
    box.change(first, { reason: "not_ours" });
    assert.equal(first.state, "draft");
    assert.notEqual(first.key, given[0].key);
  });

  it("survives the page: drafts stay drafts, what was asked for leaves when it is opened again, and each account has its own", async () => {
    const before = await opened();
    const draft = before.begin({ ...ABOUT, report: "7", action: "close" });
    before.change(draft, { note: "belum jadi" });
    before.flush();
    before.submit(before.begin(ABOUT));
    await pass(before, 0);
    given = [];
    const other = await opened("jalan-2");
    await pass(other, 60_000);
    assert.deepEqual([other.deeds, given], [[], []]);
    const after = await opened();
    await pass(after, 0);
    assert.equal(given.length, 1);
    assert.deepEqual(after.deeds.map(({ report, note, state }) => [report, note, state]), [["7", "belum jadi", "draft"]]);
  });

  it("what was on its way when the page went may have arrived, so it keeps its words", async () => {
    await store.put({ ...ABOUT, key: "k".repeat(32), account: "jalan-1", target: "", officer: "", reason: "", note: "", photo: null, state: "sending", tried: false, begun: 1, leaves: 0, problem: null, current: null });
    const box = await opened();
    await pass(box, 0);
    assert.deepEqual(given.map(({ key }) => key), ["k".repeat(32)]);
  });

  it("a photo that did not arrive leaves the answer as free as it was", async () => {
    const box = await opened();
    answers = [Object.assign(refused(0), { untouched: true })];
    const deed = box.begin(ABOUT);
    box.submit(deed);
    await pass(box, 10_000);
    assert.deepEqual([deed.state, deed.tried], ["unsent", false]);
    assert.equal(box.undo(deed), true);
  });

  it("says when the browser keeps nothing", async () => {
    const box = await opened();
    assert.equal(box.forgetful, true);
    box.begin(ABOUT);
    assert.equal(box.urgent, true);
  });
});

describe("a deed", () => {
  const blank = { action: "accept", target: "", officer: "", reason: "", note: "", photo: null };

  it("lacks what its action needs, and a note where the reason is something else", () => {
    const lacks = (deed) => missing({ ...blank, ...deed });
    assert.deepEqual(lacks({}), []);
    assert.deepEqual(lacks({ action: "redirect" }), ["target", "reason"]);
    assert.deepEqual(lacks({ action: "complete" }), ["photo"]);
    assert.deepEqual(lacks({ action: "close", reason: "duplicate" }), []);
    assert.deepEqual(lacks({ action: "close", reason: "lainnya" }), ["note"]);
    assert.deepEqual(lacks({ action: "reject", reason: "lainnya", note: "  " }), ["note"]);
    assert.deepEqual(lacks({ action: "accept", reason: "lainnya" }), [], "a reason that is not asked for asks for nothing");
    assert.deepEqual([plain("accept"), plain("verify"), plain("dispatch"), plain("reject")], [true, true, false, false]);
    assert.deepEqual([empty(blank), empty({ ...blank, note: " x" })], [true, false]);
  });

  it("says to the server what its action is about and nothing else", () => {
    const deed = { ...blank, channel: "qlue", expected: 3, target: "D-LH", reason: "salah_unit", note: " ke kebersihan ", officer: "Budi" };
    assert.deepEqual(JSON.parse(JSON.stringify(bodyOf({ ...deed, action: "redirect" }, null))), { channel: "qlue", action: "redirect", expected: 3, unit: "D-LH", reason: "salah_unit", note: "ke kebersihan" });
    assert.deepEqual(JSON.parse(JSON.stringify(bodyOf({ ...deed, action: "accept" }, null))), { channel: "qlue", action: "accept", expected: 3 });
  });

  it("has reasons that are codes, a key nobody else has, and a letter of its own", () => {
    for (const action of ["redirect", "close", "reject"]) for (const code of reasonsOf(action)) assert.match(code, /^[a-z0-9_-]{1,40}$/);
    assert.match(newKey(), /^[0-9a-f]{32}$/);
    assert.notEqual(newKey(), newKey());
    const letters = ACTIONS.map((action) => KEYS[action]);
    assert.equal(new Set(letters).size, letters.length);
    for (const letter of letters) assert.ok(!["j", "k", "u", "?"].includes(letter), letter);
    assert.deepEqual(fieldsOf("close"), ["reason", "note", "photo"]);
  });
});

describe("when a photo was taken", () => {
  const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xdb, 0, 4, 1, 2, 0xff, 0xda, 0, 2, 9, 9, 0xff, 0xd9]);

  it("is put into a file and read again, with and without a zone", async () => {
    for (const said of [{ taken: "2026:01:15 14:03:00", zone: "+07:00" }, { taken: "2016:02:29 23:59:59", zone: null }]) {
      const made = await withTaken(jpeg.buffer, said).arrayBuffer();
      assert.deepEqual(takenOf(made), said);
      const bytes = new Uint8Array(made);
      assert.deepEqual([...bytes.slice(0, 2), ...bytes.slice(-jpeg.length + 2)], [...jpeg]);
    }
  });

  it("is read from a file in the other byte order, past another segment", () => {
    const text = "2025:12:31 08:15:30\0";
    const tiff = new DataView(new ArrayBuffer(8 + 18 + 18 + text.length));
    tiff.setUint16(0, 0x4949);
    tiff.setUint16(2, 42, true);
    tiff.setUint32(4, 8, true);
    tiff.setUint16(8, 1, true);
    [[10, 0x8769, 4, 1, 26]].forEach(([at, tag, kind, count, value]) => { tiff.setUint16(at, tag, true); tiff.setUint16(at + 2, kind, true); tiff.setUint32(at + 4, count, true); tiff.setUint32(at + 8, value, true); });
    tiff.setUint16(26, 1, true);
    [[28, 0x9003, 2, text.length, 44]].forEach(([at, tag, kind, count, value]) => { tiff.setUint16(at, tag, true); tiff.setUint16(at + 2, kind, true); tiff.setUint32(at + 4, count, true); tiff.setUint32(at + 8, value, true); });
    [...text].forEach((letter, i) => tiff.setUint8(44 + i, letter.charCodeAt(0)));
    const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, ...new Uint8Array(tiff.buffer)];
    const file = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 4, 7, 7, 0xff, 0xe1, (exif.length + 2) >> 8, (exif.length + 2) & 255, ...exif, 0xff, 0xda, 0, 2]);
    assert.deepEqual(takenOf(file.buffer), { taken: "2025:12:31 08:15:30", zone: null });
  });

  it("is not said by a file that says nothing, is cut short, or is none", async () => {
    assert.equal(takenOf(jpeg.buffer), null);
    assert.equal(takenOf(new ArrayBuffer(0)), null);
    assert.equal(takenOf(new TextEncoder().encode("not a picture at all").buffer), null);
    const whole = await withTaken(jpeg.buffer, { taken: "2026:01:15 14:03:00", zone: "+07:00" }).arrayBuffer();
    for (let length = 0; length < whole.byteLength; length += 1) takenOf(whole.slice(0, length));
  });
});

describe("the file that is paid from", () => {
  it("has the hash that sha256sum says", async () => {
    assert.equal(await sha256(new TextEncoder().encode("abc").buffer), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
