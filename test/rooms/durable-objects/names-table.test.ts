// The table of names in a hub: what has a row, what makes room, and what a stranger cannot push out.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { StoredNames } from "../../../durable-objects/stored-names";
import { givenFreshStorage } from "../given";

givenFreshStorage();

const MINUTE = 60_000;
const DAY = 86_400_000;
const NOON = Date.UTC(2026, 9, 5, 12);

describe("the table of names", () => {
  const inHub = <T>(work: (sql: SqlStorage) => T): Promise<T> =>
    runInDurableObject(env.HUB.getByName("names/0"), (_, { storage }) => work(storage.sql));

  it("keeps what was used last, within its limit, and forgets the rest", async () => {
    await inHub((sql) => {
      const names = new StoredNames(sql, { rows: 40, remembered: 5 });
      for (let i = 0; i < 100; i += 1) {
        expect(names.note(`s_${i}`, i, `u_${i}`, NOON + i)).toBe(true);
        names.write(NOON + i);
      }
      const rows = sql.exec<{ stored: string }>("SELECT stored FROM named ORDER BY used").toArray();
      expect(rows.length).toBeLessThanOrEqual(40);
      expect(rows.length).toBeGreaterThan(35);
      expect(rows.at(-1)).toEqual({ stored: "s_99" });
      expect(rows[0]).toEqual({ stored: `s_${100 - rows.length}` });
      expect([names.personAt("s_0", 1_000), names.personAt("s_99", 1_000)]).toEqual([null, "u_99"]);
      // Another start, more than a year later.
      const later = new StoredNames(sql);
      later.note("s_new", 0, "u_new", NOON + 401 * DAY);
      later.write(NOON + 401 * DAY);
      expect(sql.exec("SELECT stored FROM named").toArray()).toEqual([{ stored: "s_new" }]);
    });
  });

  it("gets no more new rows in a day than its limit says; names beyond it are known for the visit", async () => {
    await inHub((sql) => {
      const rowsOf = () => sql.exec<{ n: number }>("SELECT count(*) AS n FROM named").one().n;
      const noteAll = (names: StoredNames, from: number, now: number) => {
        for (let i = from; i < from + 20; i += 1) {
          expect(names.note(`s_${i}`, 0, "u_1", now + i)).toBe(true);
          expect(names.personAt(`s_${i}`, 5)).toBe("u_1");
          names.write(now + i);
        }
      };
      const names = new StoredNames(sql, { added: 10 });
      noteAll(names, 0, NOON);
      expect(rowsOf()).toBe(10);
      expect(names.personAt("s_19", 5)).toBe("u_1");
      // A start begins no new day: ten more names get no row. One of them did, before the hub could count.
      noteAll(new StoredNames(sql, { added: 10 }), 20, NOON + MINUTE);
      expect(rowsOf()).toBe(11);
      names.note("s_19", 1, "u_1", NOON + DAY);
      names.write(NOON + DAY);
      expect(new StoredNames(sql).personAt("s_19", 5)).toBe("u_1");
    });
  });

  it("takes another user of a browser beyond the day's limit as well, and writes it when there is room", async () => {
    await inHub((sql) => {
      const names = new StoredNames(sql, { added: 1 });
      const note = (time: number, person: string, now: number) => {
        const isNew = names.note("s_1", time, person, now);
        names.write(now);
        return isNew;
      };
      expect(note(0, "u_a", NOON)).toBe(true);
      expect(note(0, "u_a", NOON + DAY)).toBe(false);
      names.note("s_2", 0, "u_x", NOON + DAY);
      expect([note(1, "u_b", NOON + DAY), note(2, "u_b", NOON + DAY)]).toEqual([true, false]);
      expect(names.personAt("s_1", 3)).toBe("u_b");
      expect(new StoredNames(sql).personAt("s_1", 3)).toBe("u_a");
      expect(note(3, "u_b", NOON + 2 * DAY)).toBe(false);
      expect(new StoredNames(sql).personAt("s_1", 3)).toBe("u_b");
    });
  });

  /** A hub's limits, divided by a thousand. */
  const SMALL = { rows: 200, remembered: 50, added: 40, confirmed: 60 };

  it.each([
    ["makes up names", false],
    ["makes up names and comes back with them", true],
  ])("loses no visitor who returns, whatever a stranger does who %s", async (_, comesBack) => {
    await inHub((sql) => {
      let names = new StoredNames(sql, SMALL);
      const say = (stored: string, day: number, at: number) => {
        const now = NOON + day * DAY + at;
        names.note(stored, now, `u_of ${stored}`, now);
        names.write(now);
      };
      const real = (n: number) => Array.from({ length: 20 }, (_, i) => `s_real ${n}.${i}`);
      for (const stored of real(0)) say(stored, 0, 0);
      for (const stored of real(0)) say(stored, 1, 0);
      // These are new on the day on which the stranger begins, and return on the next.
      for (const stored of real(2)) say(stored, 2, 0);
      for (let day = 2; day < 20; day += 1) {
        // Those come each week.
        if (day % 7 === 0) for (const stored of real(0)) say(stored, day, 0);
        for (let i = 0; i < 300; i += 1) say(`s_made up ${day}.${i}`, day, 1 + i);
        for (let i = 0; i < 300; i += 1) if (comesBack) say(`s_made up ${day - 1}.${i}`, day, 400 + i);
        if (day === 3) for (const stored of real(2)) say(stored, day, 900);
        // Somebody new is known for their visit.
        say(`s_new ${day}`, day, 1000);
        expect(names.personAt(`s_new ${day}`, NOON + day * DAY + 2000)).toBe(`u_of s_new ${day}`);
        const { n, confirmed } = sql
          .exec<{ n: number; confirmed: number }>("SELECT count(*) AS n, sum(confirmed) AS confirmed FROM named")
          .one();
        expect(n).toBeLessThanOrEqual(SMALL.rows);
        expect(confirmed).toBeLessThanOrEqual(SMALL.rows / 2);
        names = new StoredNames(sql, SMALL);
      }
      const later = NOON + 30 * DAY;
      for (const stored of [...real(0), ...real(2)]) expect(names.personAt(stored, later)).toBe(`u_of ${stored}`);
    });
  });

  it("takes confirmed names again when those of a stranger are idle", async () => {
    await inHub((sql) => {
      const names = new StoredNames(sql, SMALL);
      const say = (stored: string, day: number) => {
        const now = NOON + day * DAY;
        names.note(stored, now, `u_of ${stored}`, now);
        names.write(now);
      };
      const confirmedOf = () => sql.exec<{ n: number }>("SELECT sum(confirmed) AS n FROM named").one().n;
      for (let day = 0; day < 6; day += 1)
        for (let i = 0; i < 40; i += 1) {
          say(`s_made up ${day}.${i}`, day);
          say(`s_made up ${day - 1}.${i}`, day);
        }
      expect(confirmedOf()).toBe(100);
      for (const day of [6, 7, 8]) say("s_real", day);
      expect(confirmedOf()).toBe(100);
      for (const day of [150, 151]) say("s_other", day);
      expect(sql.exec("SELECT confirmed FROM named WHERE stored = 's_other'").one()).toEqual({ confirmed: 1 });
      expect(confirmedOf()).toBe(91);
    });
  });

  it("is read when the version before has written it", async () => {
    await inHub((sql) => {
      sql.exec(
        "CREATE TABLE named (stored TEXT PRIMARY KEY, used INTEGER NOT NULL, people TEXT NOT NULL) WITHOUT ROWID",
      );
      sql.exec("INSERT INTO named VALUES ('s_1', ?, ?)", NOON - DAY, JSON.stringify([[5, "u_a", 9]]));
      const names = new StoredNames(sql);
      expect([names.personAt("s_1", 4), names.personAt("s_1", 5)]).toEqual([null, "u_a"]);
      names.note("s_1", 10, "u_a", NOON);
      names.write(NOON);
      expect(sql.exec("SELECT used, confirmed FROM named").one()).toEqual({ used: NOON, confirmed: 1 });
    });
  });

  it("is written again for a name that is still in use a month later", async () => {
    await inHub((sql) => {
      const names = new StoredNames(sql);
      const usedOf = () => sql.exec<{ used: number }>("SELECT used FROM named").one().used;
      const written = [0, 0.1, 1, 2, 29, 32, 33].map((day) => {
        names.note("s_1", day, "u_1", NOON + day * DAY);
        names.write(NOON + day * DAY);
        return (usedOf() - NOON) / DAY;
      });
      // The second day confirms it.
      expect(written).toEqual([0, 0, 1, 1, 1, 32, 32]);
    });
  });

  it("has the moments of a browser that two users share, at most an hour behind", async () => {
    await inHub((sql) => {
      let names = new StoredNames(sql);
      const say = (minute: number, person: string, late = 0) => {
        const now = NOON + minute * MINUTE;
        names.note("s_1", minute - late, person, now);
        names.write(now);
      };
      say(1, "u_a");
      say(2, "u_b");
      for (const minute of [20, 40, 63, 64]) say(minute, "u_b");
      names = new StoredNames(sql);
      say(65, "u_a", 35);
      // The moments 20, 40 and 63 of the other are in the row.
      expect([19, 30, 39, 40, 64].map((time) => names.personAt("s_1", time))).toEqual([
        "u_b",
        "u_a",
        "u_a",
        "u_b",
        "u_b",
      ]);
    });
  });

  it("forgets a person, and leaves the others of the same stored id", async () => {
    await inHub((sql) => {
      const names = new StoredNames(sql, { added: 5 });
      for (const [i, person] of ["u_a", "u_b", "u_a", "u_c"].entries()) names.note("s_1", i, person, NOON);
      names.note("s_2", 0, "u_a", NOON);
      names.write(NOON);
      // Of these there is no row.
      for (const person of ["u_a", "u_b"]) names.note("s_3", person === "u_a" ? 0 : 1, person, NOON);
      names.note("s_4", 0, "u_a", NOON);
      names.forget("u_a");
      names.forget("u_a");
      const again = new StoredNames(sql);
      for (const known of [names, again]) {
        expect([0, 1, 2, 3].map((time) => known.personAt("s_1", time))).toEqual([null, "u_b", "u_b", "u_c"]);
        expect(known.personAt("s_2", 5)).toBe(null);
      }
      expect([0, 1].map((time) => names.personAt("s_3", time))).toEqual([null, "u_b"]);
      expect(names.personAt("s_4", 5)).toBe(null);
      expect(JSON.stringify(sql.exec("SELECT * FROM named").toArray())).not.toContain("u_a");
    });
  });
});
