// Keeps deeds that have not arrived yet: in the browser's own database, because a photo does not fit elsewhere.

/** @typedef {import("./types").Deed} Deed */
/** @typedef {import("./types").DeedStore} DeedStore */

const NAME = "tanggap";
const TABLE = "deeds";

/** @returns {Promise<DeedStore>} */
export async function openStore() {
  try {
    return new BrowserStore(await openDatabase());
  } catch {
    // A private window may have none.
    return new PageStore();
  }
}

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(TABLE, { keyPath: "key" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
  });
}

/** @implements {DeedStore} */
class BrowserStore {
  /** @param {IDBDatabase} database */
  constructor(database) {
    this.database = database;
    this.lasting = true;
  }

  /** @returns {Promise<Deed[]>} */
  all() {
    return this.#ask("readonly", (table) => table.getAll());
  }

  /** @param {Deed} deed */
  put(deed) {
    return this.#ask("readwrite", (table) => table.put(deed));
  }

  /** @param {string} key */
  remove(key) {
    return this.#ask("readwrite", (table) => table.delete(key));
  }

  /**
   * Resolves when the change is on the disk, not when it was asked for.
   * @param {IDBTransactionMode} mode
   * @param {(table: IDBObjectStore) => IDBRequest} what
   * @returns {Promise<any>}
   */
  #ask(mode, what) {
    return new Promise((resolve, reject) => {
      const change = this.database.transaction(TABLE, mode);
      const asked = what(change.objectStore(TABLE));
      change.oncomplete = () => resolve(asked.result);
      change.onerror = () => reject(change.error);
      change.onabort = () => reject(change.error);
    });
  }
}

/** For a browser that keeps nothing: what is here goes with the page, and the page says so. @implements {DeedStore} */
export class PageStore {
  constructor() {
    this.lasting = false;
    /** @type {Map<string, Deed>} */
    this.deeds = new Map();
  }

  async all() {
    return [...this.deeds.values()];
  }

  /** @param {Deed} deed */
  async put(deed) {
    this.deeds.set(deed.key, { ...deed });
  }

  /** @param {string} key */
  async remove(key) {
    this.deeds.delete(key);
  }
}
